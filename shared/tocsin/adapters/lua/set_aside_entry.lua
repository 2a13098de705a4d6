-- Set an entry aside: it may be claimed once it is as idle as claiming asks, from now on idle
-- for ARGV[5] ms. That it was set aside tells that its handling ended, and did not crash.
-- KEYS: the stream. ARGV: group, consumer, id, who holds what is set aside, idle in ms,
-- 1 where the delivery shall not count.
local owned = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #owned == 0 or owned[1][2] ~= ARGV[2] then return 0 end
local deliveries = owned[1][4]
if ARGV[6] == '1' then deliveries = math.max(deliveries - 1, 0) end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[4], 0, ARGV[3],
           'IDLE', ARGV[5], 'RETRYCOUNT', deliveries, 'JUSTID')
return 1
