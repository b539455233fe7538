import { useEffect, useRef, useState } from "preact/hooks";
import { type Lang, local } from "../say/say";
import { call, of } from "../server/client";
import type { History, VenueOccupancy } from "../server/shapes";
import { level, percent, soon } from "./board";
import { silentFor } from "./gates";
import { dayBegan } from "./history";
import { gateName, type Place } from "./Notices";
import { Rolling, Urgency } from "./Tile";
import { ago, type LiveSay, number } from "./words";

const AGAIN_MS = 60_000;
const HOUR = 3600_000;
const spans = {
  day: { step: "5m", from: (now: number) => dayBegan(now) },
  two: { step: "10m", from: (now: number) => now - 48 * HOUR },
  week: { step: "1h", from: (now: number) => now - 7 * 24 * HOUR },
} as const;
type Span = keyof typeof spans;

/** When on the chart: the hour within a day, the day before it beyond. */
function when(unixS: number, span: Span, lang: Lang): string {
  return new Date(unixS * 1000).toLocaleString(lang === "zh" ? "zh-CN" : "en-GB", {
    ...(span === "day" ? {} : { month: "numeric", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** One venue, enlarged: its numbers, its gates and its history. */
export function VenueView({
  venue,
  event,
  place,
  there,
}: {
  venue: VenueOccupancy;
  event: string;
  place: Place;
  there: number;
}) {
  const { t, lang } = place;
  const full = percent(venue);
  const until = venue.full_in_s ? soon(venue.full_in_s) : undefined;
  return (
    <article class={`venue ${level(venue)}`}>
      <p>
        <a class="back" href="#board">
          ← {t("live.board")}
        </a>
      </p>
      <h2 dir="auto">{local(venue.name, lang) || venue.id}</h2>
      <p class="count number">
        <b class="inside">
          <Rolling n={venue.inside} lang={lang} />
        </b>
        {venue.capacity > 0 && <span class="limit"> / {number(venue.capacity, lang)}</span>}{" "}
        <Urgency venue={venue} lang={lang} wall={false} />
      </p>
      <p class="number">
        {[
          full === undefined ? t("live.unlimited") : `${full} %`,
          t("live.rate_in", { n: venue.rate_in }),
          t("live.rate_out", { n: venue.rate_out }),
          until && t("live.full_in", { time: t(until.key, { n: until.n }) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <VenueHistory venue={venue} event={event} t={t} lang={lang} />
      <h3 id="gates">{t("live.gates")}</h3>
      <div class="wide">
        <table aria-labelledby="gates">
          <thead>
            <tr>
              <th scope="col">{t("live.gate")}</th>
              <th scope="col">{t("live.entries")}</th>
              <th scope="col">{t("live.exits")}</th>
              <th scope="col">{t("live.denied")}</th>
              <th scope="col">{t("live.seen")}</th>
            </tr>
          </thead>
          <tbody>
            {venue.gates.map((g) => (
              <tr key={g.id}>
                <th scope="row" dir="auto">
                  {gateName(g.id, place)}
                </th>
                <td data-label={t("live.entries")}>{number(g.entries, lang)}</td>
                <td data-label={t("live.exits")}>{number(g.exits, lang)}</td>
                <td data-label={t("live.denied")}>{number(g.denied, lang)}</td>
                <td data-label={t("live.seen")}>
                  {g.last_seen
                    ? ago(Math.max(0, (there - Date.parse(g.last_seen)) / 1000), t)
                    : t("live.never")}
                  {silentFor(g, there) !== undefined && <span class="tag"> ○ {t("live.silent_one")}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}

function VenueHistory(props: { venue: VenueOccupancy; event: string; t: LiveSay; lang: Lang }) {
  const { venue, event, t, lang } = props;
  const [span, setSpan] = useState<Span>("day");
  const [history, setHistory] = useState<History>();
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let over = false;
    setHistory(undefined);
    async function ask() {
      const { step, from } = spans[span];
      const query = new URLSearchParams({
        venue: venue.id,
        from: new Date(from(Date.now())).toISOString(),
        step,
      });
      const answer = await call<History>("GET", `${of(event, "history")}?${query}`);
      if (over) return;
      setFailed(answer.kind !== "ok");
      if (answer.kind === "ok") setHistory(answer.value);
    }
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [event, venue.id, span]);

  useEffect(() => {
    const element = box.current;
    if (!element || !history) return;
    let end = () => {};
    let over = false;
    const draw = async () => {
      const { drawChart } = await import("./chart");
      if (over) return;
      end();
      end = drawChart(element, history.items, history.step_s, venue.capacity, {
        time: t("live.time"),
        inside: t("live.inside"),
        capacity: t("live.capacity"),
        entries: t("live.entries"),
        exits: t("live.exits"),
        clock: (s) => when(s, span, lang),
        room: span === "day" ? 60 : 120,
      });
    };
    draw();
    const night = matchMedia("(prefers-color-scheme: dark)");
    night.addEventListener("change", draw);
    return () => {
      over = true;
      night.removeEventListener("change", draw);
      end();
    };
  }, [history, venue.capacity]);

  const moved = (history?.items ?? []).filter((p) => p.entries || p.exits || p.denied);
  return (
    <section class="history" aria-labelledby="history">
      <div class="row">
        <h3 id="history">{t("live.history")}</h3>
        <fieldset class="choices">
          <legend class="unseen">{t("live.span")}</legend>
          {(Object.keys(spans) as Span[]).map((s) => (
            <label key={s}>
              <input type="radio" name="span" checked={s === span} onChange={() => setSpan(s)} />
              <span>{t(`live.spans.${s}`)}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {failed && <p class="note attention">{t("live.no_history")}</p>}
      <div class="chart" ref={box} aria-hidden="true" />
      <details>
        <summary>{t("live.as_table")}</summary>
        {moved.length === 0 ? (
          <p class="hint">{t("live.nobody_moved")}</p>
        ) : (
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("live.time")}</th>
                  <th scope="col">{t("live.inside")}</th>
                  <th scope="col">{t("live.entries")}</th>
                  <th scope="col">{t("live.exits")}</th>
                  <th scope="col">{t("live.denied")}</th>
                </tr>
              </thead>
              <tbody>
                {moved.map((p) => (
                  <tr key={p.at}>
                    <th scope="row">{when(Date.parse(p.at) / 1000, span, lang)}</th>
                    <td data-label={t("live.inside")}>{number(p.inside, lang)}</td>
                    <td data-label={t("live.entries")}>{number(p.entries, lang)}</td>
                    <td data-label={t("live.exits")}>{number(p.exits, lang)}</td>
                    <td data-label={t("live.denied")}>{number(p.denied, lang)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </section>
  );
}
