import type { Lang } from "../say/say";
import { deskSay } from "./words";
import type { Trouble } from "./work";

/** Refusals that the pages have their own words for; others come in the server's. */
const KNOWN = ["exists", "in_use", "stale", "forbidden"] as const;

/** Why something was not done, in the reader's language where there are words for it. */
export function why(trouble: Trouble, lang: Lang): string {
  const t = deskSay(lang);
  if (trouble.kind !== "refused") return t("desk.unreachable");
  const known = KNOWN.find((code) => code === trouble.code);
  if (known) return t(`desk.why.${known}`);
  if (trouble.status === 404) return t("desk.why.gone");
  return trouble.detail;
}
