-- Writes a rule, or removes it, together with the change's entry in the log, iff the rule is
-- still at the version that the change was made from.
--
-- KEYS  1 hash of the rules  2 hash of the highest versions  3 log of changes
--       4 list of the rule's entries in the log, newest first  5 the rules' ids in order
-- ARGV  1 rule id  2 highest version that was seen  3 new version
--       4 document, empty to remove it  5 the log's entry  6 how many entries to list
-- Returns the entry's id, or nothing where somebody else was faster.
if (redis.call('HGET', KEYS[2], ARGV[1]) or '0') ~= ARGV[2] then
  return false
end

if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
  redis.call('ZADD', KEYS[5], 0, ARGV[1])
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])

local entry = redis.call('XADD', KEYS[3], '*', '__data__', ARGV[5])
redis.call('LPUSH', KEYS[4], entry)
redis.call('LTRIM', KEYS[4], 0, ARGV[6] - 1)
return entry
