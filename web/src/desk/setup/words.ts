import en from "../../../locales/en/setup.json";
import zh from "../../../locales/zh/setup.json";
import { type Lang, speaker } from "../../say/say";

export const setupSay = (lang: Lang) => speaker({ zh: { setup: zh }, en: { setup: en } }, lang);
