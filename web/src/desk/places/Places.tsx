import { Head } from "../pieces/Head";
import type { Work } from "../work";
import { placesSay } from "./words";

export function Places({ lang }: Work) {
  const t = placesSay(lang);
  return <Head title={t("places.title")} />;
}
