// Where one is at the desk stands in the address after the #, so that the
// browser's back button, bookmarks and a second tab do what one expects.
import { useEffect, useState } from "preact/hooks";
import type { Role } from "../server/shapes";

/** The tasks in the order in which an organizer meets them. */
export const TASKS = ["setup", "places", "roster", "sheets", "crew", "record", "keys"] as const;

export type Task = (typeof TASKS)[number];

/** A task and what of it is open: #/roster/import is ["import"] of "roster". */
export interface Place {
  readonly task: Task;
  readonly rest: readonly string[];
}

/** What the help desk may do, too; the rest is the organizer's. */
const SHARED: readonly Task[] = ["roster", "sheets"];

export const tasksOf = (role: Role): readonly Task[] => (role === "organizer" ? TASKS : SHARED);

export const hashOf = (task: Task, ...rest: readonly string[]): string =>
  `#/${[task, ...rest].map(encodeURIComponent).join("/")}`;

/** The place of an address; where it names none that the role has, the fallback. */
export function placeOf(hash: string, role: Role, fallback: Task): Place {
  const [name, ...rest] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  const task = tasksOf(role).find((t) => t === name);
  return task ? { task, rest: rest.filter(Boolean) } : { task: fallback, rest: [] };
}

/** The address of the task alone: what is open of it is one event's own. */
export function taskOf(hash: string, role: Role): string {
  const [name] = hash.replace(/^#\/?/, "").split("/");
  const task = tasksOf(role).find((t) => t === name);
  return task ? hashOf(task) : "";
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

/** Follows the address. */
export function usePlace(role: Role, fallback: Task): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    follow(); // it may have changed before anybody listened
    return () => removeEventListener("hashchange", follow);
  }, []);
  return placeOf(hash, role, fallback);
}
