-- Keeps a checkpoint unless there is one of as many rows or more.
--
-- KEYS[1] marks  hash: count -> JSON of the checkpoint
-- KEYS[2] conf   hash: rev is there if the event is
-- ARGV[1] count, ARGV[2] JSON
-- Result: {OK} or {NO_EVENT}

if redis.call('HEXISTS', KEYS[2], 'rev') == 0 then return {NO_EVENT} end
for _, count in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(count) >= tonumber(ARGV[1]) then return {OK} end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {OK}
