import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { sheetsSay } from "./words";

export function Sheets({ lang }: Work) {
  const t = sheetsSay(lang);
  return <Head title={t("sheets.title")} />;
}
