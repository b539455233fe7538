import { isBadgeId, parse } from "../../scan/token";
import { call, of } from "../../server/client";
import type { Badge } from "../../server/shapes";

/** What is looked for: words, or the number of the badge whose code a reader typed. */
export function soughtBy(typed: string): string {
  const text = typed.trim();
  return parse(text)?.badge ?? text;
}

/** The id of whoever has, or had, the badge with this number. */
export async function bearerOf(event: string, number: string): Promise<string | undefined> {
  if (!isBadgeId(number)) return undefined;
  const answer = await call<Badge>("GET", of(event, "badges", number));
  return answer.kind === "ok" ? (answer.value.attendee ?? undefined) : undefined;
}
