-- Publishes an article unless its id was seen, and remembers the id from now on.
--
-- KEYS  1 stream of the articles  2 what is remembered of the id: its entry in the stream
-- ARGV  1 the stream's entry  2 for how many seconds an id that is not seen again is remembered
-- Returns 1 where it was new, else 0.
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('EXPIRE', KEYS[2], ARGV[2])
  return 0
end

-- XADD is the first write: a server without memory refuses that one, and only that one, so
-- an EXPIRE before it (which may always be) would let the script fill the server to the brim.
local entry = redis.call('XADD', KEYS[1], '*', '__data__', ARGV[1])
redis.call('SET', KEYS[2], entry, 'EX', ARGV[2])
return 1
