import en from "../../../locales/en/sheets.json";
import zh from "../../../locales/zh/sheets.json";
import { type Lang, speaker } from "../../say/say";

export const sheetsSay = (lang: Lang) => speaker({ zh: { sheets: zh }, en: { sheets: en } }, lang);
