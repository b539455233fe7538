// What every task of the desk is given.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Lang } from "../say/say";
import { type Answer, call } from "../server/client";
import type { EventInfo, Items, Me } from "../server/shapes";
import type { Task } from "./route";

/** An answer that isn't what was asked for. */
export type Trouble = Exclude<Answer<unknown>, { kind: "ok" }>;

export interface Work {
  readonly me: Me;
  readonly event: string;
  readonly lang: Lang;
  /** What of the task is open. */
  readonly rest: readonly string[];
  readonly go: (task: Task, ...rest: readonly string[]) => void;
  /** Says what was done, with the way back where there is one. */
  readonly tell: (text: string, undo?: () => Promise<void>) => void;
  /** Says why something was not done; signs out where that is why. */
  readonly fail: (trouble: Trouble) => void;
  /** The event has changed, or there is a new one to go on with. */
  readonly onEvent: (event: EventInfo) => void;
}

/** Most items that the server gives in one answer. */
const PAGE = 500;

/** All items of a list, however many pages it takes. */
export async function all<T>(path: string): Promise<Answer<readonly T[]>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor ? { cursor } : {}) });
    const answer = await call<Items<T>>("GET", `${path}${path.includes("?") ? "&" : "?"}${query}`);
    if (answer.kind !== "ok") return answer;
    items.push(...answer.value.items);
    cursor = answer.value.next_cursor;
  } while (cursor);
  return { kind: "ok", value: items };
}

export interface Listed<T> {
  /** Undefined until the first answer. */
  readonly items: readonly T[] | undefined;
  /** Asks again. */
  readonly load: () => Promise<void>;
}

/** A list of the server's that the task shows whole. */
export function useList<T>(path: string, fail: Work["fail"]): Listed<T> {
  const [items, setItems] = useState<readonly T[]>();
  const turn = useRef(0);
  const told = useRef(fail);
  told.current = fail;
  const load = useCallback(async () => {
    const mine = ++turn.current;
    const answer = await all<T>(path);
    if (mine !== turn.current) return; // asked again since, or gone
    if (answer.kind === "ok") setItems(answer.value);
    else told.current(answer);
  }, [path]);
  useEffect(() => {
    setItems(undefined);
    load();
    return () => {
      turn.current++;
    };
  }, [load]);
  return { items, load };
}

export interface Shown<T> {
  /** Undefined until the first answer. */
  readonly value: T | undefined;
  readonly load: () => Promise<void>;
}

/** One thing of the server's, asked for again every so often where that is said. */
export function useThing<T>(path: string, fail: Work["fail"], everyMs?: number): Shown<T> {
  const [value, setValue] = useState<T>();
  const turn = useRef(0);
  const told = useRef(fail);
  told.current = fail;
  const ask = useCallback(
    async (quietly: boolean) => {
      const mine = ++turn.current;
      const answer = await call<T>("GET", path);
      if (mine !== turn.current) return; // asked again since, or gone
      if (answer.kind === "ok") setValue(answer.value);
      else if (!quietly || answer.kind === "signed_out") told.current(answer);
    },
    [path],
  );
  const load = useCallback(() => ask(false), [ask]);
  useEffect(() => {
    setValue(undefined);
    load();
    const again = everyMs && setInterval(() => document.hidden || ask(true), everyMs);
    return () => {
      turn.current++;
      if (again) clearInterval(again);
    };
  }, [load, ask, everyMs]);
  return { value, load };
}
