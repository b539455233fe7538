import { amount, plural } from "../../../say/say";
import type { Work } from "../../work";
import { added, fieldTitle, type Report, reasonOf, refusedCSV } from "./report";
import { intakeSay } from "./words";

/** Refused rows in view; the file to take along has them all. */
const SHOWN = 100;

/** What would become of the rows, or has. */
export function Outcome({ report, tried, lang }: { report: Report; tried: boolean; lang: Work["lang"] }) {
  const t = intakeSay(lang);
  const figures = [
    ["added", added(report)],
    ["updated", report.updated],
    ["unchanged", report.unchanged],
    ["refused", report.refused],
  ] as const;
  return (
    <>
      <dl class="figures">
        {figures.map(([name, n]) => (
          <div key={name} class={name === "refused" && n > 0 ? "bad" : ""}>
            <dt>{t(tried ? `intake.would.${name}` : `intake.did.${name}`)}</dt>
            <dd class="number">{amount(n, lang)}</dd>
          </div>
        ))}
      </dl>
      {report.errors.length > 0 && (
        <section class="form" aria-labelledby="refused-title">
          <header class="head">
            <h3 id="refused-title">{t("intake.refused_rows")}</h3>
            <a
              class="button"
              href={`data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${refusedCSV(report, t)}`)}`}
              download={t("intake.refused_name")}
            >
              {t("intake.download")}
            </a>
          </header>
          <p class="hint">{t("intake.refused_hint")}</p>
          <div class="table">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("intake.row")}</th>
                  <th scope="col">{t("intake.column")}</th>
                  <th scope="col">{t("intake.why")}</th>
                </tr>
              </thead>
              <tbody>
                {report.errors.slice(0, SHOWN).map((e) => (
                  <tr key={`${e.row} ${e.field} ${e.code}`}>
                    <td class="number">{e.row}</td>
                    <td>{fieldTitle(e.field, t)}</td>
                    <td dir="auto">{reasonOf(e, t)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {report.errors.length > SHOWN && (
            <p class="hint">{t("intake.more_refused", { n: amount(report.errors.length - SHOWN, lang) })}</p>
          )}
          {!!report.errors_omitted && (
            <p class="hint">
              {t(`intake.omitted_${plural(report.errors_omitted, lang)}`, {
                n: amount(report.errors_omitted, lang),
              })}
            </p>
          )}
        </section>
      )}
    </>
  );
}
