import { useRef } from "preact/hooks";
import { type Answer, call, of } from "../../server/client";
import type { Attendee, Badge, Category } from "../../server/shapes";
import type { Work } from "../work";
import { Beside } from "./Beside";
import { type Fields, fieldsOf, PersonForm } from "./PersonForm";
import { rosterSay } from "./words";

interface Props {
  readonly work: Work;
  /** What was looked for when nobody was found. */
  readonly name: string;
  readonly categories: readonly Category[];
  readonly onAdded: (person: Attendee) => void;
  readonly onClose: () => void;
}

/** The category of whoever walked in last: the next one's is often the same. */
let lastCategory = "";

/** Registers somebody who walks in, with a badge. */
export function NewPerson({ work, name, categories, onAdded, onClose }: Props) {
  const { event, lang } = work;
  const t = rosterSay(lang);
  // Once added, a person isn't added again when the badge is asked for again.
  const added = useRef<Attendee | undefined>(undefined);
  const category = categories.some((c) => c.id === lastCategory) ? lastCategory : "";

  async function add(fields: Partial<Fields>): Promise<Answer<unknown>> {
    const person: Answer<Attendee> = added.current
      ? await call<Attendee>("PATCH", of(event, "attendees", added.current.id), fields)
      : await call<Attendee>("POST", of(event, "attendees"), fields);
    if (person.kind !== "ok") return person;
    added.current = person.value;
    lastCategory = person.value.category;
    const badge = await call<Badge>("POST", of(event, "badges"), { attendee: person.value.id });
    if (badge.kind === "ok") onAdded({ ...person.value, badge: badge.value });
    return badge;
  }

  return (
    <Beside title={t("roster.add")} lang={lang} onClose={onClose}>
      <PersonForm
        work={work}
        categories={categories}
        begin={fieldsOf({})}
        draft={{ name, category }}
        all={false}
        save={t("roster.add_and_issue")}
        onSave={add}
        onCancel={onClose}
      />
    </Beside>
  );
}
