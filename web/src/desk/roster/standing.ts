import type { Attendee, Badge } from "../../server/shapes";

/** What a badge that hasn't been ended is good for: a key that is withdrawn leaves no token. */
export type Standing = "valid" | "expired" | "void";

/** How an active badge stands at a moment, in ms since 1970; a gate judges it the same. */
export function standingOf(badge: Pick<Badge, "token" | "valid_until">, now: number): Standing {
  if (badge.token === null) return "void";
  return Date.parse(badge.valid_until) <= now ? "expired" : "valid";
}

/** When the first of these people's badges expires, if that is before the event ends. */
export function earlyEnd(
  people: readonly { readonly badge: Pick<NonNullable<Attendee["badge"]>, "valid_until"> | null }[],
  endsAt: string,
): string | undefined {
  return people
    .flatMap((p) => (p.badge ? [p.badge.valid_until] : []))
    .filter((until) => Date.parse(until) < Date.parse(endsAt))
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}
