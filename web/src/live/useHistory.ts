import { useEffect, useState } from "preact/hooks";
import { call, of } from "../server/client";
import type { History } from "../server/shapes";
import { dayBegan } from "./history";

const STEP = "10m";
const AGAIN_MS = 5 * 60_000;
/** Requests at a time: a board must not be a burden on the gates. */
const AT_ONCE = 3;

export type Days = ReadonlyMap<string, History>;

/** Every venue's day so far. A venue whose history doesn't come has no line. */
export function useDays(event: string, venues: readonly string[]): Days {
  const [days, setDays] = useState<Days>(new Map());
  const ids = venues.join();
  useEffect(() => {
    if (!ids) return;
    let over = false;
    async function ask() {
      const rest = ids.split(",");
      const got = new Map<string, History>();
      const from = new Date(dayBegan(Date.now())).toISOString();
      async function work() {
        for (let id = rest.shift(); id && !over; id = rest.shift()) {
          const query = new URLSearchParams({ venue: id, from, step: STEP });
          const answer = await call<History>("GET", `${of(event, "history")}?${query}`);
          if (answer.kind === "ok") got.set(id, answer.value);
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      if (!over && got.size > 0) setDays((known) => new Map([...known, ...got]));
    }
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [event, ids]);
  return days;
}
