import { useEffect, useRef, useState } from "preact/hooks";
import { local } from "../../say/say";
import { categoriesFor } from "../../server/categories";
import { type Answer, call, of } from "../../server/client";
import type { Attendee, Badge, Category, Items } from "../../server/shapes";
import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { rosterSay } from "./words";

const PAUSE_MS = 200; // after the last key before the server is asked
const PAGE = 50;

export function Roster({ me, event, lang, tell, fail }: Work) {
  const t = rosterSay(lang);
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<readonly Attendee[]>();
  const [cursor, setCursor] = useState<string>();
  const [categories, setCategories] = useState<readonly Category[]>([]);
  const [busy, setBusy] = useState<string>();
  const search = useRef<HTMLInputElement>(null);
  const asked = useRef("");

  async function find(q: string, from?: string) {
    asked.current = q;
    const params = new URLSearchParams({
      limit: String(PAGE),
      ...(q ? { q } : {}),
      ...(from ? { cursor: from } : {}),
    });
    const answer = await call<Items<Attendee>>("GET", `${of(event, "attendees")}?${params}`);
    if (asked.current !== q) return;
    if (answer.kind !== "ok") return fail(answer);
    const { items, next_cursor } = answer.value;
    setFound((known) => (from && known ? [...known, ...items] : items));
    setCursor(next_cursor);
  }

  useEffect(() => {
    const timer = setTimeout(() => find(query.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query, event]);

  useEffect(() => {
    categoriesFor(me, event).then(setCategories);
  }, [me, event]);

  useEffect(() => {
    search.current?.focus();
    const press = (e: KeyboardEvent) => {
      const typing = e.target instanceof Element && e.target.matches("input, select, textarea");
      if (e.key !== "/" || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      search.current?.select();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);

  /** Does one thing to a person's badge, then shows that person as they are now. */
  async function act(
    person: Attendee,
    done: "issued" | "reissued" | "revoked",
    send: () => Promise<Answer<unknown>>,
  ) {
    setBusy(person.id);
    const answer = await send();
    const now = await call<Attendee>("GET", of(event, "attendees", person.id));
    setBusy(undefined);
    if (now.kind === "ok") setFound((known) => known?.map((p) => (p.id === person.id ? now.value : p)));
    if (answer.kind !== "ok") return fail(answer);
    tell(t(`roster.${done}`, { name: person.name }));
  }

  const issue = (p: Attendee) =>
    act(p, "issued", () => call("POST", of(event, "badges"), { attendee: p.id }));
  const reissue = (p: Attendee, b: Badge) =>
    act(p, "reissued", () => call("POST", of(event, "badges", b.id, "reissue"), {}));
  const revoke = (p: Attendee, b: Badge) =>
    act(p, "revoked", () =>
      call("POST", of(event, "badges", b.id, "revoke"), { reason: t("roster.reason") }),
    );

  return (
    <>
      <Head title={t("roster.title")} />
      <label class="field">
        <span>{t("roster.search")}</span>
        <input
          ref={search}
          type="search"
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(e) => setQuery(e.currentTarget.value)}
          aria-describedby="search-hint"
        />
      </label>
      <p class="hint" id="search-hint">
        {t("roster.search_hint")}
      </p>
      {found?.length === 0 && <p class="note">{query.trim() ? t("roster.none") : t("roster.empty")}</p>}
      {found && found.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("roster.person")}</th>
              <th scope="col">{t("roster.organization")}</th>
              <th scope="col">{t("roster.category")}</th>
              <th scope="col">{t("roster.badge")}</th>
            </tr>
          </thead>
          <tbody>
            {found.map((p) => (
              <tr key={p.id} aria-busy={busy === p.id}>
                <th scope="row">
                  <span dir="auto">{p.name}</span>
                  {p.name_latin && p.name_latin !== p.name && <small dir="auto"> {p.name_latin}</small>}
                  <small class="ref number">{p.ref}</small>
                </th>
                <td dir="auto">{[p.organization, p.delegation].filter(Boolean).join(" · ")}</td>
                <td>{local(categories.find((c) => c.id === p.category)?.name, lang) || p.category}</td>
                <td>
                  <div class="acts">
                    {p.badge ? (
                      <>
                        <a href={p.badge.page_url} target="_blank" rel="noreferrer">
                          {t("roster.open")}
                        </a>
                        <Act of={p} label={t("roster.reissue")} busy={busy} onAct={(b) => reissue(p, b)} />
                        <Act of={p} label={t("roster.revoke")} busy={busy} onAct={(b) => revoke(p, b)} />
                      </>
                    ) : (
                      <button type="button" disabled={busy === p.id} onClick={() => issue(p)}>
                        {t("roster.issue")}
                      </button>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {found && found.length > 0 && (
        <p class="foot">
          <span class="number">{t("roster.shown", { n: found.length })}</span>
          {cursor && (
            <button type="button" onClick={() => find(query.trim(), cursor)}>
              {t("roster.more")}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Act(props: {
  of: Attendee;
  label: string;
  busy: string | undefined;
  onAct: (badge: Badge) => void;
}) {
  const { of: person, label, busy, onAct } = props;
  const { badge } = person;
  if (!badge) return null;
  return (
    <button
      type="button"
      class="plain"
      disabled={busy === person.id}
      aria-label={`${label}: ${person.name}`}
      onClick={() => onAct(badge)}
    >
      {label}
    </button>
  );
}
