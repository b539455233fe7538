// Why a gate refuses, as the server says it; each page has its own words.
export const REASONS = [
  "invalid_token",
  "wrong_event",
  "unknown_badge",
  "revoked",
  "not_yet_valid",
  "expired",
  "wrong_category",
  "venue_closed",
  "already_inside",
  "already_used",
  "already_used_today",
  "venue_full",
] as const;

export type Reason = (typeof REASONS)[number];

export const isReason = (r: string): r is Reason => (REASONS as readonly string[]).includes(r);
