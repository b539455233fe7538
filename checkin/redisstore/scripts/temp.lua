-- Keeps, takes or drops a short-lived record.
--
-- KEYS[1] the record  string that expires
-- ARGV[1] put, take or drop, ARGV[2] the data and ARGV[3] the Unix milliseconds
--         at which it ends, to put
-- Result: {OK}, and taken, {OK, data} or {NO_TEMP}

if ARGV[1] == 'put' then
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
  return {OK}
elseif ARGV[1] == 'drop' then
  redis.call('DEL', KEYS[1])
  return {OK}
end
local data = redis.call('GETDEL', KEYS[1])
if not data then return {NO_TEMP} end
return {OK, data}
