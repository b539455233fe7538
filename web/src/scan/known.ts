// What a phone knows of its venues: what the server last told, and what the
// phone has seen itself since. No names, only badges' ids.
import type { ScannerAnswer } from "../server/scanner";
import type { Category, Gate, Venue } from "../server/shapes";
import type { PublicKey } from "./signature";

export interface Stay {
  readonly inside: boolean;
  /** The latest entry, in ms since 1970. */
  readonly enteredAt: number;
}

export interface Known {
  readonly event: string;
  readonly zone: string;
  readonly venues: readonly Venue[];
  readonly gates: readonly Gate[];
  readonly categories: readonly Category[];
  readonly keys: readonly PublicKey[];
  /** The journal's position that this is as of. */
  readonly seq: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly ended: ReadonlySet<string>;
  /** By venue and badge: who is inside, and whose entry is spent. */
  readonly stays: ReadonlyMap<string, ReadonlyMap<string, Stay>>;
  /** When it came, by the server's clock, in ms since 1970. */
  readonly at: number;
}

/** One badge's place at one venue, as this phone saw it change. */
export interface Move {
  readonly scan_id: string;
  readonly event: string;
  readonly venue: string;
  readonly badge: string;
  readonly inside: boolean;
  /** In ms since 1970 by the server's clock, as is enteredAt. */
  readonly at: number;
  readonly enteredAt?: number;
  readonly gate?: string;
  /** The journal's position once the server has it; until then it only is in our queue. */
  readonly seq?: number;
  /** What this phone had seen of the badge before, for an undo. */
  readonly before?: Move;
}

export interface Presence {
  readonly inside: boolean;
  readonly enteredAt?: number;
  readonly gate?: string;
}

/** Puts an answer into what was known. Changes to nothing known are none. */
export function learn(known: Known | undefined, answer: ScannerAnswer): Known | undefined {
  const at = Date.parse(answer.server_time);
  if (answer.full) {
    const { event, venues, gates, categories, jwks } = answer;
    if (!event || !venues || !gates || !jwks) return known;
    const stays = new Map<string, Map<string, Stay>>();
    for (const v of venues) {
      const of = new Map<string, Stay>();
      for (const [badge, entered] of Object.entries(answer.spent?.[v.id] ?? {}))
        of.set(badge, { inside: false, enteredAt: Date.parse(entered) });
      for (const [badge, entered] of Object.entries(answer.inside?.[v.id] ?? {}))
        of.set(badge, { inside: true, enteredAt: Date.parse(entered) });
      stays.set(v.id, of);
    }
    return {
      event: event.id,
      zone: event.timezone,
      venues,
      gates,
      categories: categories ?? [],
      keys: jwks.keys.map(({ kid, x }) => ({ kid, x })),
      seq: answer.seq,
      counts: answer.counts,
      ended: new Set(answer.ended),
      stays,
      at,
    };
  }
  if (!known) return undefined;
  // A hall's map is large and the changes are few: it is changed in place.
  const stays = known.stays as Map<string, Map<string, Stay>>;
  for (const m of answer.moves ?? []) {
    let of = stays.get(m.venue);
    if (!of) {
      of = new Map();
      stays.set(m.venue, of);
    }
    if (m.entered_at === null) of.delete(m.badge);
    else of.set(m.badge, { inside: m.inside, enteredAt: Date.parse(m.entered_at) });
  }
  for (const badge of answer.ended) (known.ended as Set<string>).add(badge);
  return { ...known, seq: answer.seq, counts: answer.counts, at };
}

/** Where a badge is: the later of what the server told and what we saw. */
export function presence(known: Known, own: Move | undefined, venue: string, badge: string): Presence {
  const told = known.stays.get(venue)?.get(badge);
  if (!own || (told && told.enteredAt > own.at)) return told ?? { inside: false };
  const enteredAt = own.enteredAt ?? told?.enteredAt;
  return {
    inside: own.inside,
    ...(enteredAt === undefined ? {} : { enteredAt }),
    ...(own.gate && own.enteredAt !== undefined ? { gate: own.gate } : {}),
  };
}

/** How many are inside a venue, with what this phone saw and the server doesn't know yet. */
export function insideOf(known: Known, own: readonly Move[], venue: string): number {
  let n = known.counts[venue] ?? 0;
  for (const m of own) {
    if (m.venue !== venue || (m.seq !== undefined && m.seq <= known.seq)) continue;
    const was = known.stays.get(venue)?.get(m.badge)?.inside ?? false;
    if (presence(known, m, venue, m.badge).inside !== was) n += was ? -1 : 1;
  }
  return Math.max(0, n);
}
