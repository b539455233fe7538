import type { Lang } from "../../say/say";
import type { Window } from "../../server/shapes";
import { useStanding } from "../pieces/useStanding";
import { placesSay } from "./words";

/** A window as it is being filled in. */
export interface Span extends Window {
  /** Tells it from the others while it is in the form. */
  readonly key: number;
}

let made = 0;

/** A field for a time knows no 24:00; a window that ends at 00:00 is the same. */
export const spansOf = (hours: readonly Window[]): readonly Span[] =>
  hours.map(({ from, to }) => ({ from, to: to === "24:00" ? "00:00" : to, key: made++ }));

interface Props {
  readonly hours: readonly Span[];
  readonly lang: Lang;
  readonly wrong: string | undefined;
  readonly onHours: (hours: readonly Span[]) => void;
}

/** The spans of a day in which a venue is open. */
export function Hours({ hours, lang, wrong: found, onHours }: Props) {
  const [wrong, changed] = useStanding(found);
  const t = placesSay(lang);
  const set = (spans: readonly Span[]) => {
    changed();
    onHours(spans);
  };
  const fill = (key: number, part: Partial<Window>) =>
    set(hours.map((w) => (w.key === key ? { ...w, ...part } : w)));
  return (
    <fieldset class="ticks">
      <legend>{t("places.hours")}</legend>
      <p class="hint">{t("places.hours_hint")}</p>
      {hours.map((w, i) => (
        <div key={w.key} class="span">
          <input
            type="time"
            aria-label={t("places.from", { n: i + 1 })}
            aria-invalid={Boolean(wrong) && !w.from}
            value={w.from}
            onInput={(e) => fill(w.key, { from: e.currentTarget.value })}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            aria-label={t("places.to", { n: i + 1 })}
            aria-invalid={Boolean(wrong) && !w.to}
            value={w.to}
            onInput={(e) => fill(w.key, { to: e.currentTarget.value })}
          />
          <button
            type="button"
            class="plain"
            aria-label={t("places.hours_drop_of", { n: i + 1 })}
            onClick={() => set(hours.filter((one) => one.key !== w.key))}
          >
            {t("places.drop")}
          </button>
        </div>
      ))}
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <div>
        <button type="button" onClick={() => set([...hours, { from: "09:00", to: "18:00", key: made++ }])}>
          {t("places.hours_add")}
        </button>
      </div>
    </fieldset>
  );
}
