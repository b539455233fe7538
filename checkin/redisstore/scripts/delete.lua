-- Removes everything about an event.
--
-- KEYS[1] conf, KEYS[2] state, KEYS[3] never there (keys.go), KEYS[4…] the
-- event's other keys
-- ARGV[1] the prefix of the event's keys
-- Result: {OK} or {NO_EVENT}

if redis.call('HEXISTS', KEYS[1], 'rev') == 0 then return {NO_EVENT} end
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  local venue = string.match(field, '^v/(.*)$')
  if venue then redis.call('UNLINK', ARGV[1] .. 'in:' .. venue, ARGV[1] .. 'min:' .. venue) end
end
redis.call('UNLINK', unpack(KEYS))
return {OK}
