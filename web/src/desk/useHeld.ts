// What can't be taken back once it is done is held for a few seconds, in which
// it can; leaving the page does it at once.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "../server/client";
import { beforeSignOut } from "../session/session";
import type { Work } from "./work";

export interface Held {
  /** What it is done to, by its id. */
  readonly subject: string;
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** What is said while it waits, once it is done, and when it was taken back. */
  readonly words: { readonly waits: string; readonly done: string; readonly stays: string };
  readonly onDone: () => void;
}

const HELD_MS = 5000;

export function useHeld({ tell, fail }: Work) {
  const [waiting, setWaiting] = useState<string>();
  const held = useRef<{ what: Held; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);

  /** Takes it out of the hold. */
  const take = useCallback(() => {
    const { current } = held;
    held.current = undefined;
    if (current) clearTimeout(current.timer);
    return current?.what;
  }, []);

  const carryOut = useCallback(async () => {
    const what = take();
    if (!what) return;
    const answer = await call(what.method, what.path, what.body);
    setWaiting((now) => (now === what.subject ? undefined : now));
    what.onDone();
    if (answer.kind === "ok") tell(what.words.done);
    else fail(answer);
  }, [take, tell, fail]);

  const hold = useCallback(
    (what: Held) => {
      carryOut();
      held.current = { what, timer: setTimeout(carryOut, HELD_MS) };
      setWaiting(what.subject);
      tell(what.words.waits, async () => {
        if (held.current?.what !== what) return; // too late
        take();
        setWaiting(undefined);
        tell(what.words.stays);
      });
    },
    [carryOut, take, tell],
  );

  useEffect(() => {
    const leave = () => {
      const what = take();
      if (!what) return;
      fetch(what.path, {
        method: what.method,
        keepalive: true,
        ...(what.body === undefined
          ? {}
          : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(what.body) }),
      });
    };
    addEventListener("pagehide", leave);
    const drop = beforeSignOut(carryOut);
    return () => {
      drop();
      removeEventListener("pagehide", leave);
      carryOut();
    };
  }, [take, carryOut]);

  return { hold, waiting };
}
