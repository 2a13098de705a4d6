-- Put a dead letter's original entry back on its stream and drop the letter.
-- KEYS: the dead letters, the stream. ARGV: the letter's id, how many fields we had added.
-- Returns the new id, or nothing where there is no such letter.
local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return false end
local fields = letter[2]
local id = redis.call('XADD', KEYS[2], '*', unpack(fields, 1, #fields - 2 * ARGV[2]))
redis.call('XDEL', KEYS[1], ARGV[1])
return id
