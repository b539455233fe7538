-- Changes an event's configuration, or creates the event, with a row for each
-- record.
--
-- KEYS[1] conf     hash: rev, gen, THING/ID -> JSON of the record
-- KEYS[2] rules    hash: the configuration in short (rules.go), written whole
-- KEYS[3] state    hash: seq
-- KEYS[4] journal  stream: seq-0 -> r: entry record (entry.go)
-- KEYS[5] never    never there (keys.go)
-- ARGV[1] the prefix of the event's keys, ARGV[2] the revision that was read, 0
-- to create, ARGV[3] gen if created, ARGV[4] "1": may be there already and has
-- no journal, ARGV[5] at, ARGV[6] operator, ARGV[7] number of records put,
-- ARGV[8] number of records dropped, then subject and JSON of each record put,
-- the subject of each record dropped, field and value of all rules
-- Result: {OK, revision, gen} or {a refusal}

local call, match, concat = redis.call, string.match, table.concat
local CONF, RULES, STATE, JOURNAL = unpack(KEYS)
local prefix, expected, gen, system, at, operator, puts, drops = unpack(ARGV, 1, 8)
puts, drops = tonumber(puts), tonumber(drops)
local first_put = 9
local first_drop = first_put + 2 * puts
local first_rule = first_drop + drops

local now = call('HMGET', CONF, 'rev', 'gen')
if not now[1] then
  if expected ~= '0' then return {NO_EVENT} end
elseif expected == '0' and system ~= '1' then
  return {EXISTS}
elseif now[1] ~= expected then
  return {STALE}
else
  gen = now[2]
end
for i = first_drop, first_rule - 1 do
  local venue = match(ARGV[i], '^venue/(.*)$')
  if venue and call('ZCARD', prefix .. 'in:' .. venue) > 0 then return {IN_USE} end
end
local rev = string.format('%d', expected + 1)
local seq = tonumber(call('HGET', STATE, 'seq') or 0)

local function row(subject, note)
  if system == '1' then return end
  seq = seq + 1
  call('XADD', JOURNAL, string.format('%d-0', seq), 'r', concat({'config', at, at, '', '', '', '', '', '', '', note, '', '', operator,
    subject, '', '', '', '', '', '', '', ''}, '|'))
end

call('HSET', CONF, 'rev', rev, 'gen', gen)
for i = first_put, first_drop - 1, 2 do
  call('HSET', CONF, ARGV[i], ARGV[i + 1])
  row(ARGV[i], 'put')
end
for i = first_drop, first_rule - 1 do
  call('HDEL', CONF, ARGV[i])
  row(ARGV[i], 'drop')
end
call('DEL', RULES)
for i = first_rule, #ARGV, 2 do call('HSET', RULES, ARGV[i], ARGV[i + 1]) end
call('HSET', STATE, 'seq', string.format('%d', seq))
return {OK, rev, gen}
