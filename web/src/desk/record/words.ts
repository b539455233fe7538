import liveEn from "../../../locales/en/live.json";
import en from "../../../locales/en/record.json";
import liveZh from "../../../locales/zh/live.json";
import zh from "../../../locales/zh/record.json";
import { type Lang, speaker } from "../../say/say";

/** The journal's phrases, with the board's for why somebody was refused. */
export const recordSay = (lang: Lang) =>
  speaker(
    {
      zh: { record: zh, live: { reason: liveZh.reason } },
      en: { record: en, live: { reason: liveEn.reason } },
    },
    lang,
  );
export type RecordSay = ReturnType<typeof recordSay>;
