-- Removes a person: the active badge is revoked, no badge names them any more.
--
-- KEYS and ARGV[1], ARGV[2]: roster.lua
-- ARGV[3] attendee id
-- Result: {OK} or {a refusal}

local id = ARGV[3]
local p = people.get(id)
if not p then return {NO_ATTENDEE} end
if p[BADGE] ~= '' and badges.get(p[BADGE]) then end_badge(p[BADGE], 'revoked', '') end
for badge in gmatch(p[FORMER], '[^,]+') do
  local b = badges.get(badge)
  if b then
    b[ATTENDEE] = ''
    badges.put(badge, b)
  end
end
if refs.has(p[REF]) == id then refs.put(p[REF], false) end
people.put(id, false)
row('roster', '', 'attendee/' .. id, 'erased', '')
commit()
return {OK}
