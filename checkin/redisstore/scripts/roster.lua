-- What put.lua, erase.lua, issue.lua and revoke.lua share: people, badges and
-- refs, read into memory, changed there, and written by commit() at the end.
--
-- KEYS[1] conf       hash: rev is there if the event is
-- KEYS[2] state      hash: seq, roster (revision)
-- KEYS[3] people     hash: attendee -> person record (person.go)
-- KEYS[4] refs       hash: ref -> attendee
-- KEYS[5] badges     hash: badge -> badge record (badgerecord.go)
-- KEYS[6] rosterlog  sorted set: attendee by the revision that last changed it
-- KEYS[7] journal    stream: seq-0 -> r: entry record (entry.go)
-- ARGV[1] at, ARGV[2] operator

local call, find, sub, gmatch, concat = redis.call, string.find, string.sub, string.gmatch, table.concat
local type, unpack, ipairs = type, unpack, ipairs
local CONF, STATE, PEOPLE, REFS, BADGES, ROSTERLOG, JOURNAL = unpack(KEYS)
local AT, OPERATOR = ARGV[1], ARGV[2]
if call('HEXISTS', CONF, 'rev') == 0 then return {NO_EVENT} end

-- Fields of a person and of a badge.
local CREATED, UPDATED, BADGE, FORMER, CATEGORY, REF, BODY = 1, 2, 3, 4, 5, 6, 7
local STATUS, BADGE_CATEGORY, ATTENDEE, ENDED = 1, 2, 5, 10

local function int(n) return string.format('%d', n) end

-- cache holds fields of a hash, read once, and notes which are to be written.
-- A field is a text until it is parsed, false where it isn't there or is to be
-- removed.
local function cache(key, parse)
  local read, changed, order = {}, {}, {}
  local c = {}

  -- expect reads fields together that will be asked for.
  function c.expect(ids)
    for from = 1, #ids, 500 do
      local to = math.min(from + 499, #ids)
      local found = call('HMGET', key, unpack(ids, from, to))
      for i = from, to do read[ids[i]] = found[i - from + 1] end
    end
  end

  -- has gives a field as it is.
  function c.has(id)
    local v = read[id]
    if v == nil then
      v = call('HGET', key, id)
      read[id] = v
    end
    return v
  end

  -- get gives a field parsed.
  function c.get(id)
    local v = c.has(id)
    if type(v) == 'string' then
      v = parse(v)
      read[id] = v
    end
    return v
  end

  function c.put(id, v)
    read[id] = v
    if not changed[id] then
      changed[id] = true
      order[#order + 1] = id
    end
  end

  -- write writes what has changed and gives its ids.
  function c.write()
    local args, n = {}, 0
    for _, id in ipairs(order) do
      local v = read[id]
      if v then
        args[n + 1], args[n + 2] = id, type(v) == 'string' and v or concat(v, '|')
        n = n + 2
      else
        call('HDEL', key, id)
      end
      if n == 1000 then
        call('HSET', key, unpack(args, 1, n))
        n = 0
      end
    end
    if n > 0 then call('HSET', key, unpack(args, 1, n)) end
    return order
  end
  return c
end

-- fields splits a record into so many, the last one taking all that is left.
local function fields(s, n)
  local out, from = {}, 1
  for i = 1, n - 1 do
    local at = find(s, '|', from, true)
    out[i] = sub(s, from, at - 1)
    from = at + 1
  end
  out[n] = sub(s, from)
  return out
end

local people = cache(PEOPLE, function(s) return fields(s, 7) end)
local badges = cache(BADGES, function(s) return fields(s, 11) end)
local refs = cache(REFS)

-- arguments are every n-th argument of the script, from one on.
local function arguments(first, n)
  local ids = {}
  for i = first, #ARGV, n do ids[#ids + 1] = ARGV[i] end
  return ids
end

local rows = {}

local function record(r) return concat(r, '|') end

-- row adds a row to the journal.
local function row(kind, badge, subject, note, why)
  rows[#rows + 1] = concat({kind, AT, AT, '', badge, '', '', '', '', '', note, '', '', OPERATOR, subject, why,
    '', '', '', '', '', '', ''}, '|')
end

-- end_badge ends a badge and lets go of it.
local function end_badge(id, status, why)
  local b = badges.get(id)
  b[STATUS], b[ENDED] = status, AT
  badges.put(id, b)
  row('badge', id, '', status, why)
  local p = b[ATTENDEE] ~= '' and people.get(b[ATTENDEE])
  if p then
    p[BADGE] = ''
    p[FORMER] = p[FORMER] == '' and id or p[FORMER] .. ',' .. id
    people.put(b[ATTENDEE], p)
  end
  return record(b)
end

local function commit()
  local seq = tonumber(call('HGET', STATE, 'seq') or 0)
  for i = 1, #rows do call('XADD', JOURNAL, int(seq + i) .. '-0', 'r', rows[i]) end
  call('HSET', STATE, 'seq', int(seq + #rows))
  badges.write()
  refs.write()
  local changed = people.write()
  if #changed == 0 then return end
  local revision = int(call('HINCRBY', STATE, 'roster', 1))
  local args = {}
  for i, id in ipairs(changed) do
    args[#args + 1], args[#args + 2] = revision, id
    if #args >= 1000 or i == #changed then
      call('ZADD', ROSTERLOG, unpack(args))
      args = {}
    end
  end
end
