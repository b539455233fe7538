-- Reads what a backup needs at one moment: all that is small, and what has
-- changed of people and badges since they were read through.
--
-- KEYS[1] conf, KEYS[2] state, KEYS[3] people, KEYS[4] badges, KEYS[5] rosterlog,
-- KEYS[6] journal, KEYS[7] never there (keys.go)
-- ARGV[1] the prefix of the event's keys, ARGV[2] roster revision and ARGV[3] seq
-- from before people and badges were read through
-- Result: {OK, conf, state, {venue, minutes…}, {person id, record…}, {badge id,
--         record…}}: hashes as fields and values in turn, false for who has
--         gone; or {NO_EVENT}

local call, match = redis.call, string.match
local CONF, STATE, PEOPLE, BADGES, ROSTERLOG, JOURNAL = unpack(KEYS)
if call('HEXISTS', CONF, 'rev') == 0 then return {NO_EVENT} end
local state, minutes, people, badges, seen = call('HGETALL', STATE), {}, {}, {}, {}
for i = 1, #state, 2 do
  local venue = match(state[i], '^v/(.*)$')
  if venue then
    minutes[#minutes + 1], minutes[#minutes + 2] = venue, call('HGETALL', ARGV[1] .. 'min:' .. venue)
  end
end
local function add(badge)
  if badge == '' or seen[badge] then return end
  seen[badge] = true
  badges[#badges + 1], badges[#badges + 2] = badge, call('HGET', BADGES, badge)
end
for _, id in ipairs(call('ZRANGEBYSCORE', ROSTERLOG, '(' .. ARGV[2], '+inf')) do
  local record = call('HGET', PEOPLE, id)
  people[#people + 1], people[#people + 2] = id, record
  if record then add(match(record, '^[^|]*|[^|]*|([^|]*)|')) end
end
for _, entry in ipairs(call('XRANGE', JOURNAL, string.format('%d-0', ARGV[3] + 1), '+')) do
  add(match(entry[2][2], '^badge|[^|]*|[^|]*|[^|]*|([^|]*)|') or '')
end
return {OK, call('HGETALL', CONF), state, minutes, people, badges}
