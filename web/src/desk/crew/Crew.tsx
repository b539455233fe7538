import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { crewSay } from "./words";

export function Crew({ lang }: Work) {
  const t = crewSay(lang);
  return <Head title={t("crew.title")} />;
}
