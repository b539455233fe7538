-- Keeps a checkpoint unless there is one of as many rows or more, if it is of the
-- rows that are here: whoever signed it may have read rows of a master that has
-- been replaced since by a replica without them.
--
-- KEYS[1] marks  hash: count -> JSON of the checkpoint
-- KEYS[2] conf   hash: rev is there if the event is
-- KEYS[3] hashes string: 32 bytes for each row
-- ARGV[1] count, ARGV[2] JSON, ARGV[3] hash of the last row
-- Result: {OK}, {NO_ROW} or {NO_EVENT}

if redis.call('HEXISTS', KEYS[2], 'rev') == 0 then return {NO_EVENT} end
if redis.call('GETRANGE', KEYS[3], 32 * ARGV[1] - 32, 32 * ARGV[1] - 1) ~= ARGV[3] then return {NO_ROW} end
for _, count in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(count) >= tonumber(ARGV[1]) then return {OK} end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {OK}
