-- Notes or takes back a reader's wish, and forgets wishes whose end is over.
-- KEYS  1 wishes (hash: wish -> what else there is to it)  2 revision
-- ARGV  1 the wish  2 its value, empty to take it back  then pairs of wishes to forget: name, the
--       value that it must still have
-- Returns 1 where the wish was changed, 0 where it stood so.
local stood = redis.call('HGET', KEYS[1], ARGV[1])
local forgotten = 0
for at = 3, #ARGV, 2 do
  if ARGV[at] ~= ARGV[1] and redis.call('HGET', KEYS[1], ARGV[at]) == ARGV[at + 1] then
    forgotten = forgotten + redis.call('HDEL', KEYS[1], ARGV[at])
  end
end
local changed = 0
if ARGV[2] == '' and stood then
  redis.call('HDEL', KEYS[1], ARGV[1])
  changed = 1
elseif ARGV[2] ~= '' and stood ~= ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  changed = 1
end
if changed + forgotten > 0 then
  redis.call('INCR', KEYS[2])
end
return changed
