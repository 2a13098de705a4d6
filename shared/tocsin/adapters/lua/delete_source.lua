-- Forgets a source. A poll that is under way may no longer note its outcome.
--
-- KEYS  1 hash of the sources  2 due  3 leased  4 tokens of the leases  5 the source's state
-- ARGV  1 source id
-- Returns 1, or 0 where there was none.
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('DEL', KEYS[5])
return redis.call('HDEL', KEYS[1], ARGV[1])
