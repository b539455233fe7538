// Where the tiles stand. The urgent come first, but a tile only moves when a
// venue has changed its state: whoever looks for the main hall finds it where
// it was a second ago.
import type { VenueOccupancy } from "../server/shapes";
import { THRESHOLDS } from "./board";

export interface Place {
  readonly id: string;
  /** 0 calm, 1 amber, 2 red, 3 alarm. */
  readonly rank: number;
}

type Filled = Pick<VenueOccupancy, "id" | "inside" | "capacity">;

/** How far below a threshold a venue must fall before its tile steps back, so
 * that one who sways around it doesn't make the board sway. */
const SWAY = 0.02;

const fill = (v: Filled) => (v.capacity > 0 ? v.inside / v.capacity : 0);

function rankOf(venue: Filled, before: number): number {
  if (venue.capacity <= 0) return 0;
  const full = fill(venue);
  const now = THRESHOLDS.filter((t) => full >= t).length;
  for (let rank = before; rank > now; rank--) {
    if (full >= (THRESHOLDS[rank - 1] ?? 0) - SWAY) return rank;
  }
  return now;
}

/**
 * The order of the tiles after `before`, which is returned itself while nobody
 * changed state. Who falls to a calmer state stands first in it, who rises to
 * a more urgent one last; all others keep their places.
 */
export function arrange(before: readonly Place[], venues: readonly Filled[]): readonly Place[] {
  const known = new Map(before.map((p, at) => [p.id, { ...p, at }]));
  const next = venues.map((venue, given) => {
    const old = known.get(venue.id);
    const rank = rankOf(venue, old?.rank ?? 0);
    const side = old === undefined || before.length === 0 ? 2 : Math.sign(rank - old.rank);
    return { id: venue.id, rank, side, fill: fill(venue), at: old?.at ?? given };
  });
  if (next.length === before.length && next.every((p) => p.side === 0)) return before;
  next.sort(
    (a, b) => b.rank - a.rank || a.side - b.side || (a.side === 0 ? 0 : b.fill - a.fill) || a.at - b.at,
  );
  return next.map(({ id, rank }) => ({ id, rank }));
}

/** Columns in which n tiles fill a wall of this size best, each about 4:3. */
export function columns(n: number, width: number, height: number): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let cols = 1; cols <= Math.max(1, n); cols++) {
    const rows = Math.ceil(n / cols);
    const shape = width / cols / (height / rows);
    const odds = Math.abs(Math.log(shape / (4 / 3))) + (cols * rows - n) * 0.02;
    if (odds < least) [best, least] = [cols, odds];
  }
  return best;
}
