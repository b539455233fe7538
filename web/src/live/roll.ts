// The roll call of an evacuation: who was inside when it began, and who has
// been seen outside since. Ticks are made on several devices, with and without
// a network, and put together in any order: of each person the latest tick
// holds, so that all devices end with the same list.
import type { Text } from "../say/say";
import type { Inside, RollCallMark } from "../server/shapes";

export interface Mark {
  readonly badge: string;
  readonly safe: boolean;
  /** Unix ms by the server's clock, as far as the device knows it. */
  readonly at: number;
  /** The device that made it; it decides between two of the same instant. */
  readonly device: string;
}

export type Marks = ReadonlyMap<string, Mark>;

/** One who was inside. Once no venue has them any more, they left by a gate. */
export interface Enrolled extends Inside {
  readonly left: boolean;
}

export interface Roll {
  readonly event: string;
  /** The server's name for it, which all devices share. */
  readonly id: string;
  /** Unix ms. */
  readonly began: number;
  /** When the list was last fetched from the server, Unix ms. */
  readonly asked: number;
  readonly people: readonly Enrolled[];
  /** The venues in their order, for when the board doesn't come. */
  readonly venues: readonly { readonly id: string; readonly name: Text }[];
}

const later = (a: Mark, b: Mark) => a.at > b.at || (a.at === b.at && a.device > b.device);

/** Both together. Order and repetition make no difference. */
export function merge(known: Marks, more: Iterable<Mark>): Marks {
  let next: Map<string, Mark> | undefined;
  for (const mark of more) {
    const old = (next ?? known).get(mark.badge);
    if (old && !later(mark, old)) continue;
    next ??= new Map(known);
    next.set(mark.badge, mark);
  }
  return next ?? known;
}

/** Marks as the server tells them. */
export const marksFrom = (told: readonly RollCallMark[]): readonly Mark[] =>
  told.map(({ badge, safe, at, device }) => ({ badge, safe, device, at: Date.parse(at) }));

/** The device's own marks that the server hasn't been told yet. */
export const pending = (marks: Marks, told: Marks, device: string): readonly Mark[] =>
  [...marks.values()].filter((m) => m.device === device && told.get(m.badge)?.at !== m.at);

/** The list after another look at who is inside: nobody ever falls off it. */
export function enrol(known: readonly Enrolled[], inside: readonly Inside[]): readonly Enrolled[] {
  const all = new Map<string, Enrolled>(known.map((p) => [p.badge, { ...p, left: true }]));
  // A person may be in two venues at once and is looked for in the last one.
  for (const p of [...inside].sort((a, b) => Date.parse(a.since) - Date.parse(b.since)))
    all.set(p.badge, { ...p, left: false });
  return [...all.values()];
}

/** Seen outside by somebody, or by a gate. */
export const isSafe = (person: Enrolled, marks: Marks): boolean =>
  person.left || marks.get(person.badge)?.safe === true;

/** How many are accounted for and how many are not. */
export function tally(people: readonly Enrolled[], marks: Marks): { safe: number; missing: number } {
  const safe = people.filter((p) => isSafe(p, marks)).length;
  return { safe, missing: people.length - safe };
}
