-- Makes an enabled source due at once. One that is being polled stays as it is.
--
-- KEYS  1 due  2 leased
-- ARGV  1 source id
-- Returns 1, or 0 where there is none that is enabled.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
  return 1
end
return redis.call('ZSCORE', KEYS[2], ARGV[1]) and 1 or 0
