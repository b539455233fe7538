import { useState } from "preact/hooks";
import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Category, Venue } from "../../server/shapes";
import { isNamed, type Names, NO_NAMES, namesOf, patchOf, textOf } from "../names";
import { Form, useFilling } from "../pieces/Form";
import { Choice, Input, NamesInput, Ticks } from "../pieces/Input";
import { Panel } from "../pieces/Panel";
import { useWayBack } from "../useWayBack";
import type { Work } from "../work";
import { Hours, type Span, spansOf } from "./Hours";
import { placesSay } from "./words";

const REENTRY = ["free", "once", "daily"] as const;
const FIELDS = ["name", "capacity", "reentry", "categories", "hours", "exclusive", "auto_exit_at"];

interface Props {
  readonly work: Work;
  /** Undefined for a new one. */
  readonly old: Venue | undefined;
  readonly venues: readonly Venue[];
  readonly categories: readonly Category[];
  readonly load: () => Promise<void>;
  readonly onClose: () => void;
}

const rulesOf = (v: Venue) => ({
  capacity: v.capacity,
  reentry: v.reentry ?? "free",
  categories: v.categories ?? [],
  hours: v.hours ?? [],
  exclusive: v.exclusive || null,
  auto_exit_at: v.auto_exit_at || null,
});

/** Makes a venue, or changes one. */
export function VenueForm({ work, old, venues, categories, load, onClose }: Props) {
  const { event, lang, fail } = work;
  const t = placesSay(lang);
  const [names, setNames] = useState<Names>(old ? namesOf(old.name) : NO_NAMES);
  const [capacity, setCapacity] = useState(String(old?.capacity ?? 0));
  const [reentry, setReentry] = useState<(typeof REENTRY)[number]>(old?.reentry ?? "free");
  const [admitted, setAdmitted] = useState<readonly string[]>(old?.categories ?? []);
  const [hours, setHours] = useState<readonly Span[]>(spansOf(old?.hours ?? []));
  const [exclusive, setExclusive] = useState(old?.exclusive ?? "");
  const [autoExit, setAutoExit] = useState(old?.auto_exit_at ?? "");
  const filling = useFilling(lang, fail, FIELDS);
  const wayBack = useWayBack(work, load);
  const path = of(event, "venues", ...(old ? [old.id] : []));
  const groups = [...new Set(venues.flatMap((v) => (v.exclusive ? [v.exclusive] : [])))];

  async function save() {
    const size = Number(capacity);
    const wrong = {
      name: isNamed(names) ? undefined : t("places.wrong.name"),
      capacity:
        capacity.trim() && Number.isInteger(size) && size >= 0 && size <= 10_000_000
          ? undefined
          : t("places.wrong.capacity"),
      hours: hours.every((w) => w.from && w.to) ? undefined : t("places.wrong.hours"),
    };
    const rules = {
      capacity: size,
      reentry,
      categories: admitted,
      hours: hours.map(({ from, to }) => ({ from, to })),
      exclusive: exclusive.trim() || null,
      auto_exit_at: autoExit || null,
    };
    const done = await filling.send(wrong, () =>
      old
        ? call<Venue>("PATCH", path, { name: patchOf(names, old.name), ...rules })
        : call<Venue>("POST", path, { name: textOf(names), ...rules }),
    );
    if (!done) return;
    await load();
    onClose();
    const now = done.value;
    const name = local(now.name, lang);
    if (old)
      wayBack(t("places.changed", { name }), t("places.as_before"), {
        method: "PATCH",
        path,
        body: { name: patchOf(namesOf(old.name), now.name), ...rulesOf(old) },
      });
    else
      wayBack(t("places.added", { name }), t("places.gone", { name }), {
        method: "DELETE",
        path: of(event, "venues", now.id),
      });
  }

  return (
    <Panel title={old ? local(old.name, lang) : t("places.venue_add")} lang={lang} onClose={onClose}>
      <Form filling={filling} save={t("places.save")} onSubmit={save}>
        <NamesInput
          zh={t("places.name_zh")}
          en={t("places.name_en")}
          names={names}
          wrong={filling.wrong.name}
          onNames={setNames}
        />
        <Input
          type="number"
          min="0"
          label={t("places.capacity")}
          hint={t("places.capacity_hint")}
          value={capacity}
          wrong={filling.wrong.capacity}
          onValue={setCapacity}
        />
        <Hours hours={hours} lang={lang} wrong={filling.wrong.hours} onHours={setHours} />
        <Choice
          label={t("places.reentry")}
          wrong={filling.wrong.reentry}
          value={reentry}
          options={REENTRY.map((value) => ({ value, text: t(`places.comes.${value}`) }))}
          onValue={setReentry}
        />
        <Ticks
          label={t("places.categories")}
          hint={t("places.categories_hint")}
          wrong={filling.wrong.categories}
          chosen={admitted}
          options={categories.map((c) => ({ value: c.id, text: local(c.name, lang) }))}
          onChosen={setAdmitted}
        />
        <Input
          label={t("places.exclusive")}
          hint={t("places.exclusive_hint")}
          list="groups"
          value={exclusive}
          wrong={filling.wrong.exclusive}
          onValue={setExclusive}
        />
        <datalist id="groups">
          {groups.map((g) => (
            <option key={g} value={g} />
          ))}
        </datalist>
        <Input
          type="time"
          label={t("places.auto_exit")}
          hint={t("places.auto_exit_hint")}
          value={autoExit}
          wrong={filling.wrong.auto_exit_at}
          onValue={setAutoExit}
        />
      </Form>
    </Panel>
  );
}
