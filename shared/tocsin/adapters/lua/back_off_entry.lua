-- Let an entry be claimed again once it is as idle as claiming asks, by setting how idle it is.
-- KEYS: the stream. ARGV: group, consumer, id, idle in ms, 1 where the delivery shall not count.
local owned = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #owned == 0 or owned[1][2] ~= ARGV[2] then return 0 end
local count = owned[1][4]
if ARGV[5] == '1' then count = math.max(count - 1, 0) end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3],
           'IDLE', ARGV[4], 'RETRYCOUNT', count, 'JUSTID')
return 1
