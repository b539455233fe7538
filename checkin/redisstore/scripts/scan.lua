-- Decides scans in order, each by itself, and records them: verdict, journal
-- rows, places, figures and the remembered answer.
--
-- KEYS[1…8] and ARGV[1]: gate.lua; KEYS[9] conf: rev and gen
-- ARGV[2]  "1": a replayed answer is written again, so that WAIT covers it
-- ARGV[3]  rev and ARGV[4] gen of the configuration that the caller knows: what
--          it says of scans by that is believed only while they are the event's
-- ARGV[5…] one for each scan (prepare.go): id, gate, venue, direction or "",
--          content, badge, operator, now, at or "" for now, flags (o offline,
--          s skewed, d dry run, u token not verified, x its key opens nothing),
--          local day and minute of at, and what is rare, joined by "|"
-- Result: for each scan {OK or REPLAYED, entry record, seq, undone seq or "",
--         person record or false}, {a refusal} or {BROKEN}; the last may be
--         {SWEEP, venue}: run sweep.lua first. Scans behind such a one are not
--         decided. {{CLOCK}}: prepare all of them again with the configuration
--         as it is now.

local current = call('HMGET', KEYS[9], 'rev', 'gen')
if not current[1] then return {{NO_EVENT}} end
if current[1] ~= ARGV[3] or current[2] ~= ARGV[4] then return {{CLOCK}} end

local FIRST = 5
local COMMON = '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$'
local RARE = '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)$'

local function read_scan(text)
  local id, gate, venue, direction, content, badge, operator, now, at, flags, day, minute, rare = match(text, COMMON)
  if at == '' then at = now end
  local c = {id = id, gate = gate, venue = venue, direction = direction, content = content, badge = badge, operator = operator,
    now = now, at = at, day = day, minute = minute, opens = true, refused = '', shown = '', override = '', struck = '', refusal = ''}
  if flags ~= '' then
    c.offline, c.skewed, c.dry = find(flags, 'o', 1, true), find(flags, 's', 1, true), find(flags, 'd', 1, true)
    c.unverified, c.opens = find(flags, 'u', 1, true), not find(flags, 'x', 1, true)
  end
  if rare ~= '' then c.refusal, c.struck, c.refused, c.shown, c.override = match(rare, RARE) end
  return c
end

-- issued_as tells whether the token is the one that the badge was issued with:
-- its digest ends the badge's record.
local function issued_as(c, record)
  return record and c.content ~= '' and sub(record, -#c.content - 1) == '|' .. c.content
end

-- take_back undoes what the phone, which never heard of it, had shown as denied.
local function take_back(c, e, answered, undone)
  flush()
  local kept = step
  begin(not c.dry)
  local text, seq = put_back(e, answered, undone ~= '',
    {at = c.at, recorded = c.now, operator = c.operator, flags = 'o', note = 'shown'})
  if c.dry then
    seq, step = '', kept
  else
    step.scan, step.answer = c.id, seq
    commit()
  end
  return {OK, text, seq, '', person_of(e[BADGE])}
end

-- again answers a scan whose id has been answered before. Without an answer it
-- gives the entry that a phone's own, different verdict overrules, if any.
local function again(c, renew)
  local e, text, seq, undone = remembered(c.id)
  if e == nil then return nil end
  if e == false then return {BROKEN} end
  if e[CONTENT] ~= c.content or e[GATE] ~= c.gate or c.direction ~= '' and e[DIRECTION] ~= c.direction then
    return {SCAN_REUSED}
  end
  local result = e[KIND] == 'undo' and 'denied' or e[RESULT] -- the undo is of a scan that was shown as denied
  if not c.offline or c.shown == result then
    if renew then write('HSET', SCANS, c.id, undone ~= '' and seq .. ',' .. undone or seq) end
    return {REPLAYED, text, seq, undone, person_of(e[BADGE])}
  end
  if c.shown == 'denied' then return take_back(c, e, seq, undone) end
  return nil, e
end

local function is_open(hours, minute)
  for from, to in gmatch(hours, '(%d+)-(%d+)') do
    from, to = num(from), num(to)
    if from == to or from < to and from <= minute and minute < to or from > to and (minute >= from or minute < to) then
      return true
    end
  end
  return hours == ''
end

-- judge gives the first reason of 4 to 10 against an entry, "" for none.
local function judge(c, v, status, category, till, from, p, inside)
  local at = num(c.at)
  if status ~= 'active' then return 'revoked' end
  if from ~= '' and at < num(from) then return 'not_yet_valid' end
  if at >= num(till) then return 'expired' end
  if v[5] ~= '' and not find(',' .. v[5] .. ',', ',' .. category .. ',', 1, true) then return 'wrong_category' end
  if v[6] ~= '' and not is_open(v[6], num(c.minute)) then return 'venue_closed' end
  if p[INSIDE] == '1' then return 'already_inside' end
  if p[ENTRY_AT] ~= '' then
    if v[2] == 'once' then return 'already_used' end
    if v[2] == 'daily' and p[ENTRY_DAY] == c.day then return 'already_used_today' end
  end
  if v[1] ~= '0' and inside >= num(v[1]) then return 'venue_full' end
  return ''
end

-- Reasons that no override passes, and those that name the earlier entry.
local final = {[''] = true, invalid_token = true, wrong_event = true, unknown_badge = true}
local names_earlier = {already_inside = true, already_used = true, already_used_today = true}

-- settle gives the verdict: result, reason, conflict, flags and why of the row.
-- It is what the rules say, or of an offline scan what the phone showed and how
-- the rules differ.
local function settle(c, reason)
  local forced = c.override ~= '' and c.direction == 'in' and not final[reason]
  local flags, result = c.offline and 'o' or '', nil
  if c.offline then
    result = c.shown
  elseif reason ~= '' and not forced then
    result = 'denied'
  else
    result = c.direction == 'in' and 'admitted' or 'exited'
  end
  if result == 'denied' then return result, reason, '', flags, '' end
  if forced then return result, reason, '', flags .. 'f', c.override end
  return result, '', reason, flags, ''
end

local none = {}

-- move works out where the badge is after the scan, and gives note, silent,
-- before, after and day of its row, and the venues that it leaves by entering
-- this one.
local function move(c, badge, result, p, places, others, overruling)
  local moves, was, late, left, venues = result ~= 'denied', p[INSIDE] == '1', false, none, none
  local before, day = '', ''
  if badge ~= '' then
    before = place_text(p)
    if moves then
      local were = #others > 0 and {}
      for _, q in ipairs(others) do were[q] = place_text(q) end
      c.enters, c.arrived, c.by = result == 'admitted', not c.offline or c.skewed, c.operator
      late, left = follow(c, p, others)
      if c.enters and p[ENTRY_ID] ~= c.id then day = c.day end
      for _, q in ipairs(left) do before = before .. ';' .. were[q] end
    end
  end
  local note, silent = '', false
  if moves and badge == '' then
    note, silent = 'unverified', result == 'exited'
  elseif late then
    note = 'late'
  elseif result == 'exited' and not was then
    note, silent = 'not_inside', true
  elseif overruling then
    note = 'shown'
  elseif c.skewed then
    note = 'clock_skew'
  end
  if badge == '' then return note, silent, '', '', day, venues end
  if moves and not late then settle_place(badge, p, was) end
  p[LAST_SEQ] = coming()
  local later = place_text(p)
  if #left > 0 then venues = {} end
  for i, q in ipairs(left) do
    settle_place(badge, q, true)
    later, venues[i] = later .. ';' .. place_text(q), q[VENUE]
  end
  step.places[badge] = #places == 1 and later or places_text(places)
  return note, silent, before, later, day, venues
end

-- pretend checks out whom sweep.lua would, for a dry run only.
local function pretend(c, p, figures)
  figures.inside = figures.inside - call('ZCOUNT', PREFIX .. 'in:' .. c.venue, '-inf', '(' .. c.struck)
  if p[INSIDE] == '1' and num(p[MOVED_AT]) < num(c.struck) then p[INSIDE], p[MOVED_AT], p[MOVED_BY] = '', c.struck, '' end
end

-- Results to which the attendee's record is still to be added, and of whom.
local nameless, people = {}, {}

local function name_all()
  for from = 1, #people, 1000 do
    local records = call('HMGET', PEOPLE, unpack(people, from, math.min(from + 999, #people)))
    for i = 1, #records do nameless[from + i - 1][5] = records[i] end
  end
end

-- decide applies the rules and records. overruled is the remembered denial of
-- a scan that the phone has overruled, about that of the badge.
local function decide(c, v, overruled, about)
  if c.dry then flush() end
  local kept = step
  begin(not c.dry)
  local figures = venue_figures(c.venue)
  local reason, badge, category, person, earlier = c.refused, c.badge, '', '', ''
  if reason == '' and c.direction == 'in' and not c.opens then reason = 'invalid_token' end -- people leave on it, nobody enters
  if reason ~= '' then badge = '' end
  local places = read_places(badge)
  local p = place_at(places, c.venue)
  if c.dry and c.struck ~= '' then pretend(c, p, figures) end
  if about and badge ~= '' then
    local status, till, from
    status, category, till, from, person = match(about, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|')
    if c.direction == 'in' then reason = judge(c, v, status, category, till, from, p, figures.inside) end
  elseif reason == '' then
    reason = 'unknown_badge'
  end
  if overruled then reason = overruled[REASON] end
  if names_earlier[reason] and p[ENTRY_AT] ~= '' then earlier = p[ENTRY_AT] .. ',' .. p[ENTRY_GATE] .. ',' .. p[ENTRY_BY] end
  local result, given, conflict, flags, why = settle(c, reason)
  local others = none
  if result == 'admitted' and v[3] ~= '' then
    others = {}
    for _, w in ipairs(group(c.venue, v)) do others[#others + 1] = places[w] end
  end
  local note, silent, before, later, day, left = move(c, badge, result, p, places, others, overruled)
  if silent then flags = flags .. 's' end
  local seq = coming()
  local text = 'scan|' .. c.at .. '|' .. c.now .. '|' .. c.id .. '|' .. badge .. '|' .. c.venue .. '|' .. c.gate .. '|' .. c.direction
    .. '|' .. result .. '|' .. given .. '|' .. note .. '|' .. conflict .. '|' .. flags .. '|' .. c.operator .. '||' .. why .. '|' .. c.content
    .. '|' .. category .. '|' .. earlier .. '|' .. figures.inside .. '|' .. v[1] .. '|' .. before .. '|' .. later .. '|' .. day
  record(text, 'scan', c.now, c.venue, c.gate, result, silent, 1)
  if c.dry then
    seq, step = '', kept
  else
    step.scan, step.answer = c.id, seq
    for _, w in ipairs(left) do
      row({kind = 'exit', at = c.at, recorded = c.now, scan = c.id, badge = badge, venue = w, direction = 'out',
        result = 'exited', note = 'exclusive', operator = c.operator}, 1)
    end
    commit()
  end
  local answer = {OK, text, seq, '', false}
  if person ~= '' then nameless[#nameless + 1], people[#people + 1] = answer, person end
  return answer
end

local venues = {}

local function venue_rules(id)
  local v = venues[id]
  if v == nil then
    v = read_venue(field(RULES, 'v/' .. id))
    venues[id] = v
  end
  return v
end

-- Venues that nobody was left in when the automatic exit last struck. Whoever
-- has entered since by an offline scan may have done so before it.
local empty = {}

local function stays_in(venue, struck)
  if empty[venue] == struck then return false end
  flush()
  if #call('ZRANGEBYSCORE', PREFIX .. 'in:' .. venue, '-inf', '(' .. struck, 'LIMIT', 0, 1) > 0 then return true end
  empty[venue] = struck
  return false
end

local function scan(c, renew)
  local refusal = c.refusal ~= '' and num(c.refusal)
  if refusal == OPERATOR_GONE or refusal == GATE_REFUSED then return {refusal} end
  local answer, overruled = again(c, renew)
  if answer then return answer end
  if refusal then return {refusal} end
  local about = c.badge ~= '' and field(BADGES, c.badge)
  if c.unverified and not issued_as(c, about) then return {UNVERIFIED} end
  local v = venue_rules(c.venue)
  if not v then return {NO_GATE} end
  if c.struck ~= '' and not c.dry and stays_in(c.venue, c.struck) then return {SWEEP, c.venue} end
  if c.offline then empty = {} end
  return decide(c, v, overruled, about)
end

-- foresee_all reads at once what the scans will ask for.
local function foresee_all(scans)
  local rules, figures, ids, badges, seen = {}, {'seq'}, {}, {}, {}
  for i = 1, #scans do
    local c = scans[i]
    ids[i] = c.id
    if c.badge ~= '' then badges[#badges + 1] = c.badge end
    if not seen[c.venue] then
      seen[c.venue] = true
      local name = 'v/' .. c.venue
      rules[#rules + 1], figures[#figures + 1] = name, name
      if c.struck ~= '' and not c.dry then stays_in(c.venue, c.struck) end
    end
    figures[#figures + 1] = 'g/' .. c.gate
  end
  foresee(RULES, rules)
  foresee(STATE, figures)
  foresee(SCANS, ids)
  foresee(BADGES, badges)
  foresee(PLACES, badges)
end

local scans, results = {}, {}
for i = FIRST, #ARGV do scans[#scans + 1] = read_scan(ARGV[i]) end
foresee_all(scans)
for i = 1, #scans do
  local kept = step
  local decided, result = pcall(scan, scans[i], ARGV[2] == '1')
  if not decided then -- one badge whose records are damaged must not hold up the others
    if refused and not wrote then return refused end
    step = kept
    forget()
    result = {BROKEN}
  end
  results[i] = result
  if result[1] == SWEEP then break end
end
name_all()
local taken, failure = pcall(finish)
if taken then return results end
if refused and not wrote then return refused end
error(failure)
