// The day of a venue as a small line.
import type { Point } from "../server/shapes";

/** The line fills a box of this size, in SVG units. */
export const BOX = { width: 100, height: 24 };

/** Midnight before now on this device's clock, but at least some hours ago. */
export function dayBegan(now: number, leastHours = 3): number {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  return Math.min(midnight.getTime(), now - leastHours * 3600_000);
}

/** The path of "inside" from `from` to now; it ends with the number of now. */
export function sparkline(
  points: readonly Point[],
  stepS: number,
  from: number,
  now: number,
  inside: number,
): string {
  const dots = points
    // What a step ended with holds at its end, and a step not over yet is now.
    .map((p) => ({ at: Date.parse(p.at) + stepS * 1000, n: p.inside }))
    .filter((d) => d.at > from && d.at < now);
  dots.push({ at: now, n: inside });
  const top = Math.max(1, ...dots.map((d) => d.n));
  const x = (at: number) => Math.round(((at - from) / (now - from)) * BOX.width * 100) / 100;
  const y = (n: number) => Math.round((1 - n / top) * (BOX.height - 2) * 100 + 100) / 100;
  return dots.map((d, i) => `${i === 0 ? "M" : "L"}${x(d.at)} ${y(d.n)}`).join("");
}
