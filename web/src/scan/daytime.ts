// The event's own clock, which isn't the phone's.
import { wallMs } from "../say/wall";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The local calendar day in days since 1970-01-01, and the minute of that day. */
export function localTime(ms: number, zone: string): { readonly day: number; readonly minute: number } {
  const wall = wallMs(ms, zone);
  const day = Math.floor(wall / DAY_MS);
  return { day, minute: Math.floor((wall - day * DAY_MS) / MINUTE_MS) };
}

/** "09:30" in minutes since midnight; undefined when it is no time of day. */
export function minuteOf(clock: string): number | undefined {
  const [, h, m] = /^(\d\d):(\d\d)$/.exec(clock) ?? [];
  const minute = Number(h) * 60 + Number(m);
  return Number(m) < 60 && minute <= 24 * 60 ? minute : undefined;
}
