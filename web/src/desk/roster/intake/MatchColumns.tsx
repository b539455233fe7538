import { amount, local, plural } from "../../../say/say";
import type { Category } from "../../../server/shapes";
import { Field } from "../../pieces/Field";
import type { Work } from "../../work";
import { FIELDS, type Match, type Preview, problemsOf, type Reading, rematch } from "./columns";
import { intakeSay } from "./words";

interface Props {
  readonly lang: Work["lang"];
  readonly preview: Preview;
  readonly match: Match;
  readonly onMatch: (match: Match) => void;
  readonly categories: readonly Category[];
  /** Of the rows that name none; "" refuses them. */
  readonly category: string;
  readonly onCategory: (id: string) => void;
  /** Reads the file again in another way. */
  readonly onReading: (reading: Reading) => void;
  readonly busy: boolean;
  readonly onBack: () => void;
  readonly onNext: () => void;
}

/** The second step: what each column holds. */
export function MatchColumns(props: Props) {
  const { lang, preview, match, onMatch, categories, category, onCategory, onReading, busy } = props;
  const t = intakeSay(lang);
  const problems = problemsOf(preview, match, category);
  const { sheets = [] } = preview;
  return (
    <div class="form">
      <p>
        {t(`intake.found_${plural(preview.rows, lang)}`, {
          rows: amount(preview.rows, lang),
          columns: preview.columns.length,
        })}
      </p>
      <div class="pair">
        {sheets.length > 1 && (
          <Field label={t("intake.sheet")}>
            {(ties) => (
              <select
                {...ties}
                value={preview.sheet}
                disabled={busy}
                onChange={(e) => onReading({ sheet: e.currentTarget.value })}
              >
                {sheets.map((s) => (
                  <option key={s}>{s}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label={t("intake.header_row")}>
          {(ties) => (
            <input
              {...ties}
              type="number"
              min="1"
              value={preview.header_row}
              disabled={busy}
              onChange={(e) => {
                const headerRow = Math.max(1, Math.round(Number(e.currentTarget.value)) || 1);
                onReading({ sheet: preview.sheet, headerRow });
              }}
            />
          )}
        </Field>
        <Field label={t("intake.default_category")}>
          {(ties) => (
            <select {...ties} value={category} onChange={(e) => onCategory(e.currentTarget.value)}>
              <option value="">{t("intake.refuse_them")}</option>
              {categories.map((c) => (
                <option key={c.id} value={c.id}>
                  {local(c.name, lang)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <ul class="columns" aria-label={t("intake.columns")}>
        {preview.columns.map((c) => {
          const field = match[c.column];
          return (
            <li key={c.column} class={field ? "" : "out"}>
              <div>
                <strong dir="auto">{c.header || t("intake.unnamed", { n: c.column })}</strong>
                <p class="samples" dir="auto">
                  {c.samples.join(" · ") || t("intake.no_samples")}
                </p>
              </div>
              <select
                aria-label={t("intake.holds", { header: c.header || String(c.column) })}
                value={field ?? ""}
                onChange={(e) => onMatch(rematch(match, c.column, e.currentTarget.value))}
              >
                <option value="">{t("intake.leave_out")}</option>
                {FIELDS.map((f) => (
                  <option key={f} value={f}>
                    {t(`intake.field.${f}`)}
                  </option>
                ))}
              </select>
            </li>
          );
        })}
      </ul>
      <div role="status">
        {problems.length > 0 && (
          <ul class="note attention problems">
            {problems.map((p) => (
              <li key={p}>{t(`intake.problem.${p}`)}</li>
            ))}
          </ul>
        )}
      </div>
      <div class="does">
        <button type="button" class="main" disabled={busy || problems.length > 0} onClick={props.onNext}>
          {t("intake.check")}
        </button>
        <button type="button" class="plain" disabled={busy} onClick={props.onBack}>
          {t("intake.other_file")}
        </button>
      </div>
    </div>
  );
}
