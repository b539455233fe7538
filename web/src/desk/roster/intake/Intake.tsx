import { useEffect, useRef, useState } from "preact/hooks";
import { amount, plural } from "../../../say/say";
import type { Answer } from "../../../server/client";
import { Head } from "../../pieces/Head";
import { Progress } from "../../pieces/Progress";
import { useRegistration } from "../../registration";
import { hashOf } from "../../route";
import type { Trouble, Work } from "../../work";
import { Issuing } from "../Issuing";
import { useBare } from "../useBare";
import { rosterSay } from "../words";
import { ChooseFile } from "./ChooseFile";
import { type Match, matchOf, type Preview, type Reading } from "./columns";
import "./intake.css";
import { MatchColumns } from "./MatchColumns";
import { Outcome } from "./Outcome";
import { added, type Report } from "./report";
import { useIntake } from "./useIntake";
import { intakeSay } from "./words";

const STEPS = ["file", "match", "tried", "done"] as const;
type Step = (typeof STEPS)[number];

/** Files that the server can't read, in the words of this page. */
const UNREADABLE = [
  "too_large",
  "empty",
  "not_text",
  "old_excel",
  "bad_xlsx",
  "bad_quotes",
  "too_many_columns",
  "too_many_rows",
  "no_header",
  "unavailable",
  "interrupted",
] as const;

/** A spreadsheet becomes the roster: chosen, matched, tried, taken in. */
export function Intake(work: Work) {
  const { event, lang, fail, tell } = work;
  const t = intakeSay(lang);
  const about = useRegistration(event, fail);
  const { running, preview: look, take } = useIntake(work);
  const [step, setStep] = useState<Step>("file");
  const [file, setFile] = useState<File>();
  const [preview, setPreview] = useState<Preview>();
  const [match, setMatch] = useState<Match>({});
  const [category, setCategory] = useState("");
  const [report, setReport] = useState<Report>();
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const bare = useBare(work, (n) =>
    tell(rosterSay(lang)(`roster.issued_all_${plural(n, lang)}`, { n: amount(n, lang) })),
  );

  /** Why it can't be gone on with, where the reader looks. */
  function complain(answer: Trouble) {
    if (answer.kind === "signed_out") return fail(answer);
    const code = answer.kind === "refused" ? answer.code : "unavailable";
    const known = UNREADABLE.find((c) => c === code);
    setTrouble(known ? t(`intake.unreadable.${known}`) : answer.kind === "refused" ? answer.detail : "");
  }

  async function choose(chosen: File, reading: Reading) {
    setTrouble("");
    setBusy(true);
    const answer = await look(chosen, reading);
    setBusy(false);
    if (answer.kind !== "ok") return complain(answer);
    setFile(chosen);
    setPreview(answer.value);
    setMatch(matchOf(answer.value));
    setStep("match");
  }

  async function run(dryRun: boolean) {
    if (!file || !preview) return;
    setTrouble("");
    const answer: Answer<Report> = await take(file, { preview, match, category }, dryRun);
    if (answer.kind !== "ok") return complain(answer);
    if (answer.value.state === "failed") {
      const { code = "", detail = "" } = answer.value;
      return complain({ kind: "refused", status: 400, code, detail });
    }
    setReport(answer.value);
    setStep(dryRun ? "tried" : "done");
    bare.look();
  }

  // Each step is begun where it begins, not where the button of the last one was.
  const here = useRef<HTMLDivElement>(null);
  const begun = useRef(step);
  useEffect(() => {
    if (begun.current !== step) here.current?.focus();
    begun.current = step;
  }, [step]);

  const willChange = report ? added(report) + report.updated : 0;
  return (
    <div class="intake" ref={here} tabIndex={-1}>
      <Head title={t("intake.title")} {...(file && { text: file.name })}>
        <a class="button" href={hashOf("roster")}>
          {t("intake.to_roster")}
        </a>
      </Head>
      <ol class="steps" aria-label={t("intake.steps")}>
        {STEPS.map((s) => (
          <li key={s} aria-current={s === step ? "step" : undefined}>
            {t(`intake.step.${s}`)}
          </li>
        ))}
      </ol>
      <p class="trouble" role="alert">
        {trouble}
      </p>
      {running ? (
        <Progress
          label={
            running.report
              ? t(
                  `intake.${running.dryRun ? "checking" : "importing"}_${plural(running.report.rows, lang)}`,
                  {
                    done: amount(running.report.done, lang),
                    rows: amount(running.report.rows, lang),
                  },
                )
              : t("intake.sending")
          }
          done={running.report?.done ?? 0}
          total={running.report?.rows}
        />
      ) : (
        <>
          {about?.categories.length === 0 && step !== "done" && (
            <div class="note attention">
              <p>{t("intake.no_categories")}</p>
              <a class="button" href={hashOf("setup")}>
                {t("intake.to_setup")}
              </a>
            </div>
          )}
          {step === "file" && <ChooseFile lang={lang} busy={busy} onFile={(f) => choose(f, {})} />}
          {step === "match" && preview && file && (
            <MatchColumns
              lang={lang}
              preview={preview}
              match={match}
              onMatch={setMatch}
              categories={about?.categories ?? []}
              category={category}
              onCategory={setCategory}
              onReading={(reading) => choose(file, reading)}
              busy={busy}
              onBack={() => setStep("file")}
              onNext={() => run(true)}
            />
          )}
          {step === "tried" && report && (
            <>
              <p>{t("intake.tried")}</p>
              <Outcome report={report} tried lang={lang} />
              <div class="does">
                <button type="button" class="main" disabled={willChange === 0} onClick={() => run(false)}>
                  {t(`intake.import_${plural(willChange, lang)}`, { n: amount(willChange, lang) })}
                </button>
                <button type="button" class="plain" onClick={() => setStep("match")}>
                  {t("intake.change_match")}
                </button>
                <button type="button" class="plain" onClick={() => setStep("file")}>
                  {t("intake.other_file")}
                </button>
              </div>
            </>
          )}
          {step === "done" && report && (
            <>
              <Outcome report={report} tried={false} lang={lang} />
              {bare.issuing && <Issuing bare={bare} lang={lang} />}
              {!bare.issuing && (
                <div class="does">
                  <Issuing bare={bare} lang={lang} main />
                  {bare.count === 0 && (
                    <a class="button main" href={hashOf("sheets")}>
                      {t("intake.print")}
                    </a>
                  )}
                  <a class="button" href={hashOf("roster")}>
                    {t("intake.see")}
                  </a>
                  <button type="button" class="plain" onClick={() => setStep("file")}>
                    {t("intake.other_file")}
                  </button>
                </div>
              )}
            </>
          )}
        </>
      )}
    </div>
  );
}
