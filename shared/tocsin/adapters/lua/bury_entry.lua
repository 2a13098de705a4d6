-- Move an entry to the dead letters with the reason, if we still own it.
-- KEYS: the stream, its dead letters. ARGV: group, consumer, id, then the letter's fields.
local owned = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #owned == 0 or owned[1][2] ~= ARGV[2] then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 1
