import en from "../../../../locales/en/intake.json";
import zh from "../../../../locales/zh/intake.json";
import { type Lang, speaker } from "../../../say/say";

export const intakeSay = (lang: Lang) => speaker({ zh: { intake: zh }, en: { intake: en } }, lang);
export type IntakeSay = ReturnType<typeof intakeSay>;
