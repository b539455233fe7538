import en from "../../../locales/en/crew.json";
import zh from "../../../locales/zh/crew.json";
import { type Lang, speaker } from "../../say/say";

export const crewSay = (lang: Lang) => speaker({ zh: { crew: zh }, en: { crew: en } }, lang);
