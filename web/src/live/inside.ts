// Who is inside, as a list to search and to print.
import type { Inside } from "../server/shapes";

/** Text as it is searched: no case, no accents, wide and narrow forms alike. */
export const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const searched = new WeakMap<Inside, string>();

function text(person: Inside): string {
  let found = searched.get(person);
  if (found === undefined) {
    const a = person.attendee;
    found = plain(
      [a?.name, a?.name_latin, a?.organization, person.ref, person.badge].filter(Boolean).join(" "),
    );
    searched.set(person, found);
  }
  return found;
}

/** Those in whom every word of the query occurs. */
export function find<P extends Inside>(people: readonly P[], query: string): readonly P[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return words.length === 0 ? people : people.filter((p) => words.every((w) => text(p).includes(w)));
}

/** By venue in the given order; venues with nobody are left out, unknown ones come last. */
export function byVenue<P extends Inside>(
  people: readonly P[],
  order: readonly string[],
): readonly (readonly [venue: string, people: readonly P[]])[] {
  const groups = new Map<string, P[]>(order.map((id) => [id, []]));
  for (const p of people) {
    const group = groups.get(p.venue);
    if (group) group.push(p);
    else groups.set(p.venue, [p]);
  }
  return [...groups].filter(([, group]) => group.length > 0);
}
