-- Checks out those in a venue whose last move is older than the venue's
-- automatic exit, oldest first and at most so many at once: each is a step of
-- its own, and a script that runs long holds up every gate.
--
-- KEYS and ARGV[1]: gate.lua
-- ARGV[2] venue, ARGV[3] time zone, ARGV[4] automatic exit, ARGV[5] the last
-- time that it struck up to now, ARGV[6] now, ARGV[7] how many at most
-- Result: {OK, number checked out}, {CLOCK, venue, time zone, automatic exit}:
--         work the time out again with these, or {a refusal}

local venue, zone, auto, struck, now, most = unpack(ARGV, 2, 7)

local rules = call('HMGET', RULES, 'tz', 'v/' .. venue)
if not rules[1] then return {NO_EVENT} end
local v = read_venue(rules[2])
if not v then return {NO_VENUE} end
if zone ~= rules[1] or auto ~= v[4] then return {CLOCK, venue, rules[1], v[4]} end
if auto == '' then return {OK, 0} end
local due = call('ZRANGEBYSCORE', PREFIX .. 'in:' .. venue, '-inf', '(' .. struck, 'LIMIT', 0, most)
if #due == 0 then return {OK, 0} end
begin(true)
for i = 1, #due do
  local all = read_places(due[i])
  local p = place_at(all, venue)
  p[INSIDE], p[MOVED_AT], p[MOVED_BY] = '', struck, ''
  settle_place(due[i], p, true)
  step.places[due[i]] = places_text(all)
  row({kind = 'exit', at = struck, recorded = now, badge = due[i], venue = venue, direction = 'out', result = 'exited',
    note = 'auto_exit', after = place_text(p)}, 1)
end
commit()
finish()
return {OK, #due}
