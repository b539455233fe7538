-- Gives badges to attendees, each by itself.
--
-- KEYS and ARGV[1], ARGV[2]: roster.lua
-- ARGV[3…] six for each badge: attendee, "1" to replace an active badge, badge
--          id, valid until, valid from, and the fields of its record behind
--          the attendee
-- Result: {OK, for each badge {OK, "new", category, id of the replaced badge or
--         ""}, {OK, "kept", badge id, badge record} or {a refusal}} or {a refusal}

local FIELDS = 6

local function issue(attendee, replace, id, till, from, rest)
  local p = people.get(attendee)
  if not p then return {NO_ATTENDEE} end
  if badges.has(id) then return {EXISTS} end
  local old, replaced = p[BADGE] ~= '' and badges.get(p[BADGE]), ''
  if old then
    if replace ~= '1' then return {OK, 'kept', p[BADGE], record(old)} end
    replaced = p[BADGE]
    end_badge(replaced, 'replaced', '')
  end
  badges.put(id, concat({'active', p[CATEGORY], till, from, attendee, rest}, '|'))
  p[BADGE] = id
  people.put(attendee, p)
  row('badge', id, '', 'issued', '')
  return {OK, 'new', p[CATEGORY], replaced}
end

people.expect(arguments(3, FIELDS))
badges.expect(arguments(5, FIELDS))
local results = {OK}
for i = 3, #ARGV, FIELDS do results[#results + 1] = issue(unpack(ARGV, i, i + FIELDS - 1)) end
if #rows > 0 then commit() end
return results
