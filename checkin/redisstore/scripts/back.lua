-- What scan.lua and undo.lua share: taking a scan back. What still stands of its
-- badge is followed again, without it; the same as checkin/replay.go.
--
-- KEYS and ARGV[1]: gate.lua

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
  if #changed > 0 then step.places[e[BADGE]] = places_text(all) end
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
