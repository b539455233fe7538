import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Lang } from "../../say/say";
import type { Answer } from "../../server/client";
import { why } from "../why";
import type { Work } from "../work";
import { Round } from "./useStanding";

/** What is wrong with a form, by field; "" is the form as a whole. */
export type Wrong = Readonly<Record<string, string | undefined>>;

export interface Filling {
  readonly wrong: Wrong;
  readonly busy: boolean;
  /**
   * Sends what was filled in unless something is wrong with it already. What is
   * refused is said at the field that it lies in; undefined when it wasn't taken.
   */
  readonly send: <T>(wrong: Wrong, request: () => Promise<Answer<T>>) => Promise<{ value: T } | undefined>;
}

/** The state of a form with these fields beside those of its whole. */
export function useFilling(lang: Lang, fail: Work["fail"], fields: readonly string[]): Filling {
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const send: Filling["send"] = async (found, request) => {
    setWrong(found);
    if (Object.values(found).some(Boolean)) return undefined;
    setBusy(true);
    const answer = await request();
    setBusy(false);
    if (answer.kind === "ok") return answer;
    if (answer.kind === "signed_out") fail(answer);
    // "hours[1].from" lies in hours; a taken id is the id's.
    const named = answer.kind === "refused" ? (answer.field || "").split(/[[.]/)[0] : "";
    const field = answer.kind === "refused" && answer.code === "exists" ? "id" : named;
    setWrong({ [field && fields.includes(field) ? field : ""]: why(answer, lang) });
    return undefined;
  };
  return { wrong, busy, send };
}

interface Props {
  readonly filling: Filling;
  /** What the button says that sends it. */
  readonly save: string;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
  /** Further things to do, beside the button. */
  readonly more?: ComponentChildren;
}

/** A form whose mistakes are named where they are, the first one focused. */
export function Form({ filling, save, onSubmit, children, more }: Props) {
  const { wrong, busy } = filling;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong]);
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      <Round.Provider value={wrong}>{children}</Round.Provider>
      <p class="trouble" role="alert">
        {wrong[""]}
      </p>
      <div class="does">
        <button type="submit" class="main" disabled={busy}>
          {save}
        </button>
        {more}
      </div>
    </form>
  );
}
