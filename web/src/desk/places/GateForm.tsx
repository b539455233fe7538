import { useState } from "preact/hooks";
import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Gate, Venue } from "../../server/shapes";
import { isNamed, type Names, NO_NAMES, namesOf, patchOf, textOf } from "../names";
import { Form, useFilling } from "../pieces/Form";
import { Choice, NamesInput } from "../pieces/Input";
import { Panel } from "../pieces/Panel";
import { useWayBack } from "../useWayBack";
import type { Work } from "../work";
import { placesSay } from "./words";

const DIRECTIONS = ["in", "out", "both"] as const;

interface Props {
  readonly work: Work;
  /** Undefined for a new one. */
  readonly old: Gate | undefined;
  /** The venue that a new one is meant for. */
  readonly within: string | undefined;
  readonly venues: readonly Venue[];
  readonly load: () => Promise<void>;
  readonly onClose: () => void;
}

/** Makes a gate, or changes one. */
export function GateForm({ work, old, within, venues, load, onClose }: Props) {
  const { event, lang, fail } = work;
  const t = placesSay(lang);
  const [names, setNames] = useState<Names>(old ? namesOf(old.name) : NO_NAMES);
  const [venue, setVenue] = useState(old?.venue ?? within ?? venues[0]?.id ?? "");
  const [direction, setDirection] = useState<Gate["direction"]>(old?.direction ?? "both");
  const filling = useFilling(lang, fail, ["name", "venue", "direction"]);
  const wayBack = useWayBack(work, load);
  const path = of(event, "gates", ...(old ? [old.id] : []));

  async function save() {
    const wrong = {
      name: isNamed(names) ? undefined : t("places.wrong.name"),
      venue: venue ? undefined : t("places.wrong.venue"),
    };
    const done = await filling.send(wrong, () =>
      old
        ? call<Gate>("PATCH", path, { name: patchOf(names, old.name), venue, direction })
        : call<Gate>("POST", path, { name: textOf(names), venue, direction }),
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
        body: {
          name: patchOf(namesOf(old.name), now.name),
          venue: old.venue,
          direction: old.direction,
        },
      });
    else
      wayBack(t("places.added", { name }), t("places.gone", { name }), {
        method: "DELETE",
        path: of(event, "gates", now.id),
      });
  }

  return (
    <Panel title={old ? local(old.name, lang) : t("places.gate_add")} lang={lang} onClose={onClose}>
      <Form filling={filling} save={t("places.save")} onSubmit={save}>
        <NamesInput
          zh={t("places.name_zh")}
          en={t("places.name_en")}
          names={names}
          wrong={filling.wrong.name}
          onNames={setNames}
        />
        <Choice
          label={t("places.venue")}
          wrong={filling.wrong.venue}
          value={venue}
          options={venues.map((v) => ({ value: v.id, text: local(v.name, lang) }))}
          onValue={setVenue}
        />
        <Choice
          label={t("places.direction")}
          hint={t("places.direction_hint")}
          wrong={filling.wrong.direction}
          value={direction}
          options={DIRECTIONS.map((value) => ({ value, text: t(`places.way.${value}`) }))}
          onValue={setDirection}
        />
      </Form>
    </Panel>
  );
}
