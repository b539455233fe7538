import { amount, clock, type Lang, local } from "../../say/say";
import type { Category, Gate, Venue, VenueOccupancy } from "../../server/shapes";
import { hashOf } from "../route";
import { placesSay } from "./words";

interface Props {
  readonly venue: Venue;
  readonly gates: readonly Gate[];
  readonly categories: readonly Category[];
  /** Its counts, once they are known. */
  readonly now: VenueOccupancy | undefined;
  readonly lang: Lang;
  readonly onDrop: () => void;
  readonly onDropGate: (gate: Gate) => void;
}

/** A venue: what holds there, and the gates that lead in and out. */
export function VenueBlock({ venue, gates, categories, now, lang, onDrop, onDropGate }: Props) {
  const t = placesSay(lang);
  const name = local(venue.name, lang);
  const n = (count: number) => amount(count, lang);
  const listed = (words: readonly string[]) => words.join(lang === "zh" ? "、" : ", ");
  const admitted = (venue.categories ?? []).map((id) =>
    local(categories.find((c) => c.id === id)?.name ?? id, lang),
  );
  const hours = (venue.hours ?? []).map((w) => `${w.from}–${w.to}`);
  const facts = [
    [t("places.capacity"), venue.capacity ? n(venue.capacity) : t("places.no_limit")],
    [t("places.inside"), now ? n(now.inside) : "—"],
    [t("places.hours"), hours.length ? listed(hours) : t("places.always")],
    [t("places.categories"), admitted.length ? listed(admitted) : t("places.everybody")],
    [t("places.reentry"), t(`places.comes.${venue.reentry ?? "free"}`)],
    ...(venue.exclusive ? [[t("places.exclusive"), venue.exclusive]] : []),
    ...(venue.auto_exit_at ? [[t("places.auto_exit"), venue.auto_exit_at]] : []),
  ];
  return (
    <section class="block" aria-label={name}>
      <header class="head">
        <h3 dir="auto">{name}</h3>
        <span class="acts">
          <a href={hashOf("places", "gate", "new", venue.id)} aria-label={t("places.gate_add_to", { name })}>
            {t("places.gate_add")}
          </a>
          <a href={hashOf("places", "venue", venue.id)} aria-label={t("places.change_of", { name })}>
            {t("places.change")}
          </a>
          <button type="button" class="plain" aria-label={t("places.drop_of", { name })} onClick={onDrop}>
            {t("places.drop")}
          </button>
        </span>
      </header>
      <dl class="rules">
        {facts.map(([term, says]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd class="number" dir="auto">
              {says}
            </dd>
          </div>
        ))}
      </dl>
      {gates.length === 0 ? (
        <p class="note attention">{t("places.no_gates")}</p>
      ) : (
        <ul class="list">
          {gates.map((g) => {
            const gate = local(g.name, lang);
            const seen = now?.gates.find((o) => o.id === g.id)?.last_seen;
            return (
              <li key={g.id}>
                <span class="gate">
                  <span class="way" aria-hidden="true">
                    {WAYS[g.direction]}
                  </span>
                  <span dir="auto">{gate}</span>
                  <small>{t(`places.way.${g.direction}`)}</small>
                  {seen && <small class="number">{t("places.last_scan", { at: clock(seen, lang) })}</small>}
                </span>
                <span class="acts">
                  <a href={hashOf("places", "gate", g.id)} aria-label={t("places.change_of", { name: gate })}>
                    {t("places.change")}
                  </a>
                  <button
                    type="button"
                    class="plain"
                    aria-label={t("places.gate_drop_of", { name: gate })}
                    onClick={() => onDropGate(g)}
                  >
                    {t("places.gate_drop")}
                  </button>
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

const WAYS = { in: "→", out: "←", both: "↔" } as const;
