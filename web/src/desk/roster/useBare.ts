import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Answer, call, of } from "../../server/client";
import type { Attendee } from "../../server/shapes";
import type { Work } from "../work";
import type { Found } from "./window";

const BEAT_MS = 500; // between two looks at how far it is
const PATIENCE_MS = 10 * 60_000; // for badges of a large roster

export interface Bare {
  /** How many never had a badge; undefined until that is known. */
  readonly count: number | undefined;
  readonly look: () => Promise<void>;
  /** How many have got one so far, while badges are issued to all. */
  readonly issuing: { readonly done: number; readonly total: number } | undefined;
  readonly issueAll: () => Promise<void>;
}

/** Those who never had a badge, and their badges. */
export function useBare(work: Work, onIssued: (n: number) => void): Bare {
  const { event, fail } = work;
  const [count, setCount] = useState<number>();
  const [issuing, setIssuing] = useState<Bare["issuing"]>();
  const gone = useRef(false);
  const issued = useRef(onIssued);
  issued.current = onIssued;

  const ask = useCallback(async () => {
    const [none, revoked] = await Promise.all(
      ["none", "revoked"].map((status) =>
        call<Found<Attendee>>("GET", `${of(event, "attendees")}?status=${status}&limit=1&total=true`),
      ),
    );
    if (none?.kind !== "ok" || revoked?.kind !== "ok") return undefined;
    return Math.max(0, (none.value.total ?? 0) - (revoked.value.total ?? 0));
  }, [event]);
  const look = useCallback(async () => {
    const found = await ask();
    if (!gone.current && found !== undefined) setCount(found);
  }, [ask]);

  useEffect(() => {
    gone.current = false;
    look();
    return () => {
      gone.current = true;
    };
  }, [look]);

  const issueAll = useCallback(async () => {
    const total = (await ask()) ?? 0;
    let answer: Answer<{ issued: number }> | undefined;
    setIssuing({ done: 0, total });
    call<{ issued: number }>("POST", of(event, "badges", "issue-all"), {}, PATIENCE_MS).then((a) => {
      answer = a;
    });
    while (!answer && !gone.current) {
      await new Promise((done) => setTimeout(done, BEAT_MS));
      const left = answer ? undefined : await ask();
      if (left !== undefined) setIssuing({ done: Math.max(0, total - left), total });
    }
    if (gone.current || !answer) return;
    setIssuing(undefined);
    await look();
    if (answer.kind === "ok") issued.current(answer.value.issued);
    else fail(answer);
  }, [ask, look, event, fail]);

  return { count, look, issuing, issueAll };
}
