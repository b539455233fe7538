import { useCallback } from "preact/hooks";
import { call } from "../server/client";
import type { Work } from "./work";

/** The request that puts back what was done. */
export interface Back {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** Tells what was done and puts it back when that is wanted; what is shown is asked for again. */
export function useWayBack({ tell, fail }: Pick<Work, "tell" | "fail">, load: () => Promise<void>) {
  return useCallback(
    (done: string, undone: string, back: Back) =>
      tell(done, async () => {
        const answer = await call(back.method, back.path, back.body);
        await load();
        if (answer.kind === "ok") tell(undone);
        else fail(answer);
      }),
    [tell, fail, load],
  );
}
