// Which event is at hand, for staff of several: it stands in the address
// (?event=), and the last one is remembered for this tab and for new ones.

const KEPT = "lanyard.event";

/** The parts of an address that a page is found by. */
export type Here = Pick<Location, "pathname" | "search" | "hash">;

/** The event to open; strange where the address names one that isn't theirs. */
export interface Choice {
  readonly event: string | undefined;
  readonly strange: boolean;
}

/** What the address asks for, else the last one that is still theirs, else their first. */
export function choose(
  asked: string | null,
  kept: readonly (string | null)[],
  theirs: readonly string[],
): Choice {
  if (asked && theirs.length > 0 && !theirs.includes(asked)) return { event: undefined, strange: true };
  const event = [asked, ...kept].find((id) => id && theirs.includes(id)) ?? theirs[0];
  return { event, strange: false };
}

/** The address with other values in its query; null takes one out. */
export function addressWith(here: Here, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(here.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const search = query.toString();
  return `${here.pathname}${search && `?${search}`}${here.hash}`;
}

/** Another surface with the same event. */
export const surfaceOf = (path: "/desk" | "/live" | "/scan", event: string): string =>
  addressWith({ pathname: path, search: "", hash: "" }, { event });

export const askedEvent = (): string | null => new URLSearchParams(location.search).get("event");

/** The last events of this tab and of any, the tab's own first. */
export function keptEvents(): (string | null)[] {
  try {
    return [sessionStorage.getItem(KEPT), localStorage.getItem(KEPT)];
  } catch {
    return []; // storage may be closed to us: the address will do
  }
}

/** Writes the event into the address, in place of what is there, and remembers it. */
export function keepEvent(event: string, hash = location.hash): void {
  const address = addressWith({ pathname: location.pathname, search: location.search, hash }, { event });
  history.replaceState(history.state, "", address);
  try {
    sessionStorage.setItem(KEPT, event);
    localStorage.setItem(KEPT, event);
  } catch {
    // As above.
  }
}
