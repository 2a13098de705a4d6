-- Writes a source; where the change bears on its polling, it is due at once and leases are void.
--
-- KEYS  1 hash of the sources  2 due  3 leased  4 tokens of the leases
-- ARGV  1 source id  2 document
local before = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])

local new = cjson.decode(ARGV[2])
if before then
  -- What was there may be no JSON.
  local readable, old = pcall(cjson.decode, before)
  if readable and type(old) == 'table' and old.url == new.url and old.enabled == new.enabled
    and old.min_interval_s == new.min_interval_s and old.max_interval_s == new.max_interval_s then
    return
  end
end

redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if new.enabled then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
