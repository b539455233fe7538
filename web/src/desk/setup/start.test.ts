import { afterEach, expect, test, vi } from "vitest";
import { stepsOf, take, USUAL } from "./start";

const event = { id: "ciep21" };
const venue = { name: { en: "Main hall" }, capacity: 0 };

/** A server that answers one request after the other so, 201 once it has no more to say. */
function answering(...answers: readonly (number | { status: number; code: string })[]) {
  const asked: string[] = [];
  const rest = [...answers];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const next = rest.shift() ?? 201;
    const { status, code } = typeof next === "number" ? { status: next, code: "" } : next;
    return new Response(JSON.stringify({ code }), { status });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("a venue comes after the categories and before its gates, and everything after the event", () => {
  const kinds = stepsOf(event, venue).map((s) => s.path.split("/").at(-1));
  expect(kinds).toEqual(["events", ...USUAL.map(() => "categories"), "venues", "gates", "gates"]);
  expect(stepsOf(event, undefined)).toHaveLength(1);
});

test("what was stopped goes on where it was, and makes nothing twice", async () => {
  const steps = stepsOf(event, venue);
  const asked = answering(201, 201, 503);
  const first = await take(steps, 0, () => {});
  expect(first).toMatchObject({ taken: 2, trouble: { kind: "unavailable" } });
  expect(asked).toHaveLength(3);

  // The third was taken, only its answer was lost.
  const again = answering({ status: 409, code: "exists" });
  const told: number[] = [];
  expect(await take(steps, first.taken, (n) => told.push(n))).toEqual({ taken: steps.length });
  expect(again).toHaveLength(steps.length - 2);
  expect(told.at(-1)).toBe(steps.length);
});

test("an event's id that is somebody else's is not taken for ours", async () => {
  answering({ status: 409, code: "exists" });
  expect(await take(stepsOf(event, undefined), 0, () => {})).toMatchObject({
    taken: 0,
    trouble: { kind: "refused", code: "exists" },
  });
});
