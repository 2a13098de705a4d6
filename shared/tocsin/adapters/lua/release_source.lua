-- Notes the outcome of a poll and when the next is due, iff the lease still holds.
--
-- KEYS  1 due  2 leased  3 tokens of the leases  4 the source's state
-- ARGV  1 source id  2 token of the lease  3 in how many ms it is due  4 state
-- Returns 1, or 0 where the lease is void.
if redis.call('HGET', KEYS[3], ARGV[1]) ~= ARGV[2] then
  return 0
end

local time = redis.call('TIME')
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[4], 'state', ARGV[4])
return 1
