-- What scan.lua, undo.lua and sweep.lua share: places, figures and journal
-- rows, read into memory, changed there, and written at the end, for all steps
-- of the script together: calling a command costs more than what it does.
--
-- KEYS[1] rules     hash: the configuration in short (rules.go)
-- KEYS[2] state     hash: seq; v/VENUE and g/GATE figures; roster revision
-- KEYS[3] scans     hash: scan id -> "seq" or "seq,seq of its undo"
-- KEYS[4] places    hash: badge -> its places, joined by ";"
-- KEYS[5] badges    hash: badge -> badge record (badgerecord.go)
-- KEYS[6] people    hash: attendee -> person record (person.go)
-- KEYS[7] journal   stream: seq-0 -> r: entry record (entry.go)
-- ARGV[1] the prefix of the event's keys, for
--         PREFIX in:VENUE   sorted set: badges inside by the time they moved
--         PREFIX min:VENUE  hash: minute -> "entries,exits,denied,inside" of
--                           minutes that are over; the last is in the state
--
-- Times are milliseconds and stay the strings they came as: Lua would print
-- them as 1.79e+12. A place is {venue, inside, moved at, moved by, entry at,
-- entry id, entry gate, entry by, entry day, last seq}, all strings, "" for none.

local call, find, sub, match, gmatch = redis.call, string.find, string.sub, string.match, string.gmatch
local concat, floor, format = table.concat, math.floor, string.format
local tonumber, unpack, ipairs = tonumber, unpack, ipairs
local RULES, STATE, SCANS, PLACES, BADGES, PEOPLE, JOURNAL = unpack(KEYS)
local PREFIX = ARGV[1]
local VENUE, INSIDE, MOVED_AT, MOVED_BY, ENTRY_AT, ENTRY_ID, ENTRY_GATE, ENTRY_BY, ENTRY_DAY, LAST_SEQ = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

local function int(n) return format('%d', n) end
local function num(s) return tonumber(s) or 0 end

local function split(s, sep)
  local out, n, from = {}, 0, 1
  while true do
    local at = find(s, sep, from, true)
    n = n + 1
    if not at then
      out[n] = sub(s, from)
      return out
    end
    out[n] = sub(s, from, at - 1)
    from = at + 1
  end
end

-- after orders facts by time and then by the bytes of their ids; Lua's own <
-- would follow the server's locale.
local function after(at, id, than_at, than_id)
  at, than_at = num(at), num(than_at)
  if at ~= than_at then return at > than_at end
  for i = 1, math.min(#id, #than_id) do
    local a, b = id:byte(i), than_id:byte(i)
    if a ~= b then return a > b end
  end
  return #id > #than_id
end

local function read_place(s)
  local p = {match(s, '^([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)$')}
  if not p[LAST_SEQ] then error('not a place: ' .. s) end
  if p[ENTRY_AT] == '=' then p[ENTRY_AT] = p[MOVED_AT] end
  if p[ENTRY_ID] == '=' then p[ENTRY_ID] = p[MOVED_BY] end
  return p
end

local function place_text(p)
  local at, id = p[ENTRY_AT], p[ENTRY_ID]
  if at ~= '' and at == p[MOVED_AT] then at = '=' end
  if id ~= '' and id == p[MOVED_BY] then id = '=' end
  return concat({p[1], p[2], p[3], p[4], at, id, p[7], p[8], p[9], p[10]}, ',')
end

-- follow takes the badge to or from p, the place of the fact f, out of the others
-- of its exclusive group, and gives those that it leaves. A fact is late when it
-- is older than what is known of the badge at p or, as an entry, at one of the
-- others: it moves nobody to or from p, but its badge is no longer where it was
-- before it. f is {id, at, enters, arrived (known to be the latest, whatever the
-- clocks say), gate, by, day}.
local function follow(f, p, others)
  local late, left = false, {}
  if not f.arrived then
    late = after(p[MOVED_AT], p[MOVED_BY], f.at, f.id)
    for _, q in ipairs(others) do
      late = late or f.enters and after(q[ENTRY_AT], q[ENTRY_ID], f.at, f.id)
    end
  end
  if not late then
    p[INSIDE] = f.enters and '1' or ''
    if not f.arrived or num(f.at) >= num(p[MOVED_AT]) then p[MOVED_AT] = f.at end
    p[MOVED_BY] = f.id
  end
  if not f.enters then return late, left end
  if f.arrived or after(f.at, f.id, p[ENTRY_AT], p[ENTRY_ID]) then
    p[ENTRY_AT], p[ENTRY_ID], p[ENTRY_GATE], p[ENTRY_BY], p[ENTRY_DAY] = f.at, f.id, f.gate, f.by, f.day
  end
  for _, q in ipairs(others) do
    if q[INSIDE] == '1' and not (late and after(q[ENTRY_AT], q[ENTRY_ID], f.at, f.id)) then
      q[INSIDE], q[MOVED_BY] = '', f.id
      if num(f.at) > num(q[MOVED_AT]) then q[MOVED_AT] = f.at end
      left[#left + 1] = q
    end
  end
  return late, left
end

-- Fields that have been read, false for those that there are not: scans and
-- places as they are after the steps so far, the state as it was before them.
local known = {[RULES] = {}, [STATE] = {}, [SCANS] = {}, [BADGES] = {}, [PLACES] = {}}

-- foresee reads fields, not more at once than Lua takes, that will be asked for.
local function foresee(key, names)
  local fields = known[key]
  for from = 1, #names, 1000 do
    local values = call('HMGET', key, unpack(names, from, math.min(from + 999, #names)))
    for i = 1, #values do fields[names[from + i - 1]] = values[i] end
  end
end

local function field(key, name)
  local value = known[key][name]
  if value == nil then
    value = call('HGET', key, name)
    known[key][name] = value
  end
  return value
end

-- read_places gives a badge's places, in a list and by venue.
local function read_places(badge)
  local all = {}
  local s = badge ~= '' and field(PLACES, badge)
  if s then
    for one in gmatch(s, '[^;]+') do
      local p = read_place(one)
      all[#all + 1], all[p[VENUE]] = p, p
    end
  end
  return all
end

-- place_at gives the place at a venue, a new one where there was none.
local function place_at(all, venue)
  local p = all[venue]
  if not p then
    p = {venue, '', '', '', '', '', '', '', '', ''}
    all[#all + 1], all[venue] = p, p
  end
  return p
end

-- The step under way. commit() adds its rows, answer, places and moves to those
-- that flush() will write; its figures and minutes stay for the next step.
local step

-- begin starts a step. Figures that it changes are lost unless keeps is set.
local function begin(keeps)
  if keeps and step then return end
  local seq = tonumber(field(STATE, 'seq'))
  step = {seq = seq, committed = seq, rows = {}, moves = {}, figures = {}, minutes = {}, places = {}, scan = false, answer = false}
end

-- load_venue and load_gate read what is counted from its text in the state.
-- Figures stay texts until they change: writing numbers is slow in Lua.
local function load_venue(id, text)
  local f = {match(text or '0|0|0|||||', '^(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)$')}
  f.inside = call('ZCARD', PREFIX .. 'in:' .. id)
  step.figures['v/' .. id] = f
  return f
end

local function load_gate(id, text)
  local f = {match(text or '0|0|0|', '^(%d*)|(%d*)|(%d*)|(%d*)$')}
  step.figures['g/' .. id] = f
  return f
end

local function venue_figures(id)
  local name = 'v/' .. id
  return step.figures[name] or load_venue(id, field(STATE, name))
end

local function gate_figures(id)
  local name = 'g/' .. id
  return step.figures[name] or load_gate(id, field(STATE, name))
end

-- settle_place notes that a badge has moved to the place p and was inside or
-- not before.
local function settle_place(badge, p, was)
  local set = PREFIX .. 'in:' .. p[VENUE]
  local f = venue_figures(p[VENUE])
  if p[INSIDE] == '1' then
    step.moves[#step.moves + 1] = {set, p[MOVED_AT], badge}
    if not was then f.inside = f.inside + 1 end
  elseif was then
    step.moves[#step.moves + 1] = {set, false, badge}
    f.inside = f.inside - 1
  end
end

local columns = {admitted = 1, exited = 2, denied = 3}

local function add(f, column, n) f[column] = int(f[column] + n) end

-- row adds a row to the journal and counts it: n is 1, or -1 for an undo. It
-- comes after its places are settled. Figures of a venue are entries, exits,
-- denied, and of the last minute: which, entries, exits, denied, inside.
local function row(r, n)
  step.seq = step.seq + 1
  local text = concat({r.kind, r.at, r.recorded, r.scan or '', r.badge or '', r.venue, r.gate or '', r.direction, r.result,
    r.reason or '', r.note or '', r.conflict or '', r.flags or '', r.operator or '', '', r.why or '', r.content or '',
    r.category or '', r.earlier or '', r.inside or '', r.capacity or '', r.before or '', r.after or '', r.day or ''}, '|')
  step.rows[#step.rows + 1] = text
  local v, column = venue_figures(r.venue), columns[r.result]
  local minute = floor(num(r.recorded) / 60000)
  if num(v[4]) < minute then -- a clock that was set back stays in the last minute
    if v[4] ~= '' then
      step.minutes[#step.minutes + 1] = {PREFIX .. 'min:' .. r.venue, v[4], concat({v[5], v[6], v[7], v[8]}, ',')}
    end
    v[4], v[5], v[6], v[7] = int(minute), '0', '0', '0'
  end
  v[8], v.changed = int(v.inside), true
  local g = r.gate and r.gate ~= '' and gate_figures(r.gate)
  if not r.silent then
    add(v, column, n)
    if n > 0 then add(v, column + 4, 1) end
    if g then
      add(g, column, n)
      g.changed = true
    end
  end
  if g and r.kind == 'scan' then g[4], g.changed = r.recorded, true end
  return text
end

-- What the committed steps leave to write: rows up to step.committed; scan ids
-- and answers in turn; badges by name whose places changed; for each venue's set
-- when a badge joined it, or false when it left.
local rows, answers, places, moves = {}, {}, {}, {}

-- commit leaves the step, with the answer that it is to a scan, to flush().
local function commit()
  for i = 1, #step.rows do rows[#rows + 1] = step.rows[i] end
  if step.scan then
    answers[#answers + 1], answers[#answers + 2] = step.scan, step.answer
    known[SCANS][step.scan] = step.answer
  end
  for badge, all in pairs(step.places) do
    local text = place_text(all[1])
    for i = 2, #all do text = text .. ';' .. place_text(all[i]) end
    known[PLACES][badge], places[badge] = text, true
  end
  for _, m in ipairs(step.moves) do
    local set = moves[m[1]]
    if not set then
      set = {}
      moves[m[1]] = set
    end
    set[m[3]] = m[2]
  end
  step.rows, step.moves, step.places, step.scan, step.committed = {}, {}, {}, false, step.seq
end

-- write is a write that may be the first one, which the server may refuse.
local wrote, refused = false, nil

local function write(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    refused = reply
    error(reply)
  end
  wrote = true
end

-- many calls a command that takes any number of arguments, not with more at
-- once than Lua takes. There is an even number of them.
local function many(command, key, args)
  for from = 1, #args, 2000 do call(command, key, unpack(args, from, math.min(from + 1999, #args))) end
end

-- flush writes what the committed steps leave, apart from figures. It comes
-- before anything reads journal or sets.
local function flush()
  if #rows == 0 then return end
  local seq = step.committed
  for i = 1, #rows do write('XADD', JOURNAL, int(seq - #rows + i) .. '-0', 'r', rows[i]) end
  many('HSET', SCANS, answers)
  local texts = {}
  for badge in pairs(places) do texts[#texts + 1], texts[#texts + 2] = badge, known[PLACES][badge] end
  many('HSET', PLACES, texts)
  for set, badges in pairs(moves) do
    local joined, left = {}, {}
    for badge, at in pairs(badges) do
      if at then
        joined[#joined + 1], joined[#joined + 2] = at, badge
      else
        left[#left + 1] = badge
      end
    end
    many('ZADD', set, joined)
    many('ZREM', set, left)
  end
  rows, answers, places, moves = {}, {}, {}, {}
end

-- forget drops a step that has failed before it was committed.
local function forget()
  if step then
    step.rows, step.moves, step.places, step.scan, step.seq = {}, {}, {}, false, step.committed
  end
end

-- finish writes all that the steps of the script leave.
local function finish()
  flush()
  if not (wrote and step) then return end
  for _, m in ipairs(step.minutes) do call('HSET', m[1], m[2], m[3]) end
  local state = {'seq', int(step.committed)}
  for name, f in pairs(step.figures) do
    if f.changed then state[#state + 1], state[#state + 2] = name, concat(f, '|') end
  end
  call('HSET', STATE, unpack(state))
end

-- read_venue is a venue's rules: {capacity, reentry, group, auto exit, categories, hours}.
local function read_venue(s)
  return s and {match(s, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)$')}
end

-- group gives the other venues of a venue's exclusive group, by id.
local function group(venue, rules)
  local others = {}
  if rules and rules[3] ~= '' then
    for w in gmatch(field(RULES, 'x/' .. rules[3]) or '', '[^,]+') do
      if w ~= venue then others[#others + 1] = w end
    end
  end
  return others
end

-- Fields of an entry record that is read back.
local KIND, AT, RECORDED, SCAN, BADGE, AT_VENUE, GATE, DIRECTION, RESULT, REASON, FLAGS, OPERATOR, CONTENT, CATEGORY, EARLIER, BEFORE, AFTER, DAY =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 17, 18, 19, 22, 23, 24

-- remembered finds the entry of a scan id: its fields, its text, its seq, the
-- seq of its undo or "". A missing entry of a known id is found false.
local function remembered(id)
  local s = field(SCANS, id)
  if not s then return nil end
  flush()
  local seq, undone = match(s, '^(%d+),?(%d*)$')
  local found = call('XRANGE', JOURNAL, seq .. '-0', seq .. '-0')[1]
  if not found then return false end
  return split(found[2][2], '|'), found[2][2], seq, undone
end

-- person_of is the record of the attendee of a badge, false when there is none.
local function person_of(badge)
  local b = badge ~= '' and field(BADGES, badge)
  local attendee = b and match(b, '^[^|]*|[^|]*|[^|]*|[^|]*|([^|]*)|') or ''
  return attendee ~= '' and call('HGET', PEOPLE, attendee)
end

-- entry_at reads the row of a seq, its fields; without one the step fails.
local function entry_at(seq)
  local found = call('XRANGE', JOURNAL, seq .. '-0', seq .. '-0')[1]
  if not found then error('not on record: ' .. seq) end
  return split(found[2][2], '|')
end

-- stands tells whether the row of a scan is its verdict and hasn't been undone.
local function stands(e, seq) return field(SCANS, e[SCAN]) == seq end

-- How many of a badge's scans at a venue an undo looks at, from the latest back.
-- Those before them are in what the first of them found.
local MOST = 256

-- history adds to rows those of the scans of a badge at a venue, of which last is
-- the latest one's seq, each {fields, seq, the places that it found}. Rows of
-- older builds may not tell which came before: then it goes on with the one of
-- seq, if that is not among them.
local function history(rows, last, seq)
  local n, found = 0, false
  while true do
    while n < MOST and last ~= '' do
      local e = entry_at(last)
      if e[BEFORE] == '' then break end
      local before = split(e[BEFORE], ';')
      for i = 1, #before do before[i] = read_place(before[i]) end
      rows[#rows + 1], n, found = {e, last, before}, n + 1, found or last == seq
      last = before[1][LAST_SEQ]
    end
    if found or not seq or n >= MOST then return end
    last, found = seq, true
  end
end

-- linked are the other venues that an entry has a say in: those of the exclusive
-- group, and those that it left, as before has them, when the group was another.
local function linked(e, before)
  local venues, has = group(e[AT_VENUE], read_venue(field(RULES, 'v/' .. e[AT_VENUE]))), {}
  for _, w in ipairs(venues) do has[w] = true end
  for i = 2, #before do
    if not has[before[i][VENUE]] then venues[#venues + 1] = before[i][VENUE] end
  end
  return venues
end

-- take_out takes the badge out of p where it was found to be out by an automatic
-- exit, or by an entry elsewhere that stands and is not the one left out.
local function take_out(p, found, left_out)
  if p[INSIDE] ~= '1' or found[INSIDE] == '1' or num(found[MOVED_AT]) < num(p[MOVED_AT]) or found[MOVED_BY] == p[MOVED_BY] then return end
  if found[MOVED_BY] ~= '' then
    local seq = left_out ~= found[MOVED_BY] and match(field(SCANS, found[MOVED_BY]) or '', '^%d+$')
    if not seq or entry_at(seq)[RESULT] ~= 'admitted' or entry_at(seq)[KIND] ~= 'scan' then return end
  end
  p[INSIDE], p[MOVED_AT], p[MOVED_BY] = '', found[MOVED_AT], found[MOVED_BY]
end

-- retrace gives by venue where rows, by seq, say that a badge is, but for the
-- scan that is left out. A place is as the first row found it that tells of it.
-- What else rows found, and places as they are now, shows who was taken out of
-- them by other than these rows.
local function retrace(rows, places, left_out)
  local at = {}
  local function place(found)
    if not at[found[VENUE]] then at[found[VENUE]] = {unpack(found)} end
    return at[found[VENUE]]
  end
  for _, one in ipairs(rows) do
    local e, seq, before = unpack(one)
    for _, found in ipairs(before) do place(found) end
    local p = place(before[1])
    take_out(p, before[1], left_out)
    if e[RESULT] ~= 'denied' and e[SCAN] ~= left_out and stands(e, seq) then
      local others, day = {}, e[DAY]
      for _, w in ipairs(linked(e, before)) do others[#others + 1] = at[w] end
      local became = read_place(match(e[AFTER], '^[^;]*'))
      if became[ENTRY_ID] == e[SCAN] then day = became[ENTRY_DAY] end
      follow({id = e[SCAN], at = e[AT], enters = e[RESULT] == 'admitted', gate = e[GATE], by = e[OPERATOR], day = day or '',
        arrived = not find(e[FLAGS], 'o', 1, true) or e[AT] == e[RECORDED]}, p, others)
    end
  end
  for _, now in ipairs(places) do
    if at[now[VENUE]] then take_out(at[now[VENUE]], now, left_out) end
  end
  return at
end

-- may_return tells whether a badge can be put back inside a place: not where the
-- venue is gone, nor while it is inside another one of the exclusive group, gone
-- apart, which the same undo takes it out of.
local function may_return(all, venue, gone)
  local rules = read_venue(field(RULES, 'v/' .. venue))
  if not rules then return false end
  for _, w in ipairs(group(venue, rules)) do
    if w ~= gone and all[w] and all[w][INSIDE] == '1' then return false end
  end
  return true
end

-- without gives the places, among all of a badge, that would be different if the
-- scan of the entry e had not been, each {the place, what it would be}: the scan's
-- own first, then others of its exclusive group. What stands of the badge there
-- is followed twice, with the scan and without it; a difference between the two is
-- put into a place that is as the first says. A change has uncounted set where the
-- badge comes back to where nothing that is counted had taken it out, because it
-- had entered late.
local function without(e, seq, before, all)
  local changed = {}
  if e[BADGE] == '' or e[RESULT] == 'denied' or not stands(e, seq) then return changed end
  flush()
  local rows, places = {}, {place_at(all, e[AT_VENUE])}
  history(rows, places[1][LAST_SEQ], seq)
  for _, w in ipairs(linked(e, before)) do
    if all[w] then
      places[#places + 1] = all[w]
      history(rows, all[w][LAST_SEQ])
    end
  end
  table.sort(rows, function(a, b) return tonumber(a[2]) < tonumber(b[2]) end)
  local with, less = retrace(rows, places), retrace(rows, places, e[SCAN])
  local gone = '' -- the scan's own venue, where this takes the badge out of it
  for i, now in ipairs(places) do
    local venue = now[VENUE]
    local a, b, next = with[venue], less[venue], {unpack(now)}
    if a and b then
      if (a[INSIDE] ~= b[INSIDE] or a[MOVED_BY] ~= b[MOVED_BY]) and now[INSIDE] == a[INSIDE] and now[MOVED_BY] == a[MOVED_BY] and
        (i == 1 or b[INSIDE] == '1' or a[INSIDE] ~= '1') and (b[INSIDE] ~= '1' or may_return(all, venue, gone)) then
        next[INSIDE], next[MOVED_AT], next[MOVED_BY] = b[INSIDE], b[MOVED_AT], b[MOVED_BY]
      end
      if a[ENTRY_ID] ~= b[ENTRY_ID] and now[ENTRY_ID] == a[ENTRY_ID] then
        for n = ENTRY_AT, ENTRY_DAY do next[n] = b[n] end
      end
      if place_text(next) ~= place_text(now) then
        local entered, uncounted = num(match(field(SCANS, next[MOVED_BY]) or '', '^%d+')), true
        for _, one in ipairs(rows) do
          for n = 2, #one[3] do
            if one[3][n][VENUE] == venue and num(one[2]) > entered then uncounted = false end
          end
        end
        changed[#changed + 1] = {now, next, uncounted = uncounted}
      end
      if i == 1 and next[INSIDE] ~= '1' then gone = venue end
    end
  end
  return changed
end

-- put_back makes of the badge's places what they would be if the scan of the entry
-- e, of row seq, had not been, and adds the rows of that. silent when nothing is
-- left to count; stamp has at, recorded, operator, flags and note for the first row.
local function put_back(e, seq, silent, stamp)
  local all = read_places(e[BADGE])
  local venue = e[AT_VENUE]
  local rules = read_venue(field(RULES, 'v/' .. venue))
  local figures = venue_figures(venue)
  local note, texts, back = 'not_moved', {}, {}
  local before = e[BEFORE] ~= '' and split(e[BEFORE], ';') or {}
  for i = 1, #before do before[i] = read_place(before[i]) end
  local changed = without(e, seq, before, all)
  for i, change in ipairs(changed) do
    local now, next = unpack(change)
    local was = now[INSIDE] == '1'
    texts[i] = place_text(next)
    for n = 1, 10 do now[n] = next[n] end
    settle_place(e[BADGE], now, was)
    if was ~= (now[INSIDE] == '1') then
      if now[VENUE] == venue then note = stamp.note else back[#back + 1] = change end
    end
  end
  if #changed > 0 then step.places[e[BADGE]] = all end
  local flags = silent and 's' or match(e[FLAGS], 's') or ''
  local text = row({kind = 'undo', at = stamp.at, recorded = stamp.recorded, scan = e[SCAN], badge = e[BADGE], venue = venue,
    gate = e[GATE], direction = e[DIRECTION], result = e[RESULT], note = note, flags = stamp.flags .. flags,
    silent = flags == 's', operator = stamp.operator, content = e[CONTENT], category = e[CATEGORY], earlier = e[EARLIER],
    inside = figures.inside, capacity = rules and rules[1] or '', after = concat(texts, ';')}, -1)
  local undo = step.seq
  for _, change in ipairs(back) do
    local late = change.uncounted
    row({kind = 'undo', at = stamp.at, recorded = stamp.recorded, scan = e[SCAN], badge = e[BADGE], venue = change[1][VENUE],
      direction = 'out', result = 'exited', note = late and 'late' or '', flags = late and 's' or '', silent = late,
      operator = stamp.operator}, -1)
  end
  return text, int(undo)
end
