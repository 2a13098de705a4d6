-- Takes the sources that are due. The clock is the server's, so replicas need not agree on theirs.
--
-- KEYS  1 hash of the sources  2 due  3 leased  4 tokens of the leases; the field '' counts them
-- ARGV  1 at most how many  2 for how many ms
-- Returns for each: id, document, token.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- What a lost process held is due again, since when its lease ended.
local lost = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1000)
for i = 1, #lost, 2 do
  redis.call('ZREM', KEYS[3], lost[i])
  redis.call('ZADD', KEYS[2], lost[i + 1], lost[i])
end

local leases = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local document = redis.call('HGET', KEYS[1], id)
  local token = redis.call('HINCRBY', KEYS[4], '', 1)
  redis.call('HSET', KEYS[4], id, token)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[3], now + ARGV[2], id)
  leases[#leases + 1] = id
  leases[#leases + 1] = document
  leases[#leases + 1] = token
end
return leases
