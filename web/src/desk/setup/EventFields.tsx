import { useMemo } from "preact/hooks";
import type { Lang } from "../../say/say";
import type { EventRecord } from "../../server/shapes";
import { isNamed, type Names, NO_NAMES, namesOf, patchOf, textOf } from "../names";
import type { Wrong } from "../pieces/Form";
import { Choice, Input, NamesInput } from "../pieces/Input";
import { instantOf, isZone, offsetOf, ownZone, wallOf, zones } from "../zone";
import { setupSay } from "./words";

/** An event as it is being filled in; times are wall times of its zone. */
export interface Draft {
  readonly names: Names;
  readonly place: Names;
  readonly zone: string;
  readonly starts: string;
  readonly ends: string;
  readonly locale: string;
  /** The day ("2026-12-01") on which the roster's personal data is erased; "" keeps it. */
  readonly erase: string;
}

/** Two days from tomorrow on, here. */
export function newDraft(lang: Lang, now: number): Draft {
  const zone = ownZone();
  const day = (n: number) => wallOf(new Date(now + n * 24 * 3_600_000).toISOString(), zone).slice(0, 10);
  return {
    names: NO_NAMES,
    place: NO_NAMES,
    zone,
    starts: `${day(1)}T09:00`,
    ends: `${day(2)}T18:00`,
    locale: lang,
    erase: "",
  };
}

export const draftOf = (e: EventRecord): Draft => ({
  names: namesOf(e.name),
  place: namesOf(e.place),
  zone: e.timezone,
  starts: wallOf(e.starts_at, e.timezone),
  ends: wallOf(e.ends_at, e.timezone),
  locale: e.locale,
  erase: e.retain_until ? wallOf(e.retain_until, e.timezone).slice(0, 10) : "",
});

const timesOf = (draft: Draft) => ({
  timezone: draft.zone,
  starts_at: instantOf(draft.starts, draft.zone),
  ends_at: instantOf(draft.ends, draft.zone),
  locale: draft.locale,
});

/** A draft as the API takes a new event. */
export const bodyOf = (draft: Draft) => ({
  name: textOf(draft.names),
  ...(isNamed(draft.place) ? { place: textOf(draft.place) } : {}),
  ...timesOf(draft),
  ...(draft.erase ? { retain_until: instantOf(`${draft.erase}T00:00`, draft.zone) } : {}),
});

/** A draft as a change of the event as it is. */
export const changeOf = (draft: Draft, e: EventRecord) => ({
  name: patchOf(draft.names, e.name),
  place: isNamed(draft.place) ? patchOf(draft.place, e.place) : null,
  ...timesOf(draft),
  retain_until: draft.erase ? instantOf(`${draft.erase}T00:00`, draft.zone) : null,
});

/** What is wrong with a draft, by the API's fields. */
export function wrongOf(draft: Draft, lang: Lang): Wrong {
  const t = setupSay(lang);
  const zoned = isZone(draft.zone);
  const starts = zoned ? instantOf(draft.starts, draft.zone) : undefined;
  const ends = zoned ? instantOf(draft.ends, draft.zone) : undefined;
  const order = starts && ends && ends <= starts;
  return {
    name: isNamed(draft.names) ? undefined : t("setup.wrong.name"),
    timezone: zoned ? undefined : t("setup.wrong.zone"),
    starts_at: zoned && !starts ? t("setup.wrong.time") : undefined,
    ends_at: zoned && !ends ? t("setup.wrong.time") : order ? t("setup.wrong.order") : undefined,
    retain_until:
      ends && draft.erase && draft.erase <= draft.ends.slice(0, 10) ? t("setup.wrong.erase") : undefined,
  };
}

interface Props {
  readonly draft: Draft;
  readonly lang: Lang;
  readonly wrong: Wrong;
  readonly onDraft: (draft: Draft) => void;
}

/** All that an organizer sets of an event, but for its id. */
export function EventFields({ draft, lang, wrong, onDraft }: Props) {
  const t = setupSay(lang);
  const known = useMemo(zones, []);
  const set = (part: Partial<Draft>) => onDraft({ ...draft, ...part });
  const starts = isZone(draft.zone) ? instantOf(draft.starts, draft.zone) : undefined;
  const locales = [
    { value: "zh", text: "中文" },
    { value: "en", text: "English" },
  ];
  return (
    <>
      <NamesInput
        zh={t("setup.name_zh")}
        en={t("setup.name_en")}
        names={draft.names}
        wrong={wrong.name}
        onNames={(names) => set({ names })}
      />
      <NamesInput
        zh={t("setup.place_zh")}
        en={t("setup.place_en")}
        names={draft.place}
        wrong={wrong.place}
        onNames={(place) => set({ place })}
      />
      <div class="pair">
        <Input
          type="datetime-local"
          label={t("setup.starts")}
          value={draft.starts}
          wrong={wrong.starts_at}
          onValue={(value) => set({ starts: value })}
        />
        <Input
          type="datetime-local"
          label={t("setup.ends")}
          value={draft.ends}
          wrong={wrong.ends_at}
          onValue={(value) => set({ ends: value })}
        />
      </div>
      <div class="pair">
        <Input
          label={t("setup.zone")}
          hint={t("setup.zone_hint", { offset: starts ? offsetOf(draft.zone, Date.parse(starts)) : "—" })}
          list="zones"
          value={draft.zone}
          wrong={wrong.timezone}
          onValue={(zone) => set({ zone: zone.trim() })}
        />
        <datalist id="zones">
          {known.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <Choice
          label={t("setup.locale")}
          hint={t("setup.locale_hint")}
          wrong={wrong.locale}
          value={draft.locale}
          options={
            locales.some((l) => l.value === draft.locale)
              ? locales
              : [...locales, { value: draft.locale, text: draft.locale }]
          }
          onValue={(locale) => set({ locale })}
        />
      </div>
      <Input
        type="date"
        label={t("setup.erase")}
        hint={t("setup.erase_hint")}
        value={draft.erase}
        wrong={wrong.retain_until}
        onValue={(erase) => set({ erase })}
      />
    </>
  );
}
