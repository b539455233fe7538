import en from "../../../locales/en/places.json";
import zh from "../../../locales/zh/places.json";
import { type Lang, speaker } from "../../say/say";

export const placesSay = (lang: Lang) => speaker({ zh: { places: zh }, en: { places: en } }, lang);
