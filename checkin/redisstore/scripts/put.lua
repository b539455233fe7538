-- Creates or updates attendees, each by itself, with one row for all.
--
-- KEYS and ARGV[1], ARGV[2]: roster.lua
-- ARGV[3…] five for each attendee: mode (create, update, upsert), id, category,
--          ref, body
-- Result: {OK, for each attendee {OK, id, "created"}, {OK, id, "updated" or
--         "same", person record} or {a refusal}} or {a refusal}

local FIELDS = 5

local function put(mode, id, category, ref, body)
  local holder = refs.has(ref)
  if mode == 'create' and holder then return {REF_TAKEN} end
  if mode == 'upsert' and holder then id = holder end
  if not people.has(id) then
    if mode == 'update' then return {NO_ATTENDEE} end
    people.put(id, concat({AT, AT, '', '', category, ref, body}, '|'))
    refs.put(ref, id)
    return {OK, id, 'created'}
  end
  if mode == 'create' or mode == 'upsert' and not holder then return {EXISTS} end
  if holder and holder ~= id then return {REF_TAKEN} end
  local p = people.get(id)
  if p[CATEGORY] == category and p[REF] == ref and p[BODY] == body then return {OK, id, 'same', record(p)} end
  local b = p[BADGE] ~= '' and badges.get(p[BADGE])
  if b and b[BADGE_CATEGORY] ~= category then
    b[BADGE_CATEGORY] = category
    badges.put(p[BADGE], b)
  end
  if p[REF] ~= ref then
    refs.put(p[REF], false)
    refs.put(ref, id)
  end
  p[UPDATED], p[CATEGORY], p[REF], p[BODY] = AT, category, ref, body
  people.put(id, p)
  return {OK, id, 'updated', record(p)}
end

refs.expect(arguments(6, FIELDS))
people.expect(arguments(4, FIELDS))
local results, changed, last = {OK}, 0, nil
for i = 3, #ARGV, FIELDS do
  local result = put(unpack(ARGV, i, i + FIELDS - 1))
  results[#results + 1] = result
  if result[1] == OK and result[3] ~= 'same' then changed, last = changed + 1, result end
end
if changed > 0 then
  if #results == 2 then
    row('roster', '', 'attendee/' .. last[2], last[3], '')
  else
    row('roster', '', 'attendees/' .. int(changed), 'put', '')
  end
  commit()
end
return results
