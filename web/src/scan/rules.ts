// The rules at a gate as far as a phone can apply them by itself, in the
// server's order. What it can't know it doesn't hold against a person: the
// server tells of it as a conflict when the scan is uploaded.
import type { Direction, Gate, Result, Venue } from "../server/shapes";
import { localTime, minuteOf } from "./daytime";
import { type Known, type Move, type Presence, presence } from "./known";
import type { Claims } from "./token";

export interface Facts {
  readonly known: Known;
  /** What the token says; undefined when it can't be one of ours. */
  readonly claims: Claims | undefined;
  /** Undefined when no key of that name is known here. */
  readonly signed: boolean | undefined;
  readonly gate: Gate;
  readonly direction: Direction;
  /** Now, in ms since 1970 by the server's clock. */
  readonly now: number;
  /** What this phone saw of the badge at the venue. */
  readonly own: Move | undefined;
  /** How many are inside the venue, with those whom the server may not know of yet. */
  readonly inside: number;
  readonly override: boolean;
}

export interface Decision {
  readonly result: Result;
  readonly reason?: string;
  readonly forced?: true;
  readonly badge?: string;
  readonly category?: string;
  readonly earlier?: { readonly at: number; readonly gate?: string };
}

const overridable = new Set([
  "revoked",
  "not_yet_valid",
  "expired",
  "wrong_category",
  "venue_closed",
  "already_inside",
  "already_used",
  "already_used_today",
  "venue_full",
]);

/** Whether somebody entitled may let a badge in against this reason. */
export const canOverride = (reason: string | undefined): boolean => overridable.has(reason ?? "");

export function judge(f: Facts): Decision {
  const { known, claims } = f;
  if (!claims) return { result: "denied", reason: "invalid_token" };
  if (claims.event !== known.event) return { result: "denied", reason: "wrong_event" };
  const category = known.categories.find((c) => c.code === claims.category)?.id;
  const card = { badge: claims.badge, ...(category ? { category } : {}) };
  if (f.direction === "out") {
    // People must be able to leave: a key that we don't know may have been
    // withdrawn, and the server lets its badges out.
    if (f.signed === false) return { result: "denied", reason: "invalid_token" };
    return { result: "exited", ...card };
  }
  if (!f.signed) return { result: "denied", reason: "invalid_token" };
  const venue = known.venues.find((v) => v.id === f.gate.venue);
  const at = presenceNow(f, venue);
  const reason = against(f, claims, category, venue, at);
  if (!reason) return { result: "admitted", ...card };
  const earlier =
    /^already/.test(reason) && at.enteredAt !== undefined
      ? { earlier: { at: at.enteredAt, ...(at.gate ? { gate: at.gate } : {}) } }
      : {};
  if (f.override && canOverride(reason))
    return { result: "admitted", reason, forced: true, ...card, ...earlier };
  return { result: "denied", reason, ...card, ...earlier };
}

/** The first of the server's reasons 4 to 10 that speaks against an entry. */
function against(
  f: Facts,
  claims: Claims,
  category: string | undefined,
  venue: Venue | undefined,
  at: Presence,
): string | undefined {
  const { known, now } = f;
  if (known.ended.has(claims.badge)) return "revoked";
  if (claims.notBefore !== undefined && now < claims.notBefore * 1000) return "not_yet_valid";
  if (now >= claims.expires * 1000) return "expired";
  if (!venue) return undefined;
  if (venue.categories?.length && !(category && venue.categories.includes(category))) return "wrong_category";
  const { day, minute } = localTime(now, known.zone);
  if (!isOpen(venue, minute)) return "venue_closed";
  if (at.inside) return "already_inside";
  if (at.enteredAt !== undefined) {
    if (venue.reentry === "once") return "already_used";
    if (venue.reentry === "daily" && localTime(at.enteredAt, known.zone).day === day)
      return "already_used_today";
  }
  if (venue.capacity > 0 && f.inside >= venue.capacity) return "venue_full";
  return undefined;
}

export function isOpen(venue: Venue, minute: number): boolean {
  if (!venue.hours?.length) return true;
  return venue.hours.some((w) => {
    const from = minuteOf(w.from);
    const to = minuteOf(w.to);
    if (from === undefined || to === undefined) return false;
    if (from === to) return true;
    return from < to ? from <= minute && minute < to : minute >= from || minute < to;
  });
}

/** Whoever was inside when the venue's hour struck has been checked out since. */
function presenceNow(f: Facts, venue: Venue | undefined): Presence {
  const { known, now, claims } = f;
  const at = presence(known, f.own, f.gate.venue, claims?.badge ?? "");
  const exit = venue?.auto_exit_at === undefined ? undefined : minuteOf(venue.auto_exit_at);
  if (!at.inside || at.enteredAt === undefined || exit === undefined) return at;
  const here = localTime(now, known.zone);
  const struck = here.minute >= exit ? here.day : here.day - 1;
  const came = localTime(at.enteredAt, known.zone);
  const stillThen = came.day < struck || (came.day === struck && came.minute < exit);
  return stillThen ? { ...at, inside: false } : at;
}

/** What a passage changes: the venue itself, and others of its exclusive group. */
export function moved(
  known: Known,
  d: Decision,
  scan: { readonly scan_id: string; readonly gate: Gate; readonly at: number; readonly seq?: number },
  own: (venue: string, badge: string) => Move | undefined,
): Move[] {
  const { badge } = d;
  if (!badge || d.result === "denied") return [];
  const move = (venue: string, inside: boolean): Move => {
    const seen = own(venue, badge);
    const { before: _, ...before } = seen ?? { before: undefined };
    const was = presence(known, seen, venue, badge);
    const entered = inside ? scan.at : was.enteredAt;
    const gate = inside ? scan.gate.id : was.gate;
    return {
      scan_id: scan.scan_id,
      event: known.event,
      venue,
      badge,
      inside,
      at: scan.at,
      ...(entered === undefined ? {} : { enteredAt: entered }),
      ...(gate ? { gate } : {}),
      ...(scan.seq === undefined ? {} : { seq: scan.seq }),
      ...(seen ? { before: before as Move } : {}),
    };
  };
  const home = known.venues.find((v) => v.id === scan.gate.venue);
  const left = known.venues.filter(
    (v) =>
      d.result === "admitted" &&
      home?.exclusive &&
      v.exclusive === home.exclusive &&
      v.id !== home.id &&
      presence(known, own(v.id, badge), v.id, badge).inside,
  );
  return [move(scan.gate.venue, d.result === "admitted"), ...left.map((v) => move(v.id, false))];
}
