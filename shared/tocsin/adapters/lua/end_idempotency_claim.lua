-- Puts an answer where a claim was, or takes the claim away, iff it is still there.
--
-- KEYS  1 the claim
-- ARGV  1 the claim as it was written  2 the answer, empty for none  3 its life in seconds
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
