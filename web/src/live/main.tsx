import { useEffect, useState } from "preact/hooks";
import { clock, local } from "../say/say";
import { addressWith } from "../session/chosen";
import { openSurface, type Shift } from "../session/Staff";
import { level, STALE_MS } from "./board";
import { memory } from "./keep";
import type { Place } from "./Notices";
import { People } from "./People";
import { RollCall } from "./RollCall";
import { Rolling } from "./Tile";
import { Tiles } from "./Tiles";
import { type Alarm, useAlarm } from "./useAlarm";
import { useDays } from "./useHistory";
import { useGates, useLive, useNow } from "./useLive";
import { VenueView } from "./VenueView";
import { words } from "./words";
import "./live.css";
import "./lists.css";
import "./wall.css";

type View = { at: "board" | "inside" | "roll" } | { at: "venue"; id: string };

function viewOf(hash: string): View {
  const [at, id] = hash.replace(/^#/, "").split("=");
  if (at === "venue" && id) {
    try {
      return { at, id: decodeURIComponent(id) };
    } catch {
      return { at: "board" };
    }
  }
  return at === "inside" || at === "roll" ? { at } : { at: "board" };
}

function useView(): View {
  const [view, setView] = useState(() => viewOf(location.hash));
  useEffect(() => {
    const turn = () => setView(viewOf(location.hash));
    addEventListener("hashchange", turn);
    return () => removeEventListener("hashchange", turn);
  }, []);
  return view;
}

/** ?wall: for a screen that all read and nobody touches, dark unless ?wall=light. */
const asked = new URLSearchParams(location.search).get("wall");
const wall = asked !== null;
if (wall) {
  document.documentElement.classList.add("wall");
  if (asked !== "light") document.documentElement.dataset.look = "dark";
}

function Live({ me, event, lang, onSignedOut }: Shift) {
  const t = words(lang);
  const reader = me.role === "security" || me.role === "organizer";
  const { board, notices, heard, ahead, streaming } = useLive(event, reader, onSignedOut);
  const gates = useGates(event, board);
  const days = useDays(event, board?.venues.map((v) => v.id) ?? []);
  const now = useNow(1000);
  const view = useView();
  const stale = heard > 0 && now - heard > STALE_MS;
  const full = board?.venues.filter((v) => level(v) === "alarm").map((v) => v.id) ?? [];
  const alarm = useAlarm(full, wall);
  const name = (id: string) => local(board?.venues.find((v) => v.id === id)?.name, lang) || id;
  const between = lang === "zh" ? "、" : ", ";

  useEffect(() => {
    const plain = `${t("live.title")} · Lanyard`;
    const said = full.length > 0 && t("live.full", { venues: full.map(name).join(between) });
    document.title = stale ? `! ${t("live.stale_short")} · ${plain}` : said ? `■ ${said} · ${plain}` : plain;
  }, [full.join(), stale, lang]);

  const place = { t, lang, board, gates };
  const opened = view.at === "venue" ? board?.venues.find((v) => v.id === view.id) : undefined;
  return (
    <div class={`live${stale ? " stale" : ""}`}>
      {wall && <h1 class="unseen">{t("live.title")}</h1>}
      {!wall && (
        <nav class="views" aria-label={t("live.views")}>
          {(["board", "inside", "roll"] as const).map((at) => (
            <a key={at} href={`#${at}`} {...(view.at === at ? { "aria-current": "page" } : {})}>
              {t(`live.view.${at}`)}
            </a>
          ))}
        </nav>
      )}
      <Banner alarm={alarm} full={full} name={name} between={between} t={t} />
      {view.at === "roll" && !wall ? (
        <RollCall event={event} place={place} ahead={ahead} onSignedOut={onSignedOut} />
      ) : !board ? (
        <p role="status">{t("live.waiting")}</p>
      ) : view.at === "inside" && !wall ? (
        <People event={event} place={{ ...place, board }} onSignedOut={onSignedOut} />
      ) : (
        <section class={`board${stale ? " stale" : ""}`}>
          <div class="summary">
            <p class="total number">
              <Rolling n={board.inside_total} lang={lang} />{" "}
              <small>
                {t("live.total")}
                {wall && ` ${words(lang === "zh" ? "en" : "zh")("live.total")}`}
              </small>
            </p>
            <p class={`pulse${stale ? " note attention" : ""}`} role="status">
              {stale
                ? t("live.stale", { time: clock(heard, lang, true) })
                : t(streaming ? "live.fresh" : "live.polled")}
            </p>
            {wall && !stale && (
              <p class="time number" aria-hidden="true">
                {clock(now + ahead, lang)}
              </p>
            )}
            <Controls alarm={alarm} t={t} />
          </div>
          {board.venues.length === 0 ? (
            <p class="note">{t("live.empty")}</p>
          ) : opened ? (
            <VenueView
              key={opened.id}
              venue={opened}
              event={event}
              place={{ ...place, board }}
              there={now + ahead}
            />
          ) : (
            <Tiles
              place={{ ...place, board }}
              days={days}
              notices={notices}
              now={now}
              there={now + ahead}
              wall={wall}
            />
          )}
        </section>
      )}
    </div>
  );
}

type Say = Place["t"];

function Controls({ alarm, t }: { alarm: Alarm; t: Say }) {
  if (wall) {
    return (
      <>
        {!alarm.sounds && <p class="hint">{t("live.tap")}</p>}
        <a class="leave-wall" href={addressWith(location, { wall: null })}>
          {t("live.leave_wall")}
        </a>
      </>
    );
  }
  return (
    <p class="controls">
      <button type="button" aria-pressed={alarm.sounds} onClick={() => alarm.setSounds(!alarm.sounds)}>
        {t(alarm.sounds ? "live.sound_on" : "live.sound_off")}
      </button>
      <a class="button" href={addressWith(location, { wall: "" })}>
        {t("live.wall")}
      </a>
    </p>
  );
}

function Banner(props: {
  alarm: Alarm;
  full: readonly string[];
  name: (id: string) => string;
  between: string;
  t: Say;
}) {
  const { alarm, full, name, between, t } = props;
  return (
    <div role="alert">
      {full.length > 0 && (
        <div class={`banner${alarm.ringing.length > 0 ? " ringing" : ""}`}>
          <p>
            <span aria-hidden="true">■</span>{" "}
            <span dir="auto">{t("live.full", { venues: full.map(name).join(between) })}</span>
          </p>
          {!wall && alarm.sounds && alarm.ringing.length > 0 && (
            <button type="button" onClick={alarm.acknowledge}>
              {t("live.acknowledge")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

// The roll call opens without a network, too. Where that isn't to be had, the
// page works as long as it stays open.
if (!import.meta.env.DEV)
  navigator.serviceWorker?.register("/live-sw.js", { scope: "/live" }).catch(() => {});

openSurface({
  memory,
  title: (lang) => words(lang)("live.title"),
  roles: ["security", "supervisor", "organizer"],
  shared: (hash) => (viewOf(hash).at === "venue" ? "#board" : hash),
  show: (shift) => <Live key={shift.event} {...shift} />,
});
