import { useEffect, useRef, useState } from "preact/hooks";
import { type Answer, call, of } from "../server/client";
import type { Inside, Items, Occupancy, RollCallAnswer } from "../server/shapes";
import { type Keep, openKeep } from "./keep";
import { type Enrolled, enrol, type Mark, type Marks, marksFrom, merge, pending, type Roll } from "./roll";

/** How often marks are told and heard, and who is inside is looked at, ms. */
const TURN_MS = 4000;
const LOOK_MS = 30_000;
/** As many marks as the server takes in one turn. */
const MOST = 5000;

/** A roll call that others have begun. */
export interface Running {
  readonly id: string;
  readonly began: number;
  readonly devices: number;
}

export type RollState =
  | { readonly at: "opening" }
  | {
      readonly at: "none";
      readonly busy: boolean;
      readonly failed: boolean;
      readonly lasting: boolean;
      readonly running: Running | undefined;
    }
  | {
      readonly at: "on";
      readonly roll: Roll;
      readonly marks: Marks;
      /** The server has all our marks, and we have everybody's. */
      readonly online: boolean;
      readonly devices: number;
      /** Somebody has begun another roll call: this one counts for nobody else. */
      readonly replaced: Running | undefined;
    };

const runningOf = (told: RollCallAnswer): Running | undefined =>
  told.roll && told.began
    ? { id: told.roll, began: Date.parse(told.began), devices: told.devices }
    : undefined;

/**
 * The event's roll call on this device. ahead is how far the server's clock is
 * ahead of ours, ms; when the board's total changes, the list is looked at
 * again.
 */
export function useRoll(event: string, ahead: number, board: Occupancy | undefined, onSignedOut: () => void) {
  const inside = board?.inside_total;
  const [state, setState] = useState<RollState>({ at: "opening" });
  const kept = useRef<{ keep: Keep; lasting: boolean }>(undefined);
  const now = useRef(state);
  now.current = state;
  const told = useRef<Marks>(new Map()); // our marks that the server has
  const known = useRef("");
  const again = useRef(() => {});
  const roll = state.at === "on" ? state.roll.id : undefined;

  const askInside = () => call<Items<Inside>>("GET", of(event, "inside"), undefined, 30_000);
  const turn = (more: object): Promise<Answer<RollCallAnswer>> =>
    call("POST", of(event, "rollcall"), { device: kept.current?.keep.device, ...more });

  useEffect(() => {
    let over = false;
    setState({ at: "opening" });
    async function open() {
      kept.current ??= await openKeep();
      const { keep, lasting } = kept.current;
      const found = await keep.load(event).catch(() => undefined);
      if (over) return;
      if (found) return setState({ at: "on", ...found, online: true, devices: 1, replaced: undefined });
      const answer = await turn({});
      if (over) return;
      if (answer.kind === "signed_out") return onSignedOut();
      const running = answer.kind === "ok" ? runningOf(answer.value) : undefined;
      setState({ at: "none", busy: false, failed: false, lasting, running });
    }
    open();
    return () => {
      over = true;
    };
  }, [event]);

  // Who leaves by a gate is out, and who is found inside late is on the list, too.
  useEffect(() => {
    if (!roll) return;
    let over = false;
    async function look() {
      const answer = await askInside();
      if (over || answer.kind !== "ok") return;
      setState((s) => {
        if (s.at !== "on") return s;
        const next = { ...s.roll, asked: Date.now(), people: enrol(s.roll.people, answer.value.items) };
        kept.current?.keep.saveRoll(next).catch(() => {});
        return { ...s, roll: next };
      });
    }
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [event, roll, inside]);

  // Tells our marks and hears the others'.
  useEffect(() => {
    if (!roll) return;
    let over = false;
    let busy = false;
    let due = false;
    async function take() {
      const s = now.current;
      const keep = kept.current?.keep;
      if (over || s.at !== "on" || s.replaced || !keep) return;
      due = busy;
      if (busy) return;
      busy = true;
      const ours = pending(s.marks, told.current, keep.device).slice(0, MOST);
      const answer = await turn({
        roll: s.roll.id,
        began: new Date(s.roll.began).toISOString(),
        marks: ours.map(({ badge, safe, at }) => ({ badge, safe, at: new Date(at).toISOString() })),
        known: known.current,
      });
      busy = false;
      if (over) return;
      if (answer.kind === "signed_out") return onSignedOut();
      if (answer.kind !== "ok") return setState((v) => (v.at === "on" ? { ...v, online: false } : v));
      const running = runningOf(answer.value);
      if (running && running.id !== s.roll.id) {
        return setState((v) => (v.at === "on" ? { ...v, online: true, replaced: running } : v));
      }
      told.current = merge(told.current, ours);
      known.current = answer.value.version;
      const heard = marksFrom(answer.value.marks ?? []);
      keep.saveMarks(event, heard).catch(() => {});
      const devices = answer.value.devices;
      setState((v) => (v.at === "on" ? { ...v, online: true, devices, marks: merge(v.marks, heard) } : v));
      if (due) take();
    }
    again.current = take;
    take();
    const timer = setInterval(take, TURN_MS);
    addEventListener("online", take);
    return () => {
      over = true;
      again.current = () => {};
      clearInterval(timer);
      removeEventListener("online", take);
    };
  }, [event, roll]);

  /** Begins a roll call, or takes part in one that others began. */
  async function begin(running?: Running) {
    const lasting = kept.current?.lasting === true;
    setState({ at: "none", busy: true, failed: false, lasting, running });
    const failed = (answer: { kind: string }) => {
      if (answer.kind === "signed_out") return onSignedOut();
      setState({ at: "none", busy: false, failed: true, lasting, running });
    };
    const list = await askInside();
    if (list.kind !== "ok") return failed(list);
    const answer = await turn(
      running ? { roll: running.id, began: new Date(running.began).toISOString() } : { start: true },
    );
    if (answer.kind !== "ok") return failed(answer);
    const mine = runningOf(answer.value);
    if (!mine) return failed({ kind: "unavailable" });
    const keep = kept.current?.keep;
    const fresh: Roll = {
      event,
      id: mine.id,
      began: mine.began,
      asked: Date.now(),
      people: enrol([], list.value.items),
      venues: board?.venues.map(({ id, name }) => ({ id, name })) ?? [],
    };
    const marks = marksFrom(answer.value.marks ?? []);
    told.current = new Map();
    known.current = answer.value.version;
    await keep?.drop(event).catch(() => {});
    await keep?.saveRoll(fresh).catch(() => {});
    await keep?.saveMarks(event, marks).catch(() => {});
    setState({
      at: "on",
      roll: fresh,
      marks: merge(new Map(), marks),
      online: true,
      devices: mine.devices,
      replaced: undefined,
    });
  }

  function tick(person: Enrolled, safe: boolean) {
    const keep = kept.current?.keep;
    if (!keep || state.at !== "on") return;
    // Whatever the clocks say, our mark is later than the one that we see.
    const at = Math.max(Date.now() + ahead, (state.marks.get(person.badge)?.at ?? 0) + 1);
    const mark: Mark = { badge: person.badge, safe, at, device: keep.device };
    const marks = merge(state.marks, [mark]);
    now.current = { ...state, marks };
    setState((s) => (s.at === "on" ? { ...s, marks: merge(s.marks, [mark]) } : s));
    keep.saveMarks(event, [mark]).catch(() => {});
    again.current();
  }

  /** Takes everything off this device; the others go on. */
  async function end() {
    await kept.current?.keep.drop(event).catch(() => {});
    setState({
      at: "none",
      busy: false,
      failed: false,
      lasting: kept.current?.lasting === true,
      running: undefined,
    });
  }

  return { state, begin, tick, end };
}
