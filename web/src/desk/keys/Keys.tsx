import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { keysSay } from "./words";

export function Keys({ lang }: Work) {
  const t = keysSay(lang);
  return <Head title={t("keys.title")} />;
}
