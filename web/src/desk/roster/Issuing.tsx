import { amount, plural } from "../../say/say";
import { Progress } from "../pieces/Progress";
import type { Work } from "../work";
import type { Bare } from "./useBare";
import { rosterSay } from "./words";

/** Gives badges to all who never had one, and tells how far that is. */
export function Issuing({ bare, lang, main = false }: { bare: Bare; lang: Work["lang"]; main?: boolean }) {
  const t = rosterSay(lang);
  const { issuing, count } = bare;
  if (issuing)
    return (
      <Progress
        label={t("roster.issuing", { done: amount(issuing.done, lang), total: amount(issuing.total, lang) })}
        done={issuing.done}
        total={issuing.total}
      />
    );
  if (!count) return null;
  return (
    <button type="button" class={main ? "main" : ""} onClick={bare.issueAll}>
      {t(`roster.issue_all_${plural(count, lang)}`, { n: amount(count, lang) })}
    </button>
  );
}
