// What is looked for in the journal, as it is chosen and as the API is asked.
import { instantOf } from "../zone";

/** What happened, as people look for it. */
export const ACTS = [
  "any",
  "admitted",
  "exited",
  "denied",
  "forced",
  "conflict",
  "undo",
  "exit",
  "badge",
  "roster",
  "config",
] as const;

export type Act = (typeof ACTS)[number];

export interface Ask {
  readonly act: Act;
  readonly venue: string;
  readonly gate: string;
  readonly operator: string;
  /** A badge's number. */
  readonly badge: string;
  /** Wall times of the event's zone. */
  readonly from: string;
  readonly to: string;
}

export const ANYTHING: Ask = { act: "any", venue: "", gate: "", operator: "", badge: "", from: "", to: "" };

const acted = (act: Act): Record<string, string> => {
  switch (act) {
    case "any":
      return {};
    case "admitted":
    case "exited":
    case "denied":
      return { kind: "scan", result: act };
    case "forced":
    case "conflict":
      return { [act]: "true" };
    default:
      return { kind: act };
  }
};

/** The query of the API for it, without how to page. */
export function queryOf(ask: Ask, zone: string): Record<string, string> {
  const { act, badge, from, to, ...ids } = ask;
  const all = {
    ...acted(act),
    ...ids,
    badge: badge.replace(/\s/g, ""),
    from: from && (instantOf(from, zone) ?? ""),
    to: to && (instantOf(to, zone) ?? ""),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}
