import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { setupSay } from "./words";

export function Setup({ lang }: Work) {
  const t = setupSay(lang);
  return <Head title={t("setup.title")} />;
}
