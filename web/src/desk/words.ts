import en from "../../locales/en/desk.json";
import zh from "../../locales/zh/desk.json";
import { type Lang, speaker } from "../say/say";

/** Phrases that all tasks of the desk share; each task has its own besides. */
export const deskSay = (lang: Lang) => speaker({ zh: { desk: zh }, en: { desk: en } }, lang);
