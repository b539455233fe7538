-- What scan.lua, undo.lua and sweep.lua share: places, figures and journal
-- rows, read into memory, changed there, and written at the end, for all steps
-- of the script together: calling a command costs more than what it does. Each
-- new string is hashed whole, and numbers are slow to write and to read: what
-- is a text stays the text it came as.
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
  if at == '' and p[MOVED_AT] == '' and p[LAST_SEQ] == '' then return p[VENUE] .. ',,,,,,,,,' end -- never seen there
  if at ~= '' and at == p[MOVED_AT] then at = '=' end
  if id ~= '' and id == p[MOVED_BY] then id = '=' end
  return p[1] .. ',' .. p[2] .. ',' .. p[3] .. ',' .. p[4] .. ',' .. at .. ',' .. id .. ',' .. p[7] .. ',' .. p[8] .. ',' .. p[9] .. ',' .. p[10]
end

-- places_text joins the places of a badge.
local function places_text(all)
  local text = place_text(all[1])
  for i = 2, #all do text = text .. ';' .. place_text(all[i]) end
  return text
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
-- Rows and moves are flat lists: seq and text of each row; set, badge and when it
-- joined, or false when it left.
local function begin(keeps)
  if keeps and step then return end
  local seq = tonumber(field(STATE, 'seq'))
  step = {seq = seq, committed = seq, coming = false, rows = {}, moves = {}, venues = {}, gates = {}, minutes = {}, places = {},
    scan = false, answer = false}
end

-- coming is the seq that the next row will have.
local function coming()
  local seq = step.coming
  if not seq then
    seq = int(step.seq + 1)
    step.coming = seq
  end
  return seq
end

-- load_venue and load_gate read what is counted from its text in the state.
-- Figures stay texts until they change and are written as numbers once, at the
-- end: both are slow in Lua.
local function load_venue(id)
  local f = {match(field(STATE, 'v/' .. id) or '0|0|0|||||', '^(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)|(%d*)$')}
  f.set = PREFIX .. 'in:' .. id
  f.inside = call('ZCARD', f.set)
  step.venues[id] = f
  return f
end

local function load_gate(id)
  local f = {match(field(STATE, 'g/' .. id) or '0|0|0|', '^(%d*)|(%d*)|(%d*)|(%d*)$')}
  step.gates[id] = f
  return f
end

local function venue_figures(id) return step.venues[id] or load_venue(id) end

-- settle_place notes that a badge has moved to the place p and was inside or
-- not before.
local function settle_place(badge, p, was)
  local f, moves = venue_figures(p[VENUE]), step.moves
  local n = #moves
  if p[INSIDE] == '1' then
    moves[n + 1], moves[n + 2], moves[n + 3] = f.set, badge, p[MOVED_AT]
    if not was then f.inside = f.inside + 1 end
  elseif was then
    moves[n + 1], moves[n + 2], moves[n + 3] = f.set, badge, false
    f.inside = f.inside - 1
  end
end

local columns = {admitted = 1, exited = 2, denied = 3}

local function figures_minute(v) return concat({int(v[5]), int(v[6]), int(v[7]), int(v[8])}, ',') end

-- record adds a row to the journal and counts it: n is 1, or -1 for an undo. It
-- comes after its places are settled. Figures of a venue are entries, exits,
-- denied, and of the last minute: which, entries, exits, denied, inside.
local function record(text, kind, recorded, venue, gate, result, silent, n)
  local rows = step.rows
  local at = #rows
  rows[at + 1], rows[at + 2] = coming(), text
  step.seq, step.coming = step.seq + 1, false
  local v, column = venue_figures(venue), columns[result]
  local minute = floor(num(recorded) / 60000)
  if num(v[4]) < minute then -- a clock that was set back stays in the last minute
    if v[4] ~= '' then
      step.minutes[#step.minutes + 1] = {PREFIX .. 'min:' .. venue, v[4], figures_minute(v)}
    end
    v[4], v[5], v[6], v[7] = minute, 0, 0, 0
  end
  v[8], v.changed = v.inside, true
  local g = gate ~= '' and (step.gates[gate] or load_gate(gate))
  if not silent then
    v[column] = v[column] + n
    if n > 0 then v[column + 4] = v[column + 4] + 1 end
    if g then g[column], g.changed = g[column] + n, true end
  end
  if g and kind == 'scan' then g[4], g.changed = recorded, true end
end

-- row is record for the fields of a row by name.
local function row(r, n)
  local text = concat({r.kind, r.at, r.recorded, r.scan or '', r.badge or '', r.venue, r.gate or '', r.direction, r.result,
    r.reason or '', r.note or '', r.conflict or '', r.flags or '', r.operator or '', '', r.why or '', r.content or '',
    r.category or '', r.earlier or '', r.inside or '', r.capacity or '', r.before or '', r.after or '', r.day or ''}, '|')
  record(text, r.kind, r.recorded, r.venue, r.gate or '', r.result, r.silent, n)
  return text
end

-- What the committed steps leave to write: seq and text of rows up to
-- step.committed; scan ids and answers in turn; badges by name whose places
-- changed; for each venue's set when a badge joined it, or false when it left.
local rows, answers, places, moves = {}, {}, {}, {}

-- commit leaves the step, with the answer that it is to a scan, to flush().
local function commit()
  local s, n = step, #rows
  for i = 1, #s.rows do rows[n + i], s.rows[i] = s.rows[i], nil end
  if s.scan then
    n = #answers
    answers[n + 1], answers[n + 2] = s.scan, s.answer
    known[SCANS][s.scan] = s.answer
  end
  for badge, text in pairs(s.places) do
    known[PLACES][badge], places[badge], s.places[badge] = text, true, nil
  end
  for i = 1, #s.moves, 3 do
    local set = moves[s.moves[i]]
    if not set then
      set = {}
      moves[s.moves[i]] = set
    end
    set[s.moves[i + 1]] = s.moves[i + 2]
  end
  for i = #s.moves, 1, -1 do s.moves[i] = nil end
  s.scan, s.committed = false, s.seq
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
  for i = 1, #rows, 2 do write('XADD', JOURNAL, rows[i] .. '-0', 'r', rows[i + 1]) end
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
    step.rows, step.moves, step.places, step.scan, step.seq, step.coming = {}, {}, {}, false, step.committed, false
  end
end

-- figures_text joins figures; Lua itself would write large numbers as 1.2e+15.
local function figures_text(f)
  for i = 1, #f do
    if type(f[i]) == 'number' then f[i] = int(f[i]) end
  end
  return concat(f, '|')
end

-- finish writes all that the steps of the script leave.
local function finish()
  flush()
  if not (wrote and step) then return end
  for _, m in ipairs(step.minutes) do call('HSET', m[1], m[2], m[3]) end
  local state = {'seq', int(step.committed)}
  for id, f in pairs(step.venues) do
    if f.changed then state[#state + 1], state[#state + 2] = 'v/' .. id, figures_text(f) end
  end
  for id, f in pairs(step.gates) do
    if f.changed then state[#state + 1], state[#state + 2] = 'g/' .. id, figures_text(f) end
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
