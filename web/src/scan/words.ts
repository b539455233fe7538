import en from "../../locales/en/scan.json";
import zh from "../../locales/zh/scan.json";
import { clock, type Lang, local, speaker, type Text } from "../say/say";
import type { Entry } from "./entry";
import { foreignKind } from "./foreign";
import { isUnknownNumber, type Shown, type Verdict } from "./gate";

export const words = (lang: Lang) => speaker({ zh: { scan: zh }, en: { scan: en } }, lang);
export type ScanSay = ReturnType<typeof words>;

type Reason = keyof typeof en.reason;
const isReason = (r: string | undefined): r is Reason => r !== undefined && Object.hasOwn(en.reason, r);

type Refusal = keyof typeof en.refusal;

/** Why the server took no scan at all; its own words are for what we have none for. */
export const refusal = (t: ScanSay, code: string, detail: string): string =>
  Object.hasOwn(en.refusal, code) ? t(`scan.refusal.${code as Refusal}`) : detail || t("scan.failed_text");

/** Why what was written can't be a number. */
export const slip = (t: ScanSay, entry: Exclude<Entry, { readonly kind: "code" }>): string =>
  entry.kind === "nobody"
    ? t("scan.refusal.no_such_badge")
    : t(`scan.slip.${entry.kind}`, entry.kind === "length" ? { n: entry.n } : {});

/** The reason of a refusal in plain words; one that we don't know is still a no. */
export function because(
  t: ScanSay,
  shown: {
    readonly reason?: string;
    readonly earlier?: Shown["earlier"] | undefined;
    readonly scan?: { readonly token: string };
  },
  gateName: (id: string) => Text | undefined,
  lang: Lang,
): string {
  const foreign = shown.reason === "invalid_token" && shown.scan && foreignKind(shown.scan.token);
  if (foreign) return t(`scan.foreign.${foreign}`);
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
  if (v.kind === "signed_out") return t("scan.verdict.ended");
  if (v.kind === "failed") return t(isUnknownNumber(v) ? "scan.verdict.unknown" : "scan.verdict.failed");
  if (v.scan.look) return t(v.result === "denied" ? "scan.would.not" : "scan.would.pass");
  if (v.kind === "queued" && v.result === "admitted") return t("scan.verdict.offline");
  return t(`scan.verdict.${v.result}`);
}

/** What to do about a no, in one sentence. */
export function advice(t: ScanSay, v: Pick<Shown, "reason" | "scan">): string {
  switch (v.reason) {
    case "venue_full":
      return t("scan.advice.wait");
    case "venue_closed":
    case "not_yet_valid":
      return t("scan.advice.later");
    case "invalid_token":
      if (foreignKind(v.scan.token)) return t("scan.advice.badge");
  }
  return t("scan.advice.desk");
}

/** All that a verdict says beside its one word: why, and what to do. */
export function why(t: ScanSay, v: Verdict, gateName: (id: string) => Text | undefined, lang: Lang): string {
  if (v.kind === "signed_out") return t("scan.signed_out");
  if (v.kind === "failed") {
    if (v.why === "refused") return refusal(t, v.code, v.detail);
    return t(v.why === "number" ? "scan.failed_number" : "scan.failed_unknown");
  }
  const { look } = v.scan;
  const gap = lang === "zh" ? "" : " ";
  if (v.result === "denied")
    return [because(t, v, gateName, lang), look ? "" : advice(t, v)].filter(Boolean).join(gap);
  return look && v.reason ? because(t, v, gateName, lang) : "";
}

/** A verdict for whoever doesn't see it: what the screen says, in the order of what matters. */
export function spoken(
  t: ScanSay,
  v: Verdict,
  gateName: (id: string) => Text | undefined,
  categoryName: (id: string) => Text | undefined,
  lang: Lang,
): string {
  const told = v.kind === "decided" || v.kind === "queued" ? v : undefined;
  const category = told?.category && (local(categoryName(told.category), lang) || told.category);
  const stop = lang === "zh" ? "。" : ". ";
  return [heading(t, v), why(t, v, gateName, lang), told?.person?.name, category]
    .filter((part) => part)
    .map((part) => String(part).replace(/[.。]$/, ""))
    .join(stop)
    .concat(stop.trim());
}

/** A verdict afterwards, in one line: who it was, as far as it told, and its word. */
export function said(
  t: ScanSay,
  v: Verdict,
  categoryName: (id: string) => Text | undefined,
  lang: Lang,
): string {
  const told = v.kind === "decided" || v.kind === "queued" ? v : undefined;
  const category = told?.category && (local(categoryName(told.category), lang) || told.category);
  return [told?.person?.name || category, heading(t, v)].filter(Boolean).join(lang === "zh" ? "，" : ", ");
}
