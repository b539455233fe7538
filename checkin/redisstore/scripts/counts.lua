-- Reads the figures of an event at one moment.
--
-- KEYS[1] state  hash: seq, v/VENUE and g/GATE figures
-- KEYS[2] conf   hash: rev is there if the event is
-- KEYS[3] never  never there (keys.go)
-- ARGV[1] the prefix of the event's keys, ARGV[2] the first minute wanted
-- Result: {OK, seq, {{venue, figures, inside, {minute, figures, …}}…}, {{gate,
--         figures}…}} or {NO_EVENT}

local call, match = redis.call, string.match
if call('HEXISTS', KEYS[2], 'rev') == 0 then return {NO_EVENT} end
local state = call('HGETALL', KEYS[1])
local seq, venues, gates = '0', {}, {}
for i = 1, #state, 2 do
  local field, figures = state[i], state[i + 1]
  local kind, id = match(field, '^([vg])/(.*)$')
  if field == 'seq' then
    seq = figures
  elseif kind == 'v' then
    local last = tonumber(match(figures, '^[^|]*|[^|]*|[^|]*|(%d+)'))
    local minutes, key = {}, ARGV[1] .. 'min:' .. id
    if not last then
      minutes = {}
    elseif last - ARGV[2] <= 64 then
      for m = tonumber(ARGV[2]), last - 1 do
        local name = string.format('%d', m)
        local f = call('HGET', key, name)
        if f then minutes[#minutes + 1], minutes[#minutes + 2] = name, f end
      end
    else -- the clock went back: what is over by it lies in the future
      local all = call('HGETALL', key)
      for j = 1, #all, 2 do
        if tonumber(all[j]) >= tonumber(ARGV[2]) then
          minutes[#minutes + 1], minutes[#minutes + 2] = all[j], all[j + 1]
        end
      end
    end
    venues[#venues + 1] = {id, figures, call('ZCARD', ARGV[1] .. 'in:' .. id), minutes}
  elseif kind == 'g' then
    gates[#gates + 1] = {id, figures}
  end
end
return {OK, seq, venues, gates}
