import { type Lang, local } from "../../say/say";
import type { Names } from "../names";
import type { Wrong } from "../pieces/Form";
import { Input, NamesInput } from "../pieces/Input";
import { Role } from "../roster/Role";
import { USUAL } from "./start";
import { setupSay } from "./words";

interface Props {
  readonly lang: Lang;
  readonly chosen: boolean;
  readonly onChosen: (chosen: boolean) => void;
  readonly venue: Names;
  readonly onVenue: (names: Names) => void;
  readonly capacity: string;
  readonly onCapacity: (capacity: string) => void;
  readonly wrong: Wrong;
}

/** What a new event may begin with instead of an empty page. */
export function GoodStart({ lang, chosen, onChosen, venue, onVenue, capacity, onCapacity, wrong }: Props) {
  const t = setupSay(lang);
  return (
    <fieldset class="ticks">
      <legend>{t("setup.start")}</legend>
      <label class="tick">
        <input type="checkbox" checked={chosen} onChange={(e) => onChosen(e.currentTarget.checked)} />
        <span>{t("setup.start_tick")}</span>
      </label>
      {chosen && (
        <>
          <ul class="chips" aria-label={t("setup.categories")}>
            {USUAL.map((c) => (
              <li key={c.id}>
                <Role name={local(c.name, lang)} color={c.color} />
              </li>
            ))}
          </ul>
          <NamesInput
            zh={t("setup.venue_zh")}
            en={t("setup.venue_en")}
            names={venue}
            wrong={wrong.venue}
            onNames={onVenue}
          />
          <Input
            type="number"
            min="0"
            label={t("setup.capacity")}
            hint={t("setup.capacity_hint")}
            value={capacity}
            wrong={wrong.capacity}
            onValue={onCapacity}
          />
          <p class="hint">{t("setup.gates_text")}</p>
        </>
      )}
    </fieldset>
  );
}
