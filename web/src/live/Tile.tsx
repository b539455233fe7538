import type { Lang } from "../say/say";
import type { History, VenueOccupancy } from "../server/shapes";
import { level, percent, soon } from "./board";
import { BOX, dayBegan, sparkline } from "./history";
import { useBefore } from "./useLive";
import { breadth, type LiveSay, names, number, words } from "./words";

/** Shapes that go with the colours and words. */
export const signs = { calm: "", amber: "▲", red: "▲▲", alarm: "■" } as const;

/** Further ahead than this, in s, today's rate says nothing. */
const FORESEEABLE_S = 12 * 3600;

/** A number that rolls when it changes. */
export function Rolling({ n, lang }: { n: number; lang: Lang }) {
  const before = useBefore(n);
  const way = before === undefined || before === n ? "" : n > before ? " up" : " down";
  return (
    <span key={n} class={`rolling${way}`}>
      {number(n, lang)}
    </span>
  );
}

export function Urgency({ venue, lang, wall }: { venue: VenueOccupancy; lang: Lang; wall: boolean }) {
  const urgency = level(venue);
  if (urgency === "calm") return null;
  const said = words(lang)(`live.level.${urgency}`);
  const other = words(lang === "zh" ? "en" : "zh")(`live.level.${urgency}`);
  return (
    <span class="urgency">
      <span aria-hidden="true">{signs[urgency]}</span> {wall ? `${said} ${other}` : said}
    </span>
  );
}

export function Tile(props: {
  venue: VenueOccupancy;
  day: History | undefined;
  now: number;
  t: LiveSay;
  lang: Lang;
  wall: boolean;
  /** There is little room: rates in one short line. */
  tight: boolean;
}) {
  const { venue, day, now, t, lang, wall, tight } = props;
  const full = percent(venue);
  const until = venue.full_in_s && venue.full_in_s <= FORESEEABLE_S ? soon(venue.full_in_s) : undefined;
  const rate = (n: number) => n.toLocaleString(lang, { maximumFractionDigits: n < 10 ? 1 : 0 });
  const limit = venue.capacity > 0 ? number(venue.capacity, lang) : undefined;
  // How wide the number and its limit are, in digits: they fill the tile.
  const digits = number(venue.inside, lang).length + (limit ? limit.length * 0.42 + 0.8 : 0);
  const [name = venue.id, second] = names(venue.name, venue.id, lang, wall);
  return (
    <li class={`tile ${level(venue)}`} data-venue={venue.id} style={{ "--digits": Math.max(digits, 4) }}>
      <h2 dir="auto">
        <a href={`#venue=${encodeURIComponent(venue.id)}`} style={{ "--em": breadth(name) }}>
          {name}
        </a>
        {second && (
          <span
            class="second"
            lang={lang === "zh" ? "en" : "zh"}
            dir="auto"
            style={{ "--em": breadth(second) }}
          >
            {second}
          </span>
        )}
      </h2>
      <p class="count number">
        <b class="inside">
          <Rolling n={venue.inside} lang={lang} />
        </b>
        {limit && <span class="limit"> / {limit}</span>}
      </p>
      {full !== undefined && (
        <div class="bar" aria-hidden="true">
          <i style={{ width: `${Math.min(100, full)}%` }} />
        </div>
      )}
      <p class="state">
        <span class="percent number">{full === undefined ? t("live.unlimited") : `${full} %`}</span>
        <Urgency venue={venue} lang={lang} wall={wall} />
      </p>
      <p class="rates number">
        {tight ? (
          <span>{t("live.rates", { in: rate(venue.rate_in), out: rate(venue.rate_out) })}</span>
        ) : (
          <>
            <span>
              <span aria-hidden="true">→</span> {t("live.rate_in", { n: rate(venue.rate_in) })}
            </span>
            <span>
              <span aria-hidden="true">←</span> {t("live.rate_out", { n: rate(venue.rate_out) })}
            </span>
          </>
        )}
        {until && <span class="until">{t("live.full_in", { time: t(until.key, { n: until.n }) })}</span>}
      </p>
      <svg
        class="spark"
        viewBox={`0 0 ${BOX.width} ${BOX.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {day && <path d={sparkline(day.items, day.step_s, dayBegan(now), now, venue.inside)} />}
      </svg>
    </li>
  );
}
