import en from "../../../locales/en/record.json";
import zh from "../../../locales/zh/record.json";
import { type Lang, speaker } from "../../say/say";

export const recordSay = (lang: Lang) => speaker({ zh: { record: zh }, en: { record: en } }, lang);
