import { useEffect, useRef, useState } from "preact/hooks";
import type { Text } from "../say/say";
import { call, of } from "../server/client";
import type { Category } from "../server/shapes";
import type { Work } from "./work";

/** What is needed to register people and to print their badges. */
export interface Registration {
  readonly event: { readonly id: string; readonly name: Text; readonly locale: string };
  readonly categories: readonly Category[];
}

/** Undefined until the server has answered. */
export function useRegistration(event: string, fail: Work["fail"]): Registration | undefined {
  const [found, setFound] = useState<Registration>();
  const told = useRef(fail);
  told.current = fail;
  useEffect(() => {
    let gone = false;
    call<Registration>("GET", of(event, "registration")).then((answer) => {
      if (gone) return;
      if (answer.kind === "ok") setFound(answer.value);
      else told.current(answer);
    });
    return () => {
      gone = true;
    };
  }, [event]);
  return found;
}
