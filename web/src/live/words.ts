import en from "../../locales/en/live.json";
import zh from "../../locales/zh/live.json";
import { type Lang, local, speaker, type Text } from "../say/say";
import { soon } from "./board";

export const words = (lang: Lang) => speaker({ zh: { live: zh }, en: { live: en } }, lang);
export type LiveSay = ReturnType<typeof words>;

/** A name in the reader's language, or in both on a wall that all read. */
export function names(text: Text | undefined, id: string, lang: Lang, wall: boolean): readonly string[] {
  const own = local(text, lang) || id;
  const other = local(text, lang === "zh" ? "en" : "zh");
  return wall && other && other !== own ? [own, other] : [own];
}

/** How wide a text runs at the most, in em: Chinese letters are squares, others narrower. */
export const breadth = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 1 : 0.68), 0);

/** A length of time, "3 min", or "now" where it is shorter than a minute. */
export function ago(seconds: number, t: LiveSay): string {
  if (seconds < 60) return t("live.now");
  const { key, n } = soon(seconds);
  return t("live.ago", { time: t(key, { n }) });
}
export { amount as number } from "../say/say";
