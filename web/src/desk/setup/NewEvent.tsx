import { useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { EventRecord } from "../../server/shapes";
import type { Shift } from "../../session/Staff";
import { idFor, isId, isNamed, type Names, textOf } from "../names";
import { Form, useFilling } from "../pieces/Form";
import { Head } from "../pieces/Head";
import { Input } from "../pieces/Input";
import { Progress } from "../pieces/Progress";
import { bodyOf, EventFields, newDraft, wrongOf } from "./EventFields";
import { GoodStart } from "./GoodStart";
import "./setup.css";
import { type Step, stepsOf, take } from "./start";
import { setupSay } from "./words";

const FIELDS = ["id", "name", "place", "timezone", "starts_at", "ends_at", "locale", "retain_until"];

type Props = Pick<Shift, "lang" | "onEvent" | "onSignedOut"> & {
  /** Where there is something to go back to. */
  readonly onCancel?: () => void;
};

/** Sets up an event from nothing. */
export function NewEvent({ lang, onEvent, onSignedOut, onCancel }: Props) {
  const t = setupSay(lang);
  const [draft, setDraft] = useState(() => newDraft(lang, Date.now()));
  const [typed, setTyped] = useState<string>();
  const [start, setStart] = useState(true);
  const [venue, setVenue] = useState<Names>({ zh: "主会场", en: "Main hall" });
  const [capacity, setCapacity] = useState("0");
  // What is under way, and how far: it goes on where it was stopped.
  const [steps, setSteps] = useState<readonly Step[]>();
  const [taken, setTaken] = useState(0);
  const filling = useFilling(lang, onSignedOut, FIELDS);
  const id = typed ?? (idFor(draft.names.en) || idFor(draft.names.zh));
  const size = Number(capacity);
  const begun = taken > 0;

  async function create() {
    const wrong = {
      ...wrongOf(draft, lang),
      id: isId(id) ? undefined : t("setup.wrong.id"),
      venue: start && !isNamed(venue) ? t("setup.wrong.name") : undefined,
      capacity: start && !(Number.isInteger(size) && size >= 0) ? t("setup.wrong.capacity") : undefined,
    };
    const done = await filling.send(wrong, async () => {
      const first = start ? { name: textOf(venue), capacity: size } : undefined;
      const all = begun && steps ? steps : stepsOf({ id, ...bodyOf(draft) }, first);
      setSteps(all);
      const went = await take(all, taken, setTaken);
      return went.trouble ?? call<EventRecord>("GET", of(id));
    });
    if (done) onEvent(done.value);
  }

  const total = steps?.length ?? 1;
  return (
    <div class="new">
      <Head title={t("setup.new")} text={t("setup.new_text")}>
        {onCancel && (
          <button type="button" class="plain" onClick={onCancel}>
            {t("setup.cancel")}
          </button>
        )}
      </Head>
      <Form
        filling={filling}
        save={begun && !filling.busy ? t("setup.go_on") : t("setup.create")}
        onSubmit={create}
      >
        <fieldset class="bare form" disabled={begun || filling.busy}>
          <EventFields draft={draft} lang={lang} wrong={filling.wrong} onDraft={setDraft} />
          <Input
            label={t("setup.id")}
            hint={t("setup.id_hint")}
            value={id}
            wrong={filling.wrong.id}
            onValue={(value) => setTyped(value.trim().toLowerCase())}
          />
          <GoodStart
            lang={lang}
            chosen={start}
            onChosen={setStart}
            venue={venue}
            onVenue={setVenue}
            capacity={capacity}
            onCapacity={setCapacity}
            wrong={filling.wrong}
          />
        </fieldset>
        {(filling.busy || begun) && (
          <Progress label={t("setup.progress", { n: taken, total })} done={taken} total={total} />
        )}
      </Form>
    </div>
  );
}
