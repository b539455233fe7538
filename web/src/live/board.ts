// What the board knows, apart from how it is drawn.
import type { Occupancy, VenueOccupancy } from "../server/shapes";
import type { Message } from "../server/stream";

/** Numbers older than this, in ms, are shown as stale and never as fresh. */
export const STALE_MS = 20_000;

export type Level = "calm" | "amber" | "red" | "alarm";

/** From which part of its capacity on a venue is amber, red and alarm. */
export const THRESHOLDS = [0.75, 0.9, 1] as const;
const LEVELS = ["calm", "amber", "red", "alarm"] as const;

/** How urgent a venue is; one without a limit never is. */
export function level(venue: Pick<VenueOccupancy, "inside" | "capacity">): Level {
  if (venue.capacity <= 0) return "calm";
  const full = venue.inside / venue.capacity;
  return LEVELS[THRESHOLDS.filter((t) => full >= t).length] ?? "calm";
}

/** Whole percent, rounded down: a venue isn't 100 % full before it is. */
export const percent = (venue: Pick<VenueOccupancy, "inside" | "capacity">): number | undefined =>
  venue.capacity > 0 ? Math.floor((venue.inside / venue.capacity) * 100) : undefined;

/** A time to come as one counts it: minutes up to two hours, then whole hours. */
export function soon(seconds: number): { key: "live.minutes" | "live.hours"; n: number } {
  return seconds <= 7200
    ? { key: "live.minutes", n: Math.ceil(seconds / 60) }
    : { key: "live.hours", n: Math.round(seconds / 3600) };
}

const isOccupancy = (v: unknown): v is Occupancy =>
  typeof v === "object" && v !== null && "venues" in v && Array.isArray(v.venues);

/** The numbers after a message of the live feed, which tells all of them or none. */
export function advance(known: Occupancy | undefined, message: Message): Occupancy | undefined {
  if (message.event !== "snapshot" && message.event !== "occupancy") return known;
  try {
    const told: unknown = JSON.parse(message.data);
    return isOccupancy(told) ? told : known;
  } catch {
    return known;
  }
}
