-- Appends hashes to those of the journal, if nobody else has in between and they
-- are of the rows that are here: whoever made them may have read rows of a master
-- that has been replaced since by a replica without them.
--
-- KEYS[1] hashes  string: 32 bytes for each row
-- KEYS[2] conf    hash: gen
-- KEYS[3] journal stream: seq-0 -> r: entry record
-- ARGV[1] number of hashes that these follow, ARGV[2] gen, ARGV[3] the hashes,
-- ARGV[4] the entry record of the last one's row
-- Result: {OK, number of hashes now}, {NO_ROW} or {NO_EVENT}

if redis.call('HGET', KEYS[2], 'gen') ~= ARGV[2] then return {NO_EVENT} end
local size = redis.call('STRLEN', KEYS[1])
if size > 32 * ARGV[1] then return {OK, size / 32} end
local id = string.format('%d-0', ARGV[1] + #ARGV[3] / 32)
local last = redis.call('XRANGE', KEYS[3], id, id)[1]
if size < 32 * ARGV[1] or not last or last[2][2] ~= ARGV[4] then return {NO_ROW} end
return {OK, redis.call('APPEND', KEYS[1], ARGV[3]) / 32}
