import { useEffect, useState } from "preact/hooks";
import { local, plural } from "../../say/say";
import { Field } from "../pieces/Field";
import { Head } from "../pieces/Head";
import { useRegistration } from "../registration";
import { hashOf } from "../route";
import type { Work } from "../work";
import { Card } from "./Card";
import { keepPaper, keptPaper, PAPERS, sheetsOf } from "./paper";
import "./sheets.css";
import { useBadges } from "./useBadges";
import { sheetsSay } from "./words";

const PAUSE_MS = 250; // after the last key before the server is asked

/** Prints badges: what is on the screen is what comes out of the printer. */
export function Sheets(work: Work) {
  const { event, lang, rest, fail } = work;
  const t = sheetsSay(lang);
  const person = rest[0] === "person" ? rest[1] : undefined;
  const [paper, setPaper] = useState(keptPaper);
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const [category, setCategory] = useState("");
  const about = useRegistration(event, fail);
  const batch = useBadges(work, { person, q, category });

  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const sheets = batch && about ? sheetsOf(batch.people, paper) : [];
  const count = batch?.people.length ?? 0;
  const everybody = !person && !q && !category;
  return (
    <>
      <Head title={t("sheets.title")} text={t("sheets.lead")}>
        <button type="button" class="main" disabled={count === 0} onClick={() => print()}>
          {t(count === 0 ? "sheets.print_none" : count === 1 ? "sheets.print_this" : "sheets.print_many", {
            n: count,
          })}
        </button>
      </Head>
      <form class="sheets-choice" onSubmit={(e) => e.preventDefault()}>
        <fieldset class="papers">
          <legend>{t("sheets.paper")}</legend>
          {PAPERS.map((p) => (
            <label key={p} class="paper">
              <input
                type="radio"
                name="paper"
                checked={p === paper}
                onChange={() => {
                  keepPaper(p);
                  setPaper(p);
                }}
              />
              <span class={`outline outline-${p}`} aria-hidden="true" />
              <span>
                {t(`sheets.${p}`)}
                <small>{t(`sheets.${p}_text`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {person ? (
          <p>
            <a class="button" href={hashOf("sheets")}>
              {t("sheets.all")}
            </a>
          </p>
        ) : (
          <div class="pair">
            <Field label={t("sheets.find")}>
              {(ties) => (
                <input
                  {...ties}
                  type="search"
                  autocomplete="off"
                  spellcheck={false}
                  value={typed}
                  onInput={(e) => setTyped(e.currentTarget.value)}
                />
              )}
            </Field>
            <Field label={t("sheets.category")}>
              {(ties) => (
                <select {...ties} value={category} onChange={(e) => setCategory(e.currentTarget.value)}>
                  <option value="">{t("sheets.every_category")}</option>
                  {about?.categories.map((c) => (
                    <option key={c.id} value={c.id}>
                      {local(c.name, lang)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
        )}
      </form>
      {batch && (batch.back || batch.next) && (
        <nav class="batches" aria-label={t("sheets.batches")}>
          <button type="button" disabled={!batch.back} onClick={batch.back}>
            {t("sheets.back")}
          </button>
          <span class="number">
            {t(`sheets.batch_${plural(sheets.length, lang)}`, {
              from: batch.from + 1,
              to: batch.from + count,
              n: sheets.length,
            })}
          </span>
          <button type="button" disabled={!batch.next} onClick={batch.next}>
            {t("sheets.next")}
          </button>
        </nav>
      )}
      {!batch && <p role="status">{t("sheets.wait")}</p>}
      {batch && count === 0 && (
        <div class="note">
          <p>{person ? t("sheets.none_person") : everybody ? t("sheets.none") : t("sheets.no_match")}</p>
          {(person || everybody) && (
            <a class="button" href={hashOf("roster")}>
              {t("sheets.to_roster")}
            </a>
          )}
        </div>
      )}
      {about && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section class={`paper-${paper} preview`} aria-label={t("sheets.preview")} tabIndex={0}>
          {sheets.map((cards) => (
            <div key={cards[0]?.id} class="sheet">
              {cards.map((p) => (
                <Card
                  key={p.id}
                  person={p}
                  eventName={about.event.name}
                  category={about.categories.find((c) => c.id === p.category)}
                  codeLabel={t("sheets.code", { name: p.name })}
                />
              ))}
            </div>
          ))}
        </section>
      )}
    </>
  );
}
