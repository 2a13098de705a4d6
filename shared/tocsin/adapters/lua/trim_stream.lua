-- Drop the entries that every group is done with, but for those of the last ARGV[1] ms.
-- KEYS: the stream. ARGV: retention in ms, then the groups that must exist.
-- Returns how many were dropped; -1 where a group is missing, which may need them all.
local function less(a, b)
  local a_ms, a_n = a:match('(%d+)-(%d+)')
  local b_ms, b_n = b:match('(%d+)-(%d+)')
  -- Compared as text of equal length, since a double cannot hold 64 bits.
  if #a_ms ~= #b_ms then return #a_ms < #b_ms end
  if a_ms ~= b_ms then return a_ms < b_ms end
  if #a_n ~= #b_n then return #a_n < #b_n end
  return a_n < b_n
end

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local missing = {}
for i = 2, #ARGV do missing[ARGV[i]] = true end

local time = redis.call('TIME')
local floor = string.format('%.0f-0', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1])
for _, reply in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #reply, 2 do group[reply[i]] = reply[i + 1] end
  missing[group['name']] = nil
  local needed = group['last-delivered-id']
  if group['pending'] > 0 then needed = redis.call('XPENDING', KEYS[1], group['name'])[2] end
  if less(needed, floor) then floor = needed end
end
if next(missing) then return -1 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', floor)
