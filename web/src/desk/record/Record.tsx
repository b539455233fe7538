import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { recordSay } from "./words";

export function Record({ lang }: Work) {
  const t = recordSay(lang);
  return <Head title={t("record.title")} />;
}
