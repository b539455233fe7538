import { useEffect, useRef, useState } from "preact/hooks";
import { call, of } from "../server/client";
import type { Inside, Items } from "../server/shapes";
import { type Keep, openKeep } from "./keep";
import { type Enrolled, enrol, type Mark, type Marks, merge, type Roll } from "./roll";

const AGAIN_MS = 10_000;

export type RollState =
  | { readonly at: "opening" }
  | { readonly at: "none"; readonly busy: boolean; readonly failed: boolean; readonly lasting: boolean }
  | { readonly at: "on"; readonly roll: Roll; readonly marks: Marks; readonly online: boolean };

/** The event's roll call on this device; ahead is how far the server's clock is ahead of ours, ms. */
export function useRoll(event: string, ahead: number, onSignedOut: () => void) {
  const [state, setState] = useState<RollState>({ at: "opening" });
  const kept = useRef<{ keep: Keep; lasting: boolean }>(undefined);
  const on = state.at === "on";

  useEffect(() => {
    let over = false;
    setState({ at: "opening" });
    async function open() {
      kept.current ??= await openKeep();
      const { keep, lasting } = kept.current;
      const found = await keep.load(event).catch(() => undefined);
      if (over) return;
      setState(
        found ? { at: "on", ...found, online: true } : { at: "none", busy: false, failed: false, lasting },
      );
    }
    open();
    return () => {
      over = true;
    };
  }, [event]);

  const askInside = () => call<Items<Inside>>("GET", of(event, "inside"), undefined, 30_000);

  // Who leaves by a gate is out, and who comes late to the list is on it, too.
  useEffect(() => {
    if (!on) return;
    let over = false;
    async function look() {
      const answer = await askInside();
      if (over) return;
      if (answer.kind === "signed_out") return onSignedOut();
      setState((now) => {
        if (now.at !== "on") return now;
        if (answer.kind !== "ok") return { ...now, online: false };
        const roll = { ...now.roll, asked: Date.now(), people: enrol(now.roll.people, answer.value.items) };
        kept.current?.keep.saveRoll(roll).catch(() => {});
        return { ...now, roll, online: true };
      });
    }
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [event, on]);

  async function start() {
    const lasting = kept.current?.lasting === true;
    setState({ at: "none", busy: true, failed: false, lasting });
    const answer = await askInside();
    if (answer.kind === "signed_out") return onSignedOut();
    if (answer.kind !== "ok") return setState({ at: "none", busy: false, failed: true, lasting });
    const now = Date.now();
    const roll: Roll = { event, began: now, asked: now, people: enrol([], answer.value.items) };
    await kept.current?.keep.saveRoll(roll).catch(() => {});
    setState({ at: "on", roll, marks: new Map(), online: true });
  }

  function tick(person: Enrolled, safe: boolean) {
    const keep = kept.current?.keep;
    if (!keep) return;
    const mark: Mark = { badge: person.badge, safe, at: Date.now() + ahead, device: keep.device };
    setState((now) => (now.at === "on" ? { ...now, marks: merge(now.marks, [mark]) } : now));
    keep.saveMarks(event, [mark]).catch(() => {});
  }

  async function end() {
    await kept.current?.keep.drop(event).catch(() => {});
    setState({ at: "none", busy: false, failed: false, lasting: kept.current?.lasting === true });
  }

  return { state, start, tick, end };
}
