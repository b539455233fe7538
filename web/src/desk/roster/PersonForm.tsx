import { useId, useRef, useState } from "preact/hooks";
import { local } from "../../say/say";
import type { Answer } from "../../server/client";
import type { Attendee, Category } from "../../server/shapes";
import { Field } from "../pieces/Field";
import type { Work } from "../work";
import { rosterSay } from "./words";

/** What is filled in of a person, as the server takes it. */
const FIELDS = [
  "name",
  "organization",
  "category",
  "name_latin",
  "delegation",
  "email",
  "phone",
  "ref",
  "locale",
] as const;

type Name = (typeof FIELDS)[number];
export type Fields = Readonly<Record<Name, string>>;

export const fieldsOf = (person: Partial<Attendee>): Fields => {
  const entries = FIELDS.map((name) => [name, person[name] ?? ""] as const);
  return Object.fromEntries(entries) as Record<Name, string>;
};

interface Props {
  readonly work: Work;
  readonly categories: readonly Category[];
  readonly begin: Fields;
  /** What is filled in already and not yet the server's. */
  readonly draft?: Partial<Fields>;
  /** Whether the rarer fields are in view at once. */
  readonly all: boolean;
  readonly save: string;
  /** Sends what differs from the beginning. */
  readonly onSave: (changed: Partial<Fields>) => Promise<Answer<unknown>>;
  readonly onCancel: () => void;
}

/** The form for somebody who walks in, and for one whose entry is wrong. */
export function PersonForm({ work, categories, begin, draft, all, save, onSave, onCancel }: Props) {
  const { lang, fail } = work;
  const t = rosterSay(lang);
  const [fields, setFields] = useState<Fields>({ ...begin, ...draft });
  const [wrong, setWrong] = useState<Partial<Record<Name, string>>>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const more = useId();

  const fill = (name: Name, value: string) => {
    setFields({ ...fields, [name]: value });
    setWrong({ ...wrong, [name]: undefined });
  };

  /** Says what is wrong, and goes to the first of it. */
  function complain(found: Partial<Record<Name, string>>) {
    setWrong(found);
    const first = FIELDS.find((name) => found[name]);
    const control = first && form.current?.elements.namedItem(first);
    if (!(control instanceof HTMLElement)) return;
    control.closest("details")?.setAttribute("open", "");
    control.focus();
  }

  async function send() {
    const missing = (["name", "category"] as const).filter((name) => !fields[name].trim());
    complain(Object.fromEntries(missing.map((name) => [name, t(`roster.needs.${name}`)])));
    if (missing.length > 0 || busy) return;
    setBusy(true);
    const changed = FIELDS.filter((name) => fields[name].trim() !== begin[name]);
    const answer = await onSave(Object.fromEntries(changed.map((name) => [name, fields[name].trim()])));
    setBusy(false);
    if (answer.kind === "ok") return;
    const named = answer.kind === "refused" && answer.code === "ref_taken" ? "ref_taken" : undefined;
    const field = answer.kind === "refused" ? FIELDS.find((name) => name === answer.field) : undefined;
    if (named) complain({ ref: t("roster.ref_taken") });
    else if (field) complain({ [field]: t(`roster.wrong.${field}`) });
    else fail(answer);
  }

  const line = (name: Exclude<Name, "category" | "locale">, rest: Record<string, string> = {}) => (
    <Field label={t(`roster.field.${name}`)} wrong={wrong[name]}>
      {(ties) => (
        <input
          {...rest}
          {...ties}
          name={name}
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          value={fields[name]}
          onInput={(e) => fill(name, e.currentTarget.value)}
        />
      )}
    </Field>
  );
  const pick = (name: "category" | "locale", options: readonly (readonly [string, string])[]) => (
    <Field label={t(`roster.field.${name}`)} wrong={wrong[name]}>
      {(ties) => (
        <select
          {...ties}
          name={name}
          value={fields[name]}
          onChange={(e) => fill(name, e.currentTarget.value)}
        >
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  const languages = [
    ["", t("roster.locale_event")],
    ["zh", "中文"],
    ["en", "English"],
  ] as const;
  const other = begin.locale && !languages.some(([tag]) => tag === begin.locale);
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
    >
      {line("name")}
      {line("organization")}
      {pick("category", [
        ["", t("roster.choose")],
        ...categories.map((c) => [c.id, local(c.name, lang)] as const),
      ])}
      <details open={all} aria-labelledby={more}>
        <summary id={more}>{t("roster.more")}</summary>
        <div class="form">
          {line("name_latin")}
          {line("delegation")}
          {line("email", { type: "email" })}
          {line("phone", { type: "tel" })}
          {line("ref")}
          {pick("locale", other ? [...languages, [begin.locale, begin.locale]] : languages)}
        </div>
      </details>
      <div class="does">
        <button type="submit" class="main" disabled={busy}>
          {save}
        </button>
        <button type="button" class="plain" onClick={onCancel}>
          {t("roster.cancel")}
        </button>
      </div>
    </form>
  );
}
