-- Give back whatever a consumer that ends still holds, and remove it: its entries are set aside,
-- may be claimed at once, and their delivery does not count.
-- KEYS: the stream. ARGV: group, consumer, who holds what is set aside, idle in ms.
local released = 0
while true do
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])
  if #held == 0 then break end
  for _, entry in ipairs(held) do
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, entry[1],
               'IDLE', ARGV[4], 'RETRYCOUNT', math.max(entry[4] - 1, 0), 'JUSTID')
  end
  released = released + #held
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return released
