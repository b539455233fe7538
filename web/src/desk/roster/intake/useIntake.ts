import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Answer, call, of, sendFile } from "../../../server/client";
import type { Work } from "../../work";
import { importQuery, type Match, type Preview, type Reading, readingQuery } from "./columns";
import type { Report } from "./report";

const BEAT_MS = 400; // between two looks at how far an import is
const UPLOAD_MS = 5 * 60_000; // the longest that sending a file may take
const TRIES = 10; // looks in a row without an answer before it counts as lost

export interface Running {
  readonly dryRun: boolean;
  /** Undefined until the server has the file. */
  readonly report: Report | undefined;
}

/** Sends a roster file to be looked at, tried and taken in. */
export function useIntake({ event }: Work) {
  const [running, setRunning] = useState<Running>();
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const preview = useCallback(
    (file: File, reading: Reading) =>
      sendFile<Preview>(`${of(event, "imports", "preview")}?${readingQuery(reading)}`, file, UPLOAD_MS),
    [event],
  );

  /** Answers once it has ended, however long that takes. */
  const take = useCallback(
    async (file: File, how: { preview: Preview; match: Match; category: string }, dryRun: boolean) => {
      setRunning({ dryRun, report: undefined });
      const query = importQuery(how.preview, how.match, how.category, dryRun);
      let answer: Answer<Report> = await sendFile(`${of(event, "imports")}?${query}`, file, UPLOAD_MS);
      const id = answer.kind === "ok" ? answer.value.id : "";
      for (let lost = 0; id && !gone.current && lost < TRIES; ) {
        if (answer.kind === "ok") {
          lost = 0;
          if (answer.value.state !== "running") break;
          setRunning({ dryRun, report: answer.value });
        } else if (answer.kind === "unavailable") lost++;
        else break;
        await new Promise((done) => setTimeout(done, BEAT_MS));
        answer = await call<Report>("GET", of(event, "imports", id));
      }
      setRunning(undefined);
      return answer;
    },
    [event],
  );
  return { running, preview, take };
}
