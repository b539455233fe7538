-- Takes a scan back: its places, counters and the rows that say so.
--
-- KEYS and ARGV[1]: gate.lua
-- ARGV[2] "1": a replayed answer is written again, so that WAIT covers it
-- ARGV[3] scan id, ARGV[4] now, ARGV[5] operator, ARGV[6] "1": anybody's scan
-- at any time, ARGV[7] milliseconds in which an operator may undo their own
-- Result: {OK or REPLAYED, entry record of the scan, person record or false,
--         entry record of the undo, its seq} or {a refusal}

local id, now, operator, any, window = unpack(ARGV, 3, 7)

if not call('HGET', RULES, 'tz') then return {NO_EVENT} end
local e, text, seq, undone = remembered(id)
if e == false then return {BROKEN} end
if not e or e[KIND] ~= 'scan' then return {NO_SCAN} end
local person = person_of(e[BADGE])
if undone ~= '' then
  local first = call('XRANGE', JOURNAL, undone .. '-0', undone .. '-0')[1]
  if not first then return {BROKEN} end
  if ARGV[2] == '1' then write('HSET', SCANS, id, seq .. ',' .. undone) end
  return {REPLAYED, text, person, first[2][2], undone}
end
if any ~= '1' and (e[OPERATOR] ~= operator or num(now) - num(e[RECORDED]) > num(window)) then return {UNDO_REFUSED} end
if e[BADGE] ~= '' then
  local p = read_places(e[BADGE])[e[AT_VENUE]]
  if not p or p[LAST_SEQ] ~= seq then return {SUPERSEDED} end
end
begin(true)
local undo, undo_seq = put_back(e, seq, false, {at = now, recorded = now, operator = operator, flags = '', note = ''})
step.scan, step.answer = id, seq .. ',' .. undo_seq
commit()
finish()
return {OK, text, person, undo, undo_seq}
