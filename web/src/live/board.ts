// What the board knows, apart from how it is drawn.
import type { Occupancy, VenueOccupancy } from "../server/shapes";
import type { Message } from "../server/stream";

/** Numbers older than this, in ms, are shown as stale and never as fresh. */
export const STALE_MS = 20_000;

export type Level = "calm" | "amber" | "red" | "alarm";

/** How urgent a venue is; one without a limit never is. */
export function level(venue: Pick<VenueOccupancy, "inside" | "capacity">): Level {
  if (venue.capacity <= 0) return "calm";
  const full = venue.inside / venue.capacity;
  return full >= 1 ? "alarm" : full >= 0.9 ? "red" : full >= 0.75 ? "amber" : "calm";
}

/** Whole percent, rounded down: a venue isn't 100 % full before it is. */
export const percent = (venue: Pick<VenueOccupancy, "inside" | "capacity">): number | undefined =>
  venue.capacity > 0 ? Math.floor((venue.inside / venue.capacity) * 100) : undefined;

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null;
const isOccupancy = (v: unknown): v is Occupancy => isObject(v) && Array.isArray(v.venues);

/** The numbers after a message of the live feed; other messages change none. */
export function advance(known: Occupancy | undefined, message: Message): Occupancy | undefined {
  if (message.event !== "snapshot" && message.event !== "occupancy") return known;
  let data: unknown;
  try {
    data = JSON.parse(message.data);
  } catch {
    return known;
  }
  if (isObject(data) && isOccupancy(data.occupancy)) data = data.occupancy;
  if (!isOccupancy(data)) return known;
  if (message.event === "snapshot" || !known) return data;
  // An update may name only the venues that changed.
  const changed = new Map(data.venues.map((v) => [v.id, v]));
  const venues = known.venues.map((v) => ({ ...v, ...changed.get(v.id) }));
  const added = data.venues.filter((v) => !known.venues.some((k) => k.id === v.id));
  return { ...known, ...data, venues: [...venues, ...added] };
}
