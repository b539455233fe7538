import { useCallback, useEffect, useReducer, useRef, useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { Attendee } from "../../server/shapes";
import type { Work } from "../work";
import { type Found, ListWindow, PAGE } from "./window";

/** Whom to look for; "" is no condition. */
export interface Ask {
  readonly q: string;
  readonly category: string;
  readonly status: "" | "active" | "none";
}

export interface People {
  /** Undefined until the first answer. */
  readonly list: ListWindow<Attendee> | undefined;
  /** Changes with whom was looked for. */
  readonly key: string;
  /** Whether these are the ones who are looked for now, and not before. */
  readonly fresh: boolean;
  /** Shows one person as they are now. */
  readonly put: (person: Attendee) => void;
  /** Asks for all of them again. */
  readonly reload: () => void;
}

const queryOf = (ask: Ask) => Object.entries(ask).filter(([, value]) => value !== "");

/** The people that a search finds. While it runs the ones found before stay. */
export function usePeople(event: string, ask: Ask, fail: Work["fail"]): People {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const [turn, again] = useReducer((n: number) => n + 1, 0);
  const [shown, show] = useState<{ list: ListWindow<Attendee>; key: string }>();
  const last = useRef(shown?.list);
  const key = `${event}?${new URLSearchParams(queryOf(ask))}`;

  useEffect(() => {
    let passed = false;
    const list = new ListWindow<Attendee>({
      ask: (from, withTotal) => {
        const query = new URLSearchParams([
          ...queryOf(ask),
          ["limit", String(PAGE)],
          ["skip", String(from)],
          ["total", String(withTotal)],
        ]);
        return call<Found<Attendee>>("GET", `${of(event, "attendees")}?${query}`);
      },
      onChange: () => draw(undefined),
      onTrouble: fail,
    });
    list.want(0, 0).then(() => {
      if (passed || list.total === undefined) return list.close();
      last.current?.close();
      last.current = list;
      show({ list, key });
    });
    return () => {
      passed = true;
    };
  }, [key, turn, fail]);
  useEffect(() => () => last.current?.close(), []);

  return {
    list: shown?.list,
    key: shown?.key ?? "",
    fresh: shown?.key === key,
    put: useCallback((person) => last.current?.put(person, (other) => other.id === person.id), []),
    reload: useCallback(() => again(undefined), []),
  };
}
