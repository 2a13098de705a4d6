-- Take over entries that were idle for long enough.
-- Those set aside, up to ARGV[5] of them. Or, where ARGV[5] is 0, one that was abandoned: whoever
-- had it died or hangs, perhaps because of it.
-- KEYS: the stream. ARGV: group, consumer, who holds what is set aside, idle in ms, how many.
-- Returns the entries, each with its count of deliveries; the ids of entries that somebody deleted;
-- and whether there are abandoned ones.
local stream, group, consumer, aside, idle = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local count = tonumber(ARGV[5])

local function abandoned()
  for _, entry in ipairs(redis.call('XPENDING', stream, group, 'IDLE', idle, '-', '+', 1000)) do
    if entry[2] ~= aside then return entry end
  end
end

local wanted
if count > 0 then
  wanted = redis.call('XPENDING', stream, group, 'IDLE', idle, '-', '+', count, aside)
else
  wanted = {abandoned()}
end

local claimed, vanished = {}, {}
for _, entry in ipairs(wanted) do
  -- An entry that is no longer in the stream is dropped from the pending ones, and not returned.
  local taken = redis.call('XCLAIM', stream, group, consumer, idle, entry[1])[1]
  if taken then
    claimed[#claimed + 1] = {taken[1], taken[2], entry[4] + 1}
  else
    vanished[#vanished + 1] = entry[1]
  end
end

if #redis.call('XPENDING', stream, group, '-', '+', 1, aside) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', stream, group, aside)
end
return {claimed, vanished, abandoned() and 1 or 0}
