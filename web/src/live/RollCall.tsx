import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock, local } from "../say/say";
import { byVenue, find } from "./inside";
import type { Place } from "./Notices";
import { PersonName } from "./People";
import { type Enrolled, isSafe, type Roll, tally } from "./roll";
import { useRoll } from "./useRoll";
import { useSlash } from "./useSlash";
import { type LiveSay, number } from "./words";

/** The evacuation: who was inside, to be ticked off as safe. */
export function RollCall(props: {
  event: string;
  place: Omit<Place, "board"> & { readonly board: Place["board"] | undefined };
  ahead: number;
  onSignedOut: () => void;
}) {
  const { event, place, ahead, onSignedOut } = props;
  const { t, lang, board } = place;
  const { state, begin, tick, end } = useRoll(event, ahead, board, onSignedOut);
  if (state.at === "opening") return <p role="status">{t("live.waiting")}</p>;
  if (state.at === "none") {
    return (
      <section class="roll-start">
        <h2>{t("live.roll.title")}</h2>
        <p>{t("live.roll.about")}</p>
        {!state.lasting && <p class="note attention">{t("live.roll.fleeting")}</p>}
        {state.failed && (
          <p class="note attention" role="alert">
            {t("live.roll.no_list")}
          </p>
        )}
        {state.running && (
          <p class="note attention" role="status">
            {t("live.roll.running", { time: clock(state.running.began, lang), n: state.running.devices })}
          </p>
        )}
        <div class="row">
          {state.running && (
            <button type="button" class="main" disabled={state.busy} onClick={() => begin(state.running)}>
              {t("live.roll.join")}
            </button>
          )}
          <button
            type="button"
            class={state.running ? "" : "main"}
            disabled={state.busy}
            onClick={() => begin()}
          >
            {state.busy ? t("live.waiting") : t(state.running ? "live.roll.start_new" : "live.roll.start")}
          </button>
        </div>
      </section>
    );
  }
  const { roll, marks, online, devices, replaced } = state;
  const { safe, missing } = tally(roll.people, marks);
  return (
    <section class="roll">
      <div class={`score${missing === 0 ? " all-safe" : ""}`} role="status">
        <p class="huge number">{missing === 0 ? `✓ ${number(safe, lang)}` : number(missing, lang)}</p>
        <p>
          {missing === 0
            ? t("live.roll.all_safe", { n: number(safe, lang) })
            : t("live.roll.missing", { n: number(safe, lang), all: number(roll.people.length, lang) })}
        </p>
      </div>
      {replaced ? (
        <div class="note attention" role="alert">
          <p>{t("live.roll.replaced", { time: clock(replaced.began, lang) })}</p>
          <button type="button" onClick={() => begin(replaced)}>
            {t("live.roll.join")}
          </button>
        </div>
      ) : (
        <p class={online ? "hint" : "note attention"}>
          {online
            ? t("live.roll.online", { time: clock(roll.asked, lang, true), n: devices })
            : t("live.roll.offline", { time: clock(roll.asked, lang, true) })}
        </p>
      )}
      <p class="on-paper">
        Lanyard · {event} · {new Date(roll.asked).toLocaleString(lang === "zh" ? "zh-CN" : "en-GB")}
      </p>
      <RollList
        people={roll.people}
        isSafe={(p) => isSafe(p, marks)}
        tick={tick}
        venues={board?.venues ?? roll.venues}
        place={place}
      />
      <EndRoll t={t} end={end} began={clock(roll.began, lang)} />
    </section>
  );
}

function RollList(props: {
  people: readonly Enrolled[];
  isSafe: (person: Enrolled) => boolean;
  tick: (person: Enrolled, safe: boolean) => void;
  venues: Roll["venues"];
  place: Omit<Place, "board">;
}) {
  const { people: all, tick, venues, place } = props;
  const { t, lang } = place;
  const [query, setQuery] = useState("");
  const [onlyMissing, setOnlyMissing] = useState(false);
  const search = useSlash();
  // Whoever is ticked stays under the finger until the list is asked for anew.
  const hidden = useRef<ReadonlySet<string>>(new Set());
  const safeNow = () => new Set(all.filter(props.isSafe).map((p) => p.badge));
  function ask(change: () => void) {
    hidden.current = safeNow();
    change();
  }
  const sorted = useMemo(() => {
    const { compare } = new Intl.Collator(lang === "zh" ? "zh-CN" : "en");
    return [...all].sort((a, b) => compare(a.attendee?.name ?? a.badge, b.attendee?.name ?? b.badge));
  }, [all, lang]);
  const shown = find(sorted, query).filter((p) => !onlyMissing || !hidden.current.has(p.badge));
  const name = (id: string) => local(venues.find((v) => v.id === id)?.name, lang) || id;
  return (
    <>
      <div class="tools">
        <label class="field">
          <span>{t("live.find")}</span>
          <input
            ref={search}
            type="search"
            value={query}
            autocomplete="off"
            spellcheck={false}
            onInput={(e) => {
              const typed = e.currentTarget.value;
              ask(() => setQuery(typed));
            }}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyMissing}
            onChange={(e) => {
              const on = e.currentTarget.checked;
              ask(() => setOnlyMissing(on));
            }}
          />
          <span>{t("live.roll.only_missing")}</span>
        </label>
        <button type="button" onClick={() => print()}>
          {t("live.print")}
        </button>
      </div>
      {shown.length === 0 && <p class="note">{t(query ? "live.nomatch" : "live.roll.none_left")}</p>}
      {byVenue(
        shown,
        venues.map((v) => v.id),
      ).map(([id, group]) => (
        <section key={id} class="group" aria-labelledby={`roll-${id}`}>
          <h2 id={`roll-${id}`} dir="auto">
            {name(id)}{" "}
            <span class="number tally">
              {t("live.roll.of", {
                n: number(all.filter((p) => p.venue === id && props.isSafe(p)).length, lang),
                all: number(all.filter((p) => p.venue === id).length, lang),
              })}
            </span>
          </h2>
          <ul class="ticks">
            {group.map((p) => (
              <li key={p.badge} class={props.isSafe(p) ? "safe" : ""}>
                <label>
                  <input
                    type="checkbox"
                    checked={props.isSafe(p)}
                    disabled={p.left}
                    onChange={(e) => tick(p, e.currentTarget.checked)}
                  />
                  <span class="who">
                    <PersonName person={p} erased={t("live.erased")} />
                    <small dir="auto">{[p.attendee?.organization, p.ref].filter(Boolean).join(" · ")}</small>
                  </span>
                  <span class="mark">
                    {p.left ? t("live.roll.left") : props.isSafe(p) ? t("live.roll.safe") : ""}
                  </span>
                </label>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** Ending takes the names off this device and can't be undone: it asks once. */
function EndRoll({ t, end, began }: { t: LiveSay; end: () => void; began: string }) {
  const [sure, setSure] = useState(false);
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (sure) no.current?.focus();
  }, [sure]);
  return (
    <div class="end-roll">
      <p class="hint">{t("live.roll.began", { time: began })}</p>
      {sure ? (
        <div class="note attention">
          <p>{t("live.roll.sure")}</p>
          <div class="row">
            <button type="button" ref={no} onClick={() => setSure(false)}>
              {t("live.roll.keep")}
            </button>
            <button type="button" onClick={end}>
              {t("live.roll.end_now")}
            </button>
          </div>
        </div>
      ) : (
        <button type="button" onClick={() => setSure(true)}>
          {t("live.roll.end")}
        </button>
      )}
    </div>
  );
}
