import { type Lang, local } from "../../say/say";
import type { Gate, Me, Operator, Row, Venue } from "../../server/shapes";
import { moment } from "../zone";
import { what } from "./what";
import { recordSay } from "./words";

interface Props {
  /** Who looks: organizers of the whole server are on no event's staff. */
  readonly me: Me;
  readonly lang: Lang;
  readonly zone: string;
  readonly rows: readonly Row[];
  readonly venues: readonly Venue[];
  readonly gates: readonly Gate[];
  readonly staff: readonly Operator[];
  /** Looks for all about one badge. */
  readonly onBadge: (badge: string) => void;
}

/** Rows of the journal, with names in place of ids. */
export function Lines({ me, lang, zone, rows, venues, gates, staff, onBadge }: Props) {
  const t = recordSay(lang);
  const gateName = (id: string) => local(gates.find((g) => g.id === id)?.name ?? id, lang);
  const venueName = (id: string) => local(venues.find((v) => v.id === id)?.name ?? id, lang);
  const who = (id: string | undefined) => {
    if (!id) return t("record.itself");
    return staff.find((o) => o.id === id)?.name ?? (id === me.id ? local(me.name, lang) : id);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table" tabIndex={0} aria-label={t("record.title")}>
      <table class="record">
        <thead>
          <tr>
            <th scope="col">{t("record.when")}</th>
            <th scope="col">{t("record.what")}</th>
            <th scope="col">{t("record.where")}</th>
            <th scope="col">{t("record.who")}</th>
            <th scope="col">{t("record.badge")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const said = what(row, t, lang);
            return (
              <tr key={row.seq}>
                <td>
                  <time class="number" dateTime={row.at} title={`${row.seq}`}>
                    {moment(row.at, zone, lang, true)}
                  </time>
                </td>
                <td>
                  <span class={`sign ${said.tone}`} aria-hidden="true">
                    {said.sign}
                  </span>{" "}
                  {said.title}
                  {said.more && (
                    <small class="ref" dir="auto">
                      {said.more}
                    </small>
                  )}
                </td>
                <td>
                  {row.gate && <span dir="auto">{gateName(row.gate)}</span>}
                  {row.venue && (
                    <small class="ref" dir="auto">
                      {venueName(row.venue)}
                    </small>
                  )}
                </td>
                <td dir="auto">{who(row.operator)}</td>
                <td>
                  {row.badge && (
                    <button
                      type="button"
                      class="plain mono"
                      aria-label={t("record.about", { badge: row.badge })}
                      onClick={() => onBadge(row.badge ?? "")}
                    >
                      {row.badge}
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
