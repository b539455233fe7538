import en from "../../../locales/en/keys.json";
import zh from "../../../locales/zh/keys.json";
import { type Lang, speaker } from "../../say/say";

export const keysSay = (lang: Lang) => speaker({ zh: { keys: zh }, en: { keys: en } }, lang);
