import type { Names } from "../names";
import { Field } from "./Field";
import { useStanding } from "./useStanding";

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly wrong?: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly type?: "text" | "date" | "datetime-local" | "number" | "time" | "color";
  readonly min?: string;
  readonly lang?: string;
  readonly list?: string;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** One line to fill in, with its words. */
export function Input({ label, hint, wrong, onValue, type = "text", ...rest }: Props) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(ties) => (
        <input
          type={type}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          {...rest}
          {...ties}
          onInput={(e) => onValue(e.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A name in both languages, side by side. */
export function NamesInput(props: {
  zh: string;
  en: string;
  hint?: string;
  wrong: string | undefined;
  names: Names;
  onNames: (names: Names) => void;
}) {
  const { names, onNames } = props;
  const [wrong, changed] = useStanding(props.wrong);
  return (
    <div class="pair" onInput={changed}>
      <Input
        label={props.zh}
        lang="zh"
        value={names.zh}
        wrong={wrong}
        onValue={(zh) => onNames({ ...names, zh })}
      />
      <Input
        label={props.en}
        lang="en"
        hint={props.hint}
        value={names.en}
        onValue={(en) => onNames({ ...names, en })}
      />
    </div>
  );
}

/** One of a few. */
export function Choice<T extends string>(props: {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  value: T;
  options: readonly { readonly value: T; readonly text: string }[];
  onValue: (value: T) => void;
}) {
  const { label, hint, wrong, value, options, onValue } = props;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(ties) => (
        <select
          {...ties}
          value={value}
          onChange={(e) => {
            const chosen = options.find((o) => o.value === e.currentTarget.value);
            if (chosen) onValue(chosen.value);
          }}
        >
          {options.map((o) => (
            <option key={o.value} value={o.value}>
              {o.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Any of several. */
export function Ticks(props: {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  chosen: readonly string[];
  options: readonly { readonly value: string; readonly text: string }[];
  onChosen: (chosen: readonly string[]) => void;
}) {
  const { label, hint, chosen, options, onChosen } = props;
  const [wrong, changed] = useStanding(props.wrong);
  return (
    <fieldset class="ticks" onChange={changed} aria-invalid={Boolean(wrong) || undefined}>
      <legend>{label}</legend>
      {hint && <p class="hint">{hint}</p>}
      {options.map((o) => (
        <label key={o.value} class="tick">
          <input
            type="checkbox"
            checked={chosen.includes(o.value)}
            onChange={(e) =>
              onChosen(
                e.currentTarget.checked ? [...chosen, o.value] : chosen.filter((one) => one !== o.value),
              )
            }
          />
          <span dir="auto">{o.text}</span>
        </label>
      ))}
      {wrong && <p class="wrong">{wrong}</p>}
    </fieldset>
  );
}
