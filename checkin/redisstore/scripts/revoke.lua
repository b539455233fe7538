-- Ends an active badge.
--
-- KEYS and ARGV[1], ARGV[2]: roster.lua
-- ARGV[3] badge id, ARGV[4] why
-- Result: {OK, badge record} or {a refusal}

local b = badges.get(ARGV[3])
if not b then return {NO_BADGE} end
if b[STATUS] ~= 'active' then return {BADGE_ENDED} end
local text = end_badge(ARGV[3], 'revoked', ARGV[4])
commit()
return {OK, text}
