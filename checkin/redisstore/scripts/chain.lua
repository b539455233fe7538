-- Appends hashes to those of the journal, if nobody else has in between.
--
-- KEYS[1] hashes  string: 32 bytes for each row
-- KEYS[2] conf    hash: gen
-- ARGV[1] number of hashes that these follow, ARGV[2] gen, ARGV[3] the hashes
-- Result: {OK, number of hashes now} or {NO_EVENT}

if redis.call('HGET', KEYS[2], 'gen') ~= ARGV[2] then return {NO_EVENT} end
local size = redis.call('STRLEN', KEYS[1])
if size == 32 * ARGV[1] then size = redis.call('APPEND', KEYS[1], ARGV[3]) end
return {OK, size / 32}
