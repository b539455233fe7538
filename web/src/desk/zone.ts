// Times at the desk are those of the event's own clock, wherever the organizer
// sits. A wall time is "2026-11-07T09:00", as a datetime-local field has it.
import type { Lang } from "../say/say";
import { wallMs } from "../say/wall";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The wall time of an instant (RFC 3339) in an IANA zone, to the minute. */
export const wallOf = (instant: string, zone: string): string =>
  new Date(wallMs(Date.parse(instant), zone)).toISOString().slice(0, 16);

/**
 * The instant (RFC 3339, UTC) of a wall time in an IANA zone. A time that the
 * clock shows twice is the first; one that it leaves out is as much later as
 * the clock is put forward. Undefined for what is no wall time.
 */
export function instantOf(wall: string, zone: string): string | undefined {
  const shown = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}:00Z`) : Number.NaN;
  if (Number.isNaN(shown)) return undefined;
  const ahead = (at: number) => wallMs(at, zone) - at;
  const before = shown - ahead(shown - DAY_MS);
  const after = shown - ahead(shown + DAY_MS);
  const fitting = [before, after].filter((at) => wallMs(at, zone) === shown);
  return new Date(fitting.length ? Math.min(...fitting) : before).toISOString();
}

export function isZone(name: string): boolean {
  if (!name) return false;
  try {
    // An offset such as +08:00 has no IANA name and knows no summer time.
    return Boolean(new Intl.DateTimeFormat("en-US", { timeZone: name })) && /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Every zone that the browser knows, by its IANA name. */
export const zones = (): readonly string[] => [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];

/** The zone of this device. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How far the zone is ahead of UTC then: "UTC+08:00". */
export function offsetOf(zone: string, at: number): string {
  const minutes = Math.round((wallMs(at, zone) - Math.floor(at / 1000) * 1000) / MINUTE_MS);
  const two = (n: number) => String(n).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const tag = (lang: Lang) => (lang === "zh" ? "zh-CN" : "en-GB");

/** A moment in words: "7 Nov 2026, 09:00", with the seconds where they matter. */
export const moment = (instant: string | number, zone: string, lang: Lang, seconds = false): string =>
  new Date(instant).toLocaleString(tag(lang), {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  });
