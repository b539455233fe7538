import { useEffect, useState } from "preact/hooks";
import { local } from "../../say/say";
import { call, of } from "../../server/client";
import type { Attendee, Gate, Items, Place, Venue } from "../../server/shapes";
import { useList, type Work } from "../work";
import { rosterSay } from "./words";

/** How often it is asked where somebody is, in ms: the person stands at the desk. */
const EVERY_MS = 3000;

/** Where somebody is now, and how they came there: the latest first. */
export function History({ work, person }: { work: Work; person: Attendee }) {
  const { event, lang, fail } = work;
  const t = rosterSay(lang);
  const venues = useList<Venue>(of(event, "venues"), fail).items ?? [];
  const gates = useList<Gate>(of(event, "gates"), fail).items ?? [];
  const [places, setPlaces] = useState<readonly Place[]>([]);
  const badge = person.badge?.id;

  useEffect(() => {
    setPlaces([]);
    if (!badge) return;
    let gone = false;
    const look = async () => {
      const answer = await call<Items<Place>>("GET", of(event, "badges", badge, "places"));
      if (gone) return;
      if (answer.kind === "ok") setPlaces(answer.value.items);
      else if (answer.kind === "signed_out") fail(answer);
    };
    look();
    const timer = setInterval(() => document.hidden || look(), EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [event, badge, fail]);

  const venue = (id: string) => local(venues.find((v) => v.id === id)?.name, lang) || id;
  const gate = (id: string) => local(gates.find((g) => g.id === id)?.name, lang) || id;
  const moves = places.flatMap((p) => [
    ...(p.entered_at
      ? [{ at: p.entered_at, text: t("roster.entered", { venue: venue(p.venue), gate: gate(p.gate ?? "") }) }]
      : []),
    ...(p.left_at ? [{ at: p.left_at, text: t("roster.left", { venue: venue(p.venue) }) }] : []),
  ]);
  const events = [
    ...moves,
    ...(person.badge ? [{ at: person.badge.issued_at, text: t("roster.was_issued") }] : []),
    ...(person.revoked ? [{ at: person.revoked.at, text: t("roster.was_revoked") }] : []),
    { at: person.created_at, text: t("roster.was_added") },
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const inside = places.filter((p) => p.inside);

  return (
    <section class="history" aria-labelledby="history-title">
      <h3 id="history-title">{t("roster.where")}</h3>
      {inside.length === 0 && <p>{t("roster.nowhere")}</p>}
      {inside.map((p) => (
        <p key={p.venue} class="state good">
          {p.entered_at
            ? t("roster.inside", { venue: venue(p.venue), at: moment(p.entered_at, lang) })
            : venue(p.venue)}
        </p>
      ))}
      <ol>
        {events.map((e) => (
          <li key={`${e.at} ${e.text}`}>
            <time class="number" dateTime={e.at}>
              {moment(e.at, lang)}
            </time>
            <span dir="auto">{e.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A day and time of this device's clock, without the year. */
export function moment(at: string, lang: Work["lang"]): string {
  return new Date(at).toLocaleString(lang === "zh" ? "zh-CN" : "en-GB", {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}
