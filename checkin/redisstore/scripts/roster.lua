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

local call, match, gmatch, concat = redis.call, string.match, string.gmatch, table.concat
local CONF, STATE, PEOPLE, REFS, BADGES, ROSTERLOG, JOURNAL = unpack(KEYS)
local AT, OPERATOR = ARGV[1], ARGV[2]
if call('HEXISTS', CONF, 'rev') == 0 then return {NO_EVENT} end

-- Fields of a person and of a badge.
local CREATED, UPDATED, BADGE, FORMER, CATEGORY, REF, BODY = 1, 2, 3, 4, 5, 6, 7
local STATUS, BADGE_CATEGORY, ATTENDEE, ENDED = 1, 2, 5, 10

local function int(n) return string.format('%d', n) end

-- cache reads fields of a hash once and notes which are to be written; false
-- stands for what isn't there, and for what is to be removed.
local function cache(key, parse)
  local read, changed, order = {}, {}, {}
  local c = {}
  function c.get(id)
    if read[id] == nil then
      local s = call('HGET', key, id)
      read[id] = s and parse(s) or false
    end
    return read[id]
  end
  function c.put(id, v)
    read[id] = v
    if not changed[id] then
      changed[id] = true
      order[#order + 1] = id
    end
  end
  function c.write(text)
    local args = {}
    for i, id in ipairs(order) do
      if read[id] then
        args[#args + 1], args[#args + 2] = id, text(read[id])
      else
        call('HDEL', key, id)
      end
      if #args >= 1000 or i == #order and #args > 0 then
        call('HSET', key, unpack(args))
        args = {}
      end
    end
    return order
  end
  return c
end

local people = cache(PEOPLE, function(s)
  return {match(s, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$')}
end)
local badges = cache(BADGES, function(s)
  return {match(s, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)$')}
end)
local refs = cache(REFS, function(s) return s end)
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
  badges.write(record)
  refs.write(function(s) return s end)
  local changed = people.write(record)
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
