import en from "../../locales/en/scan.json";
import zh from "../../locales/zh/scan.json";
import { clock, type Lang, local, speaker, type Text } from "../say/say";
import type { ScanAnswer } from "../server/shapes";

export const words = (lang: Lang) => speaker({ zh: { scan: zh }, en: { scan: en } }, lang);
export type ScanSay = ReturnType<typeof words>;

type Reason = keyof typeof en.reason;
const isReason = (r: string | undefined): r is Reason => r !== undefined && Object.hasOwn(en.reason, r);

/** The reason of a refusal in plain words; one that we don't know is still a no. */
export function because(
  t: ScanSay,
  answer: ScanAnswer,
  gateName: (id: string) => Text | undefined,
  lang: Lang,
): string {
  const reason = isReason(answer.reason) ? answer.reason : "other";
  const { earlier } = answer;
  const told = earlier
    ? t("scan.earlier", {
        time: clock(earlier.at, lang),
        gate: local(gateName(earlier.gate), lang) || earlier.gate,
      })
    : "?";
  return t(`scan.reason.${reason}`, { earlier: told });
}

/** Whom the help desk can help; the others only have to wait. */
export const helpDesk = (reason: string | undefined): boolean =>
  reason !== "venue_full" && reason !== "venue_closed" && reason !== "not_yet_valid";
