-- Puts an event that was written under other names in its place.
--
-- KEYS[1] conf  hash: rev is there if the event is
-- KEYS[2…] the name that a key has and the name that it shall have, in turn
-- ARGV[1] "1": may be there already and is replaced
-- Result: {OK} or {EXISTS}

if ARGV[1] ~= '1' and redis.call('HEXISTS', KEYS[1], 'rev') == 1 then return {EXISTS} end
for i = 2, #KEYS, 2 do
  redis.call('UNLINK', KEYS[i + 1])
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('RENAME', KEYS[i], KEYS[i + 1])
    redis.call('PERSIST', KEYS[i + 1])
  end
end
return {OK}
