import { useState } from "preact/hooks";
import { amount } from "../../say/say";
import { call, of } from "../../server/client";
import { keysSay } from "../keys/words";
import { Progress } from "../pieces/Progress";
import type { Work } from "../work";
import { moment } from "../zone";
import { setupSay } from "./words";

/** Badges for a large roster take their time. */
const PATIENCE_MS = 10 * 60_000;

interface Props {
  readonly work: Work;
  /** The event's. */
  readonly zone: string;
  /** When the first badges expire, which is before the event ends. */
  readonly early: string;
  readonly onIssued: () => Promise<void>;
}

/** Gives new badges to those whose badge expires before the event ends, as it does once that is moved. */
export function Renewal({ work, zone, early, onIssued }: Props) {
  const { event, lang, tell, fail } = work;
  const t = setupSay(lang);
  const k = keysSay(lang);
  const [busy, setBusy] = useState(false);

  async function issue() {
    setBusy(true);
    const path = of(event, "badges", "issue-all");
    const answer = await call<{ issued: number }>("POST", path, { renew: true }, PATIENCE_MS);
    await onIssued();
    setBusy(false);
    if (answer.kind !== "ok") return fail(answer);
    tell(k("keys.issued", { n: amount(answer.value.issued, lang) }));
  }

  return (
    <section class="note">
      <p>{t("setup.early", { at: moment(early, zone, lang) })}</p>
      <p>{t("setup.renew_text")}</p>
      {busy ? (
        <Progress label={k("keys.issuing")} done={0} total={undefined} />
      ) : (
        <button type="button" class="main" onClick={issue}>
          {k("keys.renew")}
        </button>
      )}
    </section>
  );
}
