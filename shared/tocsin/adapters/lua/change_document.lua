-- Changes one of a few documents (regions, lists), and raises their revision if that changed anything.
-- KEYS  1 documents (hash: id -> document)  2 revision (counter)
-- ARGV  1 id  2 document, empty to remove it
-- Returns the revision where something changed, 0 where nothing did, -1 where there is
-- nothing to remove.
if ARGV[2] == '' then
  if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then
    return -1
  end
elseif redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return 0
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return redis.call('INCR', KEYS[2])
