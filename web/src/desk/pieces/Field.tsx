import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useStanding } from "./useStanding";

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with what was filled in; no more said once that was changed. */
  readonly wrong?: string | undefined;
  /** The control, given the ids that tie it to its words. */
  readonly children: (ties: {
    readonly id: string;
    readonly "aria-describedby": string | undefined;
    readonly "aria-invalid": boolean;
  }) => ComponentChildren;
}

/** One thing to fill in, with its words. */
export function Field({ label, hint, wrong: found, children }: Props) {
  const [wrong, changed] = useStanding(found);
  const id = useId();
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div
      class="field"
      // What is chosen is taken at its change only: until then it must not be drawn again.
      onInput={(e) => e.target instanceof HTMLSelectElement || changed()}
      onChange={changed}
    >
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": Boolean(wrong) })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}
