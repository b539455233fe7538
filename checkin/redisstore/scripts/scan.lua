-- Decides scans in order, each by itself, and records them: verdict, journal
-- rows, places, figures and the remembered answer.
--
-- KEYS and ARGV[1]: gate.lua
-- ARGV[2]  "1": a replayed answer is written again, so that WAIT covers it
-- ARGV[3…] nineteen for each scan: id, gate, direction or "", content, badge,
--          key, refused, now, at, flags (g guarded, o offline, s skewed, d dry
--          run, u token not verified), shown, override, operator; and what the
--          caller has worked out by its clock: venue, time zone, automatic exit,
--          the last time of that ("" for none), local day and minute of at
-- Result: for each scan {OK or REPLAYED, entry record, seq, undone seq or "",
--         person record or false}, {a refusal} or {BROKEN}; the last may be
--         {CLOCK, venue, time zone, automatic exit}: work it out again with
--         these, or {SWEEP, venue}: run sweep.lua first. Scans behind such a
--         one are not decided.

local FIELDS = 19

local function read_scan(a)
  local flags = ARGV[a + 9]
  return {
    id = ARGV[a], gate = ARGV[a + 1], direction = ARGV[a + 2], content = ARGV[a + 3], badge = ARGV[a + 4], key = ARGV[a + 5],
    refused = ARGV[a + 6], now = ARGV[a + 7], at = ARGV[a + 8],
    guarded = find(flags, 'g', 1, true), offline = find(flags, 'o', 1, true),
    skewed = find(flags, 's', 1, true), dry = find(flags, 'd', 1, true), unverified = find(flags, 'u', 1, true),
    shown = ARGV[a + 10], override = ARGV[a + 11], operator = ARGV[a + 12],
    venue = ARGV[a + 13], zone = ARGV[a + 14], auto = ARGV[a + 15], struck = ARGV[a + 16], day = ARGV[a + 17], minute = ARGV[a + 18],
  }
end

-- guard refuses an operator who may not scan here. The rule is "expires|gates".
local function guard(c, rule)
  if not c.guarded then return nil end
  if not rule then return {OPERATOR_GONE} end
  local expires, gates = match(rule, '^([^|]*)|(.*)$')
  if expires == 'revoked' or expires ~= '' and num(c.now) >= num(expires) then return {OPERATOR_GONE} end
  if gates ~= '' and not find(',' .. gates .. ',', ',' .. c.gate .. ',', 1, true) then return {GATE_REFUSED} end
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
local function again(c, way, renew)
  local e, text, seq, undone = remembered(c.id)
  if e == nil then return nil end
  if e == false then return {BROKEN} end
  local direction = c.direction
  if direction == '' and way and way ~= 'both' then direction = way end
  if e[CONTENT] ~= c.content or e[GATE] ~= c.gate or direction ~= '' and e[DIRECTION] ~= direction then
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

-- settle writes the verdict into the row: what the rules say, or of an offline
-- scan what the phone showed and how the rules differ.
local function settle(r, c, reason)
  local forced = c.override ~= '' and r.direction == 'in' and not final[reason]
  if c.offline then
    r.result = c.shown
  elseif reason ~= '' and not forced then
    r.result = 'denied'
  else
    r.result = r.direction == 'in' and 'admitted' or 'exited'
  end
  r.flags = c.offline and 'o' or ''
  if r.result == 'denied' then
    r.reason = reason
  elseif forced then
    r.flags, r.reason, r.why = r.flags .. 'f', reason, c.override
  else
    r.conflict = reason
  end
end

-- move works out where the badge is after the scan, completes its row, and
-- gives the venues that it leaves by entering this one.
local function move(r, c, p, places, others, overruling)
  local moves, was, late, left = r.result ~= 'denied', p[INSIDE] == '1', false, {}
  local before, later, venues = {}, {}, {}
  if r.badge ~= '' then
    before[1] = place_text(p)
    if moves then
      local were = {}
      for _, q in ipairs(others) do were[q[VENUE]] = place_text(q) end
      local f = {id = c.id, at = c.at, enters = r.result == 'admitted', arrived = not c.offline or c.skewed, gate = c.gate,
        by = c.operator, day = c.day}
      late, left = follow(f, p, others)
      if f.enters and p[ENTRY_ID] ~= c.id then r.day = c.day end
      for _, q in ipairs(left) do before[#before + 1] = were[q[VENUE]] end
    end
  end
  if moves and r.badge == '' then
    r.note, r.silent = 'unverified', r.result == 'exited'
  elseif late then
    r.note = 'late'
  elseif r.result == 'exited' and not was then
    r.note, r.silent = 'not_inside', true
  elseif overruling then
    r.note = 'shown'
  elseif c.skewed then
    r.note = 'clock_skew'
  end
  if r.silent then r.flags = r.flags .. 's' end
  if r.badge == '' then return venues end
  if moves and not late then settle_place(r.badge, p, was) end
  p[LAST_SEQ] = int(step.seq + 1)
  later[1] = place_text(p)
  for i, q in ipairs(left) do
    settle_place(r.badge, q, true)
    later[i + 1], venues[i] = place_text(q), q[VENUE]
  end
  r.before, r.after = concat(before, ';'), concat(later, ';')
  step.places[r.badge] = places
  return venues
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
-- a scan that the phone has overruled, record that of the badge.
local function decide(c, v, opens, direction, overruled, record)
  if c.dry then flush() end
  local kept = step
  begin(not c.dry)
  local figures = venue_figures(c.venue)
  local r = {kind = 'scan', at = c.at, recorded = c.now, scan = c.id, badge = c.badge, venue = c.venue, gate = c.gate,
    direction = direction, result = '', reason = '', note = '', conflict = '', flags = '', silent = false, operator = c.operator,
    why = '', content = c.content, category = '', earlier = '', inside = '', capacity = v[1], before = '', after = ''}
  local reason, person = c.refused, ''
  if reason == '' and direction == 'in' and not opens then reason = 'invalid_token' end -- people leave on it, nobody enters
  if reason ~= '' then r.badge = '' end
  local places = read_places(r.badge)
  local p = place_at(places, c.venue)
  if c.dry and c.struck ~= '' then pretend(c, p, figures) end
  if record and r.badge ~= '' then
    local status, category, till, from, attendee = match(record, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|')
    r.category, person = category, attendee
    if direction == 'in' then reason = judge(c, v, status, category, till, from, p, figures.inside) end
  elseif reason == '' then
    reason = 'unknown_badge'
  end
  if overruled then reason = overruled[REASON] end
  if names_earlier[reason] and p[ENTRY_AT] ~= '' then r.earlier = concat({p[ENTRY_AT], p[ENTRY_GATE], p[ENTRY_BY]}, ',') end
  settle(r, c, reason)
  local others = {}
  if r.result == 'admitted' then
    for _, w in ipairs(group(c.venue, v)) do others[#others + 1] = places[w] end
  end
  local left = move(r, c, p, places, others, overruled)
  r.inside = int(figures.inside)
  local text = row(r, 1)
  local seq = ''
  if c.dry then
    step = kept
  else
    seq = int(step.seq)
    step.scan, step.answer = c.id, seq
    for _, w in ipairs(left) do
      row({kind = 'exit', at = c.at, recorded = c.now, scan = c.id, badge = r.badge, venue = w, direction = 'out',
        result = 'exited', note = 'exclusive', operator = c.operator}, 1)
    end
    commit()
  end
  local result = {OK, text, seq, '', false}
  if person ~= '' then nameless[#nameless + 1], people[#people + 1] = result, person end
  return result
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
  local zone, rule = field(RULES, 'tz'), field(RULES, 'g/' .. c.gate)
  if not zone then return {NO_EVENT} end
  local refusal = guard(c, field(RULES, 'o/' .. c.operator))
  if refusal then return refusal end
  local venue, way
  if rule then venue, way = match(rule, '^([^|]*)|(.*)$') end
  local answer, overruled = again(c, way, renew)
  if answer then return answer end
  if not venue then return {NO_GATE} end
  local direction = c.direction
  if direction == '' then
    if way == 'both' then return {DIRECTION_NEEDED} end
    direction = way
  elseif way ~= 'both' and way ~= direction then
    return {WRONG_DIRECTION}
  end
  local record = c.badge ~= '' and field(BADGES, c.badge)
  if c.unverified and not issued_as(c, record) then return {UNVERIFIED} end
  local v = venue_rules(venue)
  if not v then return {NO_GATE} end
  if venue ~= c.venue or c.zone ~= zone or c.auto ~= v[4] then return {CLOCK, venue, zone, v[4]} end
  if c.struck ~= '' and not c.dry and stays_in(venue, c.struck) then return {SWEEP, venue} end
  if c.offline then empty = {} end
  return decide(c, v, field(RULES, 'k/' .. c.key) == '1', direction, overruled, record)
end

-- foresee_all reads at once what the scans will ask for.
local function foresee_all()
  local asked = {[RULES] = {'tz'}, [STATE] = {'seq'}, [SCANS] = {}, [BADGES] = {}, [PLACES] = {}}
  local seen = {[RULES] = {}, [STATE] = {}, [SCANS] = {}, [BADGES] = {}, [PLACES] = {}}
  local function ask(key, name)
    if seen[key][name] then return end
    seen[key][name] = true
    local names = asked[key]
    names[#names + 1] = name
  end
  for a = 3, #ARGV, FIELDS do
    local gate, badge, venue = ARGV[a + 1], ARGV[a + 4], ARGV[a + 13]
    ask(RULES, 'g/' .. gate)
    ask(RULES, 'k/' .. ARGV[a + 5])
    ask(RULES, 'v/' .. venue)
    ask(RULES, 'o/' .. ARGV[a + 12])
    ask(STATE, 'v/' .. venue)
    ask(STATE, 'g/' .. gate)
    ask(SCANS, ARGV[a])
    if badge ~= '' then
      ask(BADGES, badge)
      ask(PLACES, badge)
    end
  end
  for key, names in pairs(asked) do foresee(key, names) end
end

foresee_all()
local results, kept = {}, nil
for a = 3, #ARGV, FIELDS do
  kept = step
  local decided, result = pcall(scan, read_scan(a), ARGV[2] == '1')
  if not decided then -- one badge whose records are damaged must not hold up the others
    if refused and not wrote then return refused end
    step = kept
    forget()
    result = {BROKEN}
  end
  results[#results + 1] = result
  if result[1] == CLOCK or result[1] == SWEEP then break end
end
name_all()
local taken, failure = pcall(finish)
if taken then return results end
if refused and not wrote then return refused end
error(failure)
