-- Publish what came of an entry and acknowledge it, if we still own it.
-- KEYS: the stream, then the stream of each output. ARGV: group, consumer, id, then the outputs.
-- The acknowledgement comes last: a failing XADD leaves the entry pending, to be done again.
local owned = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #owned == 0 or owned[1][2] ~= ARGV[2] then return 0 end
for i = 2, #KEYS do redis.call('XADD', KEYS[i], '*', '__data__', ARGV[i + 2]) end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 1
