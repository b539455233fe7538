import en from "../../../locales/en/roster.json";
import zh from "../../../locales/zh/roster.json";
import { type Lang, speaker } from "../../say/say";

export const rosterSay = (lang: Lang) => speaker({ zh: { roster: zh }, en: { roster: en } }, lang);
