import { useEffect, useState } from "preact/hooks";
import { local } from "../../say/say";
import { type Answer, call, of } from "../../server/client";
import type { Attendee, Badge, Category } from "../../server/shapes";
import { Code } from "../pieces/Code";
import { hashOf } from "../route";
import type { useHeld } from "../useHeld";
import type { Work } from "../work";
import { Beside } from "./Beside";
import { History, moment } from "./History";
import { fieldsOf, PersonForm } from "./PersonForm";
import { Role } from "./Role";
import { standingOf } from "./standing";
import { rosterSay } from "./words";

interface Props {
  readonly work: Work;
  readonly id: string;
  /** As the list knows them, until the server has answered. */
  readonly known: Attendee | undefined;
  readonly categories: readonly Category[];
  readonly held: ReturnType<typeof useHeld>;
  readonly onChange: (person: Attendee) => void;
  /** The list as a whole has changed. */
  readonly onList: () => void;
  readonly onClose: () => void;
}

/** One person: the badge, where they are, and what can be done about it. */
export function Person({ work, id, known, categories, held, onChange, onList, onClose }: Props) {
  const { event, lang, tell, fail } = work;
  const t = rosterSay(lang);
  const [person, setPerson] = useState(known);
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);

  async function load() {
    const answer = await call<Attendee>("GET", of(event, "attendees", id));
    if (answer.kind === "ok") {
      setPerson(answer.value);
      onChange(answer.value);
      return;
    }
    fail(answer);
    if (answer.kind === "refused" && answer.status === 404) onClose();
  }
  useEffect(() => {
    load();
  }, [event, id]);

  if (!person) return null;
  const { badge, name } = person;
  const standing = badge && standingOf(badge, Date.now());
  const category = categories.find((c) => c.id === person.category);
  const waiting = held.waiting === id;

  /** Does it, shows the person as they are then, and says so. */
  async function act<T>(send: () => Promise<Answer<T>>, done: string, undo?: (value: T) => Promise<unknown>) {
    setBusy(true);
    const answer = await send();
    await load();
    setBusy(false);
    onList();
    if (answer.kind !== "ok") return fail(answer);
    if (!undo) return tell(done);
    tell(done, async () => {
      await undo(answer.value);
      await load();
      onList();
      tell(t("roster.undone", { name }));
    });
  }

  const issue = () =>
    act(
      () => call<Badge>("POST", of(event, "badges"), { attendee: id }),
      t("roster.issued", { name }),
      (made) => call("POST", of(event, "badges", made.id, "revoke"), { reason: t("roster.taken_back") }),
    );
  /** Ends a badge a little later: until then it can be taken back, after that it can't. */
  const end = (old: Badge, how: "revoke" | "reissue") =>
    held.hold({
      subject: id,
      method: "POST",
      path: of(event, "badges", old.id, how),
      body: how === "revoke" ? { reason: t("roster.reason") } : {},
      words: {
        waits: t(`roster.waits.${how}`, { name }),
        done: t(`roster.done.${how}`, { name }),
        stays: t("roster.kept", { name }),
      },
      onDone: () => {
        load();
        onList();
      },
    });
  const erase = () => {
    held.hold({
      subject: id,
      method: "DELETE",
      path: of(event, "attendees", id),
      words: {
        waits: t("roster.erasing", { name }),
        done: t("roster.erased"),
        stays: t("roster.not_erased", { name }),
      },
      onDone: onList,
    });
    onClose();
  };

  if (editing)
    return (
      <Beside title={t("roster.edit_title", { name })} lang={lang} onClose={() => setEditing(false)}>
        <PersonForm
          work={work}
          categories={categories}
          begin={fieldsOf(person)}
          all
          save={t("roster.save")}
          onCancel={() => setEditing(false)}
          onSave={async (changed) => {
            const answer = await call<Attendee>("PATCH", of(event, "attendees", id), changed);
            if (answer.kind !== "ok") return answer;
            setPerson(answer.value);
            onChange(answer.value);
            setEditing(false);
            tell(t("roster.saved", { name: answer.value.name }));
            return answer;
          }}
        />
        <p class="hint">{t("roster.erase_hint")}</p>
        <button type="button" class="danger" onClick={erase}>
          {t("roster.erase")}
        </button>
      </Beside>
    );

  const lines = [
    person.name_latin !== name && person.name_latin,
    person.organization,
    person.delegation,
    person.email,
    person.phone,
  ].filter(Boolean);
  return (
    <Beside title={name} lang={lang} onClose={onClose}>
      <div class="known">
        <p>
          <Role color={category?.color} name={local(category?.name, lang) || person.category} />
          <span class="number">{person.ref}</span>
        </p>
        {lines.map((line) => (
          <p key={line} dir="auto">
            {line}
          </p>
        ))}
      </div>
      <div class={badge ? "badge" : "badge none"}>
        {badge?.token && <Code text={badge.token} label={t("roster.code", { name })} />}
        <div class="form">
          <p>
            {badge ? (
              <span class={waiting || standing !== "valid" ? "state" : "state good"}>
                {waiting && `… ${t("roster.ending")}`}
                {!waiting && standing === "valid" && `✓ ${t("roster.valid")}`}
                {!waiting && standing === "void" && `✕ ${t("roster.void")}`}
                {!waiting &&
                  standing === "expired" &&
                  `✕ ${t("roster.expired", { at: moment(badge.valid_until, lang) })}`}
              </span>
            ) : (
              <span class="state">
                {person.revoked
                  ? `✕ ${t("roster.gone", { at: moment(person.revoked.at, lang) })}`
                  : `– ${t("roster.has_none")}`}
              </span>
            )}
          </p>
          {badge && <p class="mono">{badge.id}</p>}
          {badge ? (
            <div class="does">
              <a class="button" href={hashOf("sheets", "person", id)}>
                {t("roster.print")}
              </a>
              <a class="button" href={badge.page_url} target="_blank" rel="noreferrer">
                {t("roster.open")}
              </a>
            </div>
          ) : (
            <button type="button" class="main" disabled={busy} onClick={issue}>
              {t("roster.issue")}
            </button>
          )}
        </div>
      </div>
      <History work={work} person={person} />
      <div class="does">
        {badge && (
          <>
            <button type="button" disabled={busy || waiting} onClick={() => end(badge, "reissue")}>
              {t("roster.reissue")}
            </button>
            <button
              type="button"
              class="danger"
              disabled={busy || waiting}
              onClick={() => end(badge, "revoke")}
            >
              {t("roster.revoke")}
            </button>
          </>
        )}
        <button type="button" class="plain" onClick={() => setEditing(true)}>
          {t("roster.edit")}
        </button>
      </div>
      {badge && <p class="hint">{t("roster.reissue_hint")}</p>}
    </Beside>
  );
}
