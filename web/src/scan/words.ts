import en from "../../locales/en/scan.json";
import zh from "../../locales/zh/scan.json";
import { clock, type Lang, local, speaker, type Text } from "../say/say";
import type { Shown, Verdict } from "./gate";

export const words = (lang: Lang) => speaker({ zh: { scan: zh }, en: { scan: en } }, lang);
export type ScanSay = ReturnType<typeof words>;

type Reason = keyof typeof en.reason;
const isReason = (r: string | undefined): r is Reason => r !== undefined && Object.hasOwn(en.reason, r);

/** The reason of a refusal in plain words; one that we don't know is still a no. */
export function because(
  t: ScanSay,
  shown: { readonly reason?: string; readonly earlier?: Shown["earlier"] | undefined },
  gateName: (id: string) => Text | undefined,
  lang: Lang,
): string {
  const reason = isReason(shown.reason) ? shown.reason : "other";
  const { earlier } = shown;
  let told = "?";
  if (earlier) {
    const time = clock(earlier.at, lang);
    const gate = earlier.gate && (local(gateName(earlier.gate), lang) || earlier.gate);
    told = gate ? t("scan.earlier", { time, gate }) : time;
  }
  return t(`scan.reason.${reason}`, { earlier: told });
}

/** The one word that a verdict says. */
export function heading(t: ScanSay, v: Verdict): string {
  if (v.kind === "signed_out" || v.kind === "failed") return t("scan.verdict.failed");
  if (v.scan.look) return t(v.result === "denied" ? "scan.would.not" : "scan.would.pass");
  if (v.kind === "queued" && v.result === "admitted") return t("scan.verdict.offline");
  return t(`scan.verdict.${v.result}`);
}

/** Whom the help desk can help; the others only have to wait. */
export const helpDesk = (reason: string | undefined): boolean =>
  reason !== "venue_full" && reason !== "venue_closed" && reason !== "not_yet_valid";
