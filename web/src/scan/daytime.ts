// The event's own clock, which isn't the phone's.

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, found);
  }
  return found;
}

/** The local calendar day in days since 1970-01-01, and the minute of that day. */
export function localTime(ms: number, zone: string): { readonly day: number; readonly minute: number } {
  const got: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(ms)) got[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = got;
  return { day: Date.UTC(year, month - 1, day) / 86_400_000, minute: hour * 60 + minute };
}

/** "09:30" in minutes since midnight; undefined when it is no time of day. */
export function minuteOf(clock: string): number | undefined {
  const [, h, m] = /^(\d\d):(\d\d)$/.exec(clock) ?? [];
  const minute = Number(h) * 60 + Number(m);
  return Number(m) < 60 && minute <= 24 * 60 ? minute : undefined;
}
