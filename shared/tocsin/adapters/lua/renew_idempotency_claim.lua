-- Prolongs a claim, iff it is still there.
--
-- KEYS  1 the claim
-- ARGV  1 the claim as it was written  2 its life in seconds
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
