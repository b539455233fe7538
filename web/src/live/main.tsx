import { useEffect, useState } from "preact/hooks";
import en from "../../locales/en/live.json";
import zh from "../../locales/zh/live.json";
import { clock, type Lang, local, speaker } from "../say/say";
import { call, of } from "../server/client";
import type { Occupancy, VenueOccupancy } from "../server/shapes";
import { listen } from "../server/stream";
import { openSurface, type Shift } from "../session/Staff";
import { advance, level, percent, STALE_MS, soon } from "./board";
import "./live.css";

const words = (lang: Lang) => speaker({ zh: { live: zh }, en: { live: en } }, lang);
type LiveSay = ReturnType<typeof words>;

const POLL_MS = 5000;

/** The numbers, when they were last known to be true, and how they come. */
function useOccupancy(event: string, onSignedOut: () => void) {
  const [board, setBoard] = useState<Occupancy>();
  const [heard, setHeard] = useState(0);
  const [streaming, setStreaming] = useState(true);

  useEffect(() => {
    setBoard(undefined);
    setHeard(0);
    let over = false;
    let open = false;
    async function poll() {
      const answer = await call<Occupancy>("GET", of(event, "occupancy"));
      if (over || open) return;
      if (answer.kind === "signed_out") onSignedOut();
      if (answer.kind === "ok") {
        setBoard(answer.value);
        setHeard(Date.now());
      }
    }
    poll();
    const close = listen(of(event, "live"), {
      onSign: () => {
        open = true;
        setStreaming(true);
        setHeard(Date.now());
      },
      onMessage: (message) => setBoard((known) => advance(known, message)),
      onClosed: (status) => {
        open = false;
        setStreaming(false);
        if (status !== 401) return "again";
        onSignedOut();
        return "stop";
      },
    });
    // While the stream is away, ask: proxies exist that let none through.
    const timer = setInterval(() => {
      if (!open) poll();
    }, POLL_MS);
    return () => {
      over = true;
      clearInterval(timer);
      close();
    };
  }, [event]);

  return { board, heard, streaming };
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

function Live({ event, lang, onSignedOut }: Shift) {
  const t = words(lang);
  const { board, heard, streaming } = useOccupancy(event, onSignedOut);
  const stale = useNow(1000) - heard > STALE_MS;
  if (!board) return <p role="status">{t("live.waiting")}</p>;
  if (board.venues.length === 0) return <p class="note">{t("live.empty")}</p>;
  return (
    <section class={`board${stale ? " stale" : ""}`}>
      <p class={`pulse${stale ? " note attention" : ""}`} role="status">
        {stale
          ? t("live.stale", { time: clock(heard, lang, true) })
          : t(streaming ? "live.fresh" : "live.polled")}
      </p>
      <p class="total number">{t("live.total", { n: board.inside_total })}</p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("live.venue")}</th>
              <th scope="col">{t("live.inside")}</th>
              <th scope="col">{t("live.capacity")}</th>
              <th scope="col">{t("live.percent")}</th>
              <th scope="col">{t("live.rate_in")}</th>
              <th scope="col">{t("live.rate_out")}</th>
              <th scope="col">{t("live.full_in")}</th>
              <th scope="col">{t("live.denied")}</th>
            </tr>
          </thead>
          <tbody>
            {board.venues.map((v) => (
              <Row key={v.id} venue={v} t={t} lang={lang} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const signs = { calm: "", amber: "▲", red: "▲▲", alarm: "■" } as const;

function Row({ venue, t, lang }: { venue: VenueOccupancy; t: LiveSay; lang: Lang }) {
  const urgency = level(venue);
  const full = percent(venue);
  const until = venue.full_in_s == null ? undefined : soon(venue.full_in_s);
  const rate = (n: number) => n.toLocaleString(lang, { maximumFractionDigits: 1 });
  return (
    <tr class={urgency}>
      <th scope="row" dir="auto" data-venue={venue.id}>
        {local(venue.name, lang) || venue.id}
      </th>
      <td class="inside" data-label={t("live.inside")}>
        {venue.inside}
      </td>
      <td data-label={t("live.capacity")}>{venue.capacity > 0 ? venue.capacity : t("live.unlimited")}</td>
      <td class="full" data-label={t("live.percent")}>
        {full === undefined ? t("live.none") : `${full} %`}{" "}
        {urgency !== "calm" && (
          <span class="urgency">
            <span aria-hidden="true">{signs[urgency]}</span> {t(`live.level.${urgency}`)}
          </span>
        )}
      </td>
      <td data-label={t("live.rate_in")}>{rate(venue.rate_in)}</td>
      <td data-label={t("live.rate_out")}>{rate(venue.rate_out)}</td>
      <td data-label={t("live.full_in")}>{until ? t(until.key, { n: until.n }) : t("live.none")}</td>
      <td data-label={t("live.denied")}>{venue.denied}</td>
    </tr>
  );
}

openSurface({
  title: (lang) => words(lang)("live.title"),
  roles: ["security", "supervisor", "organizer"],
  show: (shift) => <Live {...shift} />,
});
