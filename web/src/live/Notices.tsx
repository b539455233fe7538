import { clock, type Lang, local, type Text } from "../say/say";
import { isReason } from "../server/reasons";
import type { Gate, Occupancy } from "../server/shapes";
import type { Silence } from "./gates";
import type { Notice } from "./notice";
import { ago, type LiveSay } from "./words";

const signs = { denied: "✕", forced: "!", conflict: "↯" } as const;

export interface Place {
  readonly t: LiveSay;
  readonly lang: Lang;
  readonly board: Occupancy;
  readonly gates: ReadonlyMap<string, Gate>;
}

export const gateName = (id: string, { gates, lang }: Place): string =>
  local(gates.get(id)?.name, lang) || id;

function where(n: Notice, place: Place): string {
  const venue: Text | undefined = place.board.venues.find((v) => v.id === n.venue)?.name;
  return [gateName(n.gate, place), local(venue, place.lang) || n.venue].filter(Boolean).join(" · ");
}

function what(n: Notice, { t }: Place): string {
  const said = n.reason && isReason(n.reason) ? t(`live.reason.${n.reason}`) : (n.reason ?? "");
  return [t(`live.kind.${n.kind}`), said].filter(Boolean).join(": ");
}

/** The latest refusals, overrides and conflicts. */
export function Notices({ notices, place }: { notices: readonly Notice[]; place: Place }) {
  const { t, lang } = place;
  return (
    <section class="notices" aria-labelledby="notices">
      <h2 id="notices">{t("live.notices")}</h2>
      {notices.length === 0 ? (
        <p class="hint">{t("live.nothing")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <ol tabIndex={0} aria-labelledby="notices">
          {notices.map((n) => (
            <li key={n.seq} class={`${n.kind}${n.undone ? " undone" : ""}`}>
              <time class="number" dateTime={n.at}>
                {clock(n.at, lang)}
              </time>
              <span class="sign" aria-hidden="true">
                {signs[n.kind]}
              </span>
              <span class="what">
                <b>{what(n, place)}</b> <span dir="auto">{where(n, place)}</span>
                {n.offline && <span class="tag"> {t("live.offline")}</span>}
                {n.undone && <span class="tag"> {t("live.undone")}</span>}
                {n.why && (
                  <q class="why" dir="auto">
                    {n.why}
                  </q>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** One thin line: gates that went silent, and on a wall the last refusals. */
export function ThinLine(props: { silent: readonly Silence[]; notices: readonly Notice[]; place: Place }) {
  const { silent, notices, place } = props;
  if (silent.length === 0 && notices.length === 0) return null;
  return (
    <div class="thin">
      {silent.length > 0 && (
        <p class="silent">
          <b>
            <span aria-hidden="true">○</span> {place.t("live.silent")}
          </b>{" "}
          {silent.map((s) => `${gateName(s.gate, place)} (${ago(s.seconds, place.t)})`).join(" · ")}
        </p>
      )}
      {notices.map((n) => (
        <p key={n.seq} class={n.kind}>
          <span aria-hidden="true">{signs[n.kind]}</span> {clock(n.at, place.lang)} {what(n, place)} ·{" "}
          {where(n, place)}
        </p>
      ))}
    </div>
  );
}
