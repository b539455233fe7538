import { useEffect, useState } from "preact/hooks";
import { clock, local } from "../say/say";
import { call, of } from "../server/client";
import type { Inside, Items } from "../server/shapes";
import { byVenue, find } from "./inside";
import type { Place } from "./Notices";
import { gateName } from "./Notices";
import { useSlash } from "./useSlash";
import { number } from "./words";

const AGAIN_MS = 15_000;

/** Everybody who is inside, by venue: to search, print and save. */
export function People({
  event,
  place,
  onSignedOut,
}: {
  event: string;
  place: Place;
  onSignedOut: () => void;
}) {
  const { t, lang, board } = place;
  const [people, setPeople] = useState<readonly Inside[]>();
  const [asOf, setAsOf] = useState(0);
  const [late, setLate] = useState(false);
  const [query, setQuery] = useState("");
  const [venue, setVenue] = useState("");
  const search = useSlash();

  useEffect(() => {
    let over = false;
    async function ask() {
      const answer = await call<Items<Inside>>("GET", of(event, "inside"), undefined, 30_000);
      if (over) return;
      if (answer.kind === "signed_out") return onSignedOut();
      setLate(answer.kind !== "ok");
      if (answer.kind !== "ok") return;
      setPeople(answer.value.items);
      setAsOf(Date.now());
    }
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [event]);

  const order = board.venues.map((v) => v.id);
  const name = (id: string) => local(board.venues.find((v) => v.id === id)?.name, lang) || id;
  const here = venue ? (people ?? []).filter((p) => p.venue === venue) : (people ?? []);
  const shown = find(here, query);
  const csv = new URLSearchParams({ format: "csv", bom: "true", ...(venue ? { venue } : {}) });
  return (
    <section class="people">
      <div class="tools">
        <label class="field">
          <span>{t("live.find")}</span>
          <input
            ref={search}
            type="search"
            value={query}
            autocomplete="off"
            spellcheck={false}
            onInput={(e) => setQuery(e.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{t("live.venue")}</span>
          <select value={venue} onChange={(e) => setVenue(e.currentTarget.value)}>
            <option value="">{t("live.all_venues")}</option>
            {order.map((id) => (
              <option key={id} value={id}>
                {name(id)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => print()}>
          {t("live.print")}
        </button>
        <a class="button" href={`${of(event, "inside")}?${csv}`} download>
          {t("live.csv")}
        </a>
      </div>
      {late && (
        <p class="note attention" role="status">
          {asOf ? t("live.list_old", { time: clock(asOf, lang, true) }) : t("live.list_none")}
        </p>
      )}
      <p class="on-paper">
        Lanyard · {event} · {asOf ? new Date(asOf).toLocaleString(lang === "zh" ? "zh-CN" : "en-GB") : ""}
      </p>
      <p role="status">
        {people
          ? shown.length === here.length
            ? t("live.count", { n: number(shown.length, lang), time: clock(asOf, lang) })
            : t("live.found", { n: number(shown.length, lang), all: number(here.length, lang) })
          : !late && t("live.waiting")}
      </p>
      {people && people.length === 0 && <p class="note">{t("live.nobody")}</p>}
      {people && people.length > 0 && shown.length === 0 && <p class="note">{t("live.nomatch")}</p>}
      {byVenue(shown, order).map(([id, group]) => (
        <section key={id} class="group" aria-labelledby={`in-${id}`}>
          <h2 id={`in-${id}`} dir="auto">
            {name(id)} <span class="number tally">{number(group.length, lang)}</span>
          </h2>
          <div class="wide">
            <table aria-labelledby={`in-${id}`}>
              <thead>
                <tr>
                  <th scope="col">{t("live.name")}</th>
                  <th scope="col">{t("live.organization")}</th>
                  <th scope="col">{t("live.ref")}</th>
                  <th scope="col">{t("live.gate")}</th>
                  <th scope="col">{t("live.since")}</th>
                </tr>
              </thead>
              <tbody>
                {group.map((p) => (
                  <tr key={p.badge}>
                    <th scope="row">
                      <PersonName person={p} erased={t("live.erased")} />
                    </th>
                    <td data-label={t("live.organization")}>
                      {p.attendee?.organization && <bdi>{p.attendee.organization}</bdi>}
                    </td>
                    <td data-label={t("live.ref")} class="ref">
                      {p.ref}
                    </td>
                    <td data-label={t("live.gate")}>
                      <bdi>{gateName(p.gate, place)}</bdi>
                    </td>
                    <td data-label={t("live.since")}>
                      <time dateTime={p.since}>{clock(p.since, lang)}</time>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </section>
  );
}

/** A name with its Latin form beside it, where it has another one. */
export function PersonName({ person, erased }: { person: Inside; erased: string }) {
  const a = person.attendee;
  if (!a) return <i>{erased}</i>;
  return (
    <>
      <span dir="auto">{a.name}</span>
      {a.name_latin && a.name_latin !== a.name && (
        <>
          {" "}
          <small dir="auto">{a.name_latin}</small>
        </>
      )}
    </>
  );
}
