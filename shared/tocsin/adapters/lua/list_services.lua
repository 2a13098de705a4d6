-- Return what the processes tell that were seen within the last ARGV[1] ms.
-- KEYS: the processes, when each was last seen. ARGV: the silence in ms.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = string.format('(%.0f', now - ARGV[1])
local told = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], since, '+inf')) do
  told[#told + 1] = redis.call('HGET', KEYS[1], name)
end
return told
