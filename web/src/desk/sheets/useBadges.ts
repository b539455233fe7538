import { useEffect, useRef, useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { Attendee, Items } from "../../server/shapes";
import type { Work } from "../work";
import { BATCH } from "./paper";

/** Whose badges are printed: one person's, or those that a search finds. */
export interface Whose {
  readonly person?: string | undefined;
  readonly q: string;
  readonly category: string;
}

export interface Batch {
  readonly people: readonly Attendee[];
  /** Their number counted from all, from 0. */
  readonly from: number;
  readonly back?: (() => void) | undefined;
  readonly next?: (() => void) | undefined;
}

/** The badges in batches of what is printed at once; undefined while they are fetched. */
export function useBadges({ event, fail }: Work, { person, q, category }: Whose): Batch | undefined {
  const [found, setFound] = useState<{ people: readonly Attendee[]; cursor: string | undefined }>();
  // The cursors that led here: the last one is that of the batch in view.
  const [trail, setTrail] = useState<readonly string[]>([]);
  const asked = `${event}/${person ?? ""}/${category}/${q}`;
  const was = useRef(asked);
  const here = was.current === asked ? trail : [];
  const cursor = here.at(-1);

  useEffect(() => {
    if (was.current !== asked) {
      was.current = asked;
      setTrail([]);
    }
    let gone = false;
    setFound(undefined);
    fetchBatch().catch(() => {});
    return () => {
      gone = true;
    };

    async function fetchBatch() {
      if (person) {
        const answer = await call<Attendee>("GET", of(event, "attendees", person));
        if (gone) return;
        if (answer.kind === "ok") setFound({ people: [answer.value], cursor: undefined });
        else fail(answer);
        return;
      }
      const query = new URLSearchParams({
        status: "active",
        limit: String(BATCH),
        ...(q ? { q } : {}),
        ...(category ? { category } : {}),
        ...(cursor ? { cursor } : {}),
      });
      const answer = await call<Items<Attendee>>("GET", `${of(event, "attendees")}?${query}`);
      if (gone) return;
      if (answer.kind === "ok") setFound({ people: answer.value.items, cursor: answer.value.next_cursor });
      else fail(answer);
    }
  }, [asked, cursor, event, person, q, category, fail]);

  if (!found) return undefined;
  const { cursor: more } = found;
  return {
    people: found.people.filter((p) => p.badge?.token),
    from: here.length * BATCH,
    back: here.length > 0 ? () => setTrail(here.slice(0, -1)) : undefined,
    next: more ? () => setTrail([...here, more]) : undefined,
  };
}
