// A good start: what most conferences have, so that nobody begins with an
// empty page. Each of it can be changed or taken away afterwards.
import { BASE, call, of } from "../../server/client";
import type { Trouble } from "../work";

/** Colours are dark enough for white words on them (WCAG 2.2, 4.5:1). */
export const USUAL = [
  { id: "delegate", name: { zh: "代表", en: "Delegate" }, color: "#0f766e", code: "d" },
  { id: "expert", name: { zh: "专家", en: "Expert" }, color: "#1d4ed8", code: "x" },
  { id: "speaker", name: { zh: "演讲嘉宾", en: "Speaker" }, color: "#7c3aed", code: "s" },
  { id: "exhibitor", name: { zh: "参展商", en: "Exhibitor" }, color: "#a16207", code: "e" },
  { id: "press", name: { zh: "媒体", en: "Press" }, color: "#be185d", code: "p" },
  { id: "organizer", name: { zh: "组委会", en: "Organizer" }, color: "#334155", code: "o" },
  { id: "volunteer", name: { zh: "志愿者", en: "Volunteer" }, color: "#15803d", code: "v" },
  { id: "vip", name: { zh: "贵宾", en: "VIP" }, color: "#b45309", code: "w" },
] as const;

const GATES = [
  { id: "entrance", name: { zh: "入口", en: "Entrance" }, direction: "in" },
  { id: "exit", name: { zh: "出口", en: "Exit" }, direction: "out" },
] as const;

export const VENUE = "main";

export interface Step {
  readonly path: string;
  readonly body: object;
}

/** The steps from nothing to an event, in their order; without a venue, the event alone. */
export function stepsOf(
  event: { readonly id: string },
  venue: { readonly name: Readonly<Record<string, string>>; readonly capacity: number } | undefined,
): readonly Step[] {
  const first = { path: `${BASE}/events`, body: event };
  if (!venue) return [first];
  return [
    first,
    ...USUAL.map((body) => ({ path: of(event.id, "categories"), body })),
    { path: of(event.id, "venues"), body: { id: VENUE, ...venue } },
    ...GATES.map((gate) => ({ path: of(event.id, "gates"), body: { ...gate, venue: VENUE } })),
  ];
}

/**
 * Takes the steps from the nth on. It tells how many are taken, and what stopped
 * it if not all are: it can go on from there. A step that was taken without our
 * hearing of it counts, but for the first: that id may be somebody else's.
 */
export async function take(
  steps: readonly Step[],
  from: number,
  onStep: (taken: number) => void,
): Promise<{ readonly taken: number; readonly trouble?: Trouble }> {
  for (let n = from; n < steps.length; n++) {
    const step = steps[n];
    if (!step) break;
    const answer = await call("POST", step.path, step.body);
    const there = n > 0 && answer.kind === "refused" && answer.code === "exists";
    if (answer.kind !== "ok" && !there) return { taken: n, trouble: answer };
    onStep(n + 1);
  }
  return { taken: steps.length };
}
