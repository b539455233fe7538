// When each gate was last heard of.
import type { GateOccupancy, VenueOccupancy } from "../server/shapes";

/** A gate that scanned and then has not for this long, in ms, has gone silent. */
export const SILENT_MS = 10 * 60_000;
/** After this long, in ms, it isn't silent but has closed. */
export const CLOSED_MS = 12 * 3600_000;

export interface Silence {
  readonly gate: string;
  readonly venue: string;
  readonly seconds: number;
}

/** Since when a gate gives no sign, in s; undefined while it does or never has. */
export function silentFor(gate: GateOccupancy, now: number): number | undefined {
  if (!gate.last_seen) return undefined;
  const ms = now - Date.parse(gate.last_seen);
  return ms >= SILENT_MS && ms < CLOSED_MS ? Math.floor(ms / 1000) : undefined;
}

/** The gates that went silent, latest first; now is the server's, in ms. */
export function silences(venues: readonly VenueOccupancy[], now: number): readonly Silence[] {
  return venues
    .flatMap((v) =>
      v.gates.flatMap((g) => {
        const seconds = silentFor(g, now);
        return seconds === undefined ? [] : [{ gate: g.id, venue: v.id, seconds }];
      }),
    )
    .sort((a, b) => a.seconds - b.seconds);
}
