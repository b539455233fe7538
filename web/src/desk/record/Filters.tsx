import { useEffect, useState } from "preact/hooks";
import { useSlash } from "../../live/useSlash";
import { type Lang, local } from "../../say/say";
import type { Gate, Operator, Venue } from "../../server/shapes";
import { Field } from "../pieces/Field";
import { Choice, Input } from "../pieces/Input";
import { soughtBy } from "../roster/sought";
import { ACTS, ANYTHING, type Ask } from "./ask";
import { recordSay } from "./words";

interface Props {
  readonly lang: Lang;
  readonly ask: Ask;
  readonly venues: readonly Venue[];
  readonly gates: readonly Gate[];
  readonly staff: readonly Operator[];
  readonly onAsk: (ask: Ask) => void;
}

/** While a number is being typed, the journal isn't asked for each letter. */
const TYPING_MS = 300;

/** What is looked for in the journal. */
export function Filters({ lang, ask, venues, gates, staff, onAsk }: Props) {
  const t = recordSay(lang);
  const [badge, setBadge] = useState(ask.badge);
  useEffect(() => setBadge(ask.badge), [ask.badge]);
  useEffect(() => {
    if (badge === ask.badge) return;
    const timer = setTimeout(() => onAsk({ ...ask, badge: soughtBy(badge) }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [badge, ask]);
  const field = useSlash();
  const any = { value: "", text: t("record.any") };
  const within = gates.filter((g) => !ask.venue || g.venue === ask.venue);
  return (
    <search class="filters" aria-label={t("record.filters")}>
      <Choice
        label={t("record.what")}
        value={ask.act}
        options={ACTS.map((value) => ({ value, text: t(`record.act.${value}`) }))}
        onValue={(act) => onAsk({ ...ask, act })}
      />
      <Choice
        label={t("record.venue")}
        value={ask.venue}
        options={[any, ...venues.map((v) => ({ value: v.id, text: local(v.name, lang) }))]}
        onValue={(venue) => onAsk({ ...ask, venue, gate: "" })}
      />
      <Choice
        label={t("record.gate")}
        value={ask.gate}
        options={[any, ...within.map((g) => ({ value: g.id, text: local(g.name, lang) }))]}
        onValue={(gate) => onAsk({ ...ask, gate })}
      />
      <Choice
        label={t("record.who")}
        value={ask.operator}
        options={[any, ...staff.map((o) => ({ value: o.id, text: o.name }))]}
        onValue={(operator) => onAsk({ ...ask, operator })}
      />
      <Field label={t("record.badge")} hint={t("record.slash")}>
        {(ties) => (
          <input
            {...ties}
            ref={field}
            autocomplete="off"
            spellcheck={false}
            value={badge}
            onInput={(e) => setBadge(e.currentTarget.value)}
          />
        )}
      </Field>
      <Input
        type="datetime-local"
        label={t("record.from")}
        value={ask.from}
        onValue={(from) => onAsk({ ...ask, from })}
      />
      <Input
        type="datetime-local"
        label={t("record.to")}
        value={ask.to}
        onValue={(to) => onAsk({ ...ask, to })}
      />
      {ask !== ANYTHING && (
        <button type="button" class="plain" onClick={() => onAsk(ANYTHING)}>
          {t("record.clear")}
        </button>
      )}
    </search>
  );
}
