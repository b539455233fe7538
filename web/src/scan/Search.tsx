// A person by name, for those who may read the roster: the badge was
// forgotten, or its code can't be read any more.
import { useEffect, useState } from "preact/hooks";
import { call, of } from "../server/client";
import type { Attendee, Items } from "../server/shapes";
import type { ScanSay } from "./words";

interface Props {
  readonly t: ScanSay;
  readonly event: string;
  readonly onToken: (token: string) => void;
  readonly onSignedOut: () => void;
}

const PAUSE_MS = 250;

export function Search({ t, event, onToken, onSignedOut }: Props) {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<readonly Attendee[]>();
  const [note, setNote] = useState("");

  useEffect(() => {
    const q = query.trim();
    setNote("");
    if (q.length < 2) return setFound(undefined);
    let over = false;
    const timer = setTimeout(async () => {
      const path = `${of(event, "attendees")}?${new URLSearchParams({ q, limit: "20" })}`;
      const answer = await call<Items<Attendee>>("GET", path);
      if (over) return;
      if (answer.kind === "signed_out") return onSignedOut();
      if (answer.kind !== "ok") return setNote(t("scan.search.failed"));
      setFound(answer.value.items);
    }, PAUSE_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [query, event]);

  return (
    <section class="search">
      <label class="field">
        <span>{t("scan.search.label")}</span>
        <input
          type="search"
          name="q"
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(e) => setQuery(e.currentTarget.value)}
        />
      </label>
      <p role="status" class="hint">
        {note || (found?.length === 0 ? t("scan.search.nobody") : "")}
      </p>
      {found && found.length > 0 && (
        <ul class="people">
          {found.map((a) => (
            <li key={a.id}>
              <button
                type="button"
                disabled={!a.badge?.token}
                onClick={() => a.badge?.token && onToken(a.badge.token)}
              >
                <b dir="auto">{a.name}</b>
                {a.name_latin && a.name_latin !== a.name && <span dir="auto"> {a.name_latin}</span>}
                <small dir="auto">
                  {[a.organization, a.ref, a.badge ? "" : t("scan.search.unbadged")]
                    .filter(Boolean)
                    .join(" · ")}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
