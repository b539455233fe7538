import { useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { Attendee, EventRecord, Items } from "../../server/shapes";
import { Form, useFilling } from "../pieces/Form";
import { Panel } from "../pieces/Panel";
import { earlyEnd } from "../roster/standing";
import { useWayBack } from "../useWayBack";
import type { Work } from "../work";
import { moment } from "../zone";
import { changeOf, draftOf, EventFields, wrongOf } from "./EventFields";
import { sampleOf } from "./Next";
import { setupSay } from "./words";

const FIELDS = ["name", "place", "timezone", "starts_at", "ends_at", "locale", "retain_until"];

/** Changes the event. */
export function EventForm({
  work,
  event,
  load,
}: {
  work: Work;
  event: EventRecord;
  load: () => Promise<void>;
}) {
  const { lang, go, fail, onEvent } = work;
  const t = setupSay(lang);
  const [draft, setDraft] = useState(() => draftOf(event));
  const filling = useFilling(lang, fail, FIELDS);
  const wayBack = useWayBack(work, load);
  async function save() {
    const done = await filling.send(wrongOf(draft, lang), () =>
      call<EventRecord>("PATCH", of(event.id), changeOf(draft, event)),
    );
    if (!done) return;
    await load();
    const { ends_at, timezone } = done.value;
    const sample = await call<Items<Attendee>>("GET", sampleOf(event.id));
    const early = sample.kind === "ok" ? earlyEnd(sample.value.items, ends_at) : undefined;
    onEvent(done.value);
    go("setup");
    wayBack(
      early
        ? `${t("setup.changed")} ${t("setup.early", { at: moment(early, timezone, lang) })}`
        : t("setup.changed"),
      t("setup.as_before"),
      {
        method: "PATCH",
        path: of(event.id),
        body: changeOf(draftOf(event), done.value),
      },
    );
  }
  return (
    <Panel title={t("setup.edit")} lang={lang} onClose={() => go("setup")}>
      <Form filling={filling} save={t("setup.save")} onSubmit={save}>
        <EventFields draft={draft} lang={lang} wrong={filling.wrong} onDraft={setDraft} />
      </Form>
    </Panel>
  );
}
