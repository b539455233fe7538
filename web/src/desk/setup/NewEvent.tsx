import type { Shift } from "../../session/Staff";
import { Head } from "../pieces/Head";
import { setupSay } from "./words";

/** Sets up an event from nothing. */
export function NewEvent({ lang }: Omit<Shift, "event" | "events">) {
  const t = setupSay(lang);
  return <Head title={t("setup.title")} />;
}
