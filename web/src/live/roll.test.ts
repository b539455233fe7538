import { describe, expect, it } from "vitest";
import type { Inside } from "../server/shapes";
import { enrol, isSafe, type Mark, type Marks, marksFrom, merge, pending, tally } from "./roll";

const mark = (badge: string, at: number, safe = true, device = "d1"): Mark => ({ badge, at, safe, device });
const inside = (badge: string, venue = "hall", since = "2025-04-12T01:00:00Z"): Inside => ({
  badge,
  venue,
  gate: "north",
  since,
  attendee: null,
});
const told = (marks: Marks) => [...marks.values()].map((m) => `${m.badge}${m.safe ? "+" : "-"}`).sort();

describe("merge", () => {
  const all = [
    mark("a", 1),
    mark("a", 3, false, "d2"),
    mark("a", 2, true, "d3"),
    mark("b", 5, true, "d1"),
    mark("b", 5, false, "d2"),
    mark("c", 1),
  ];
  it("lets the latest mark hold, and of two at once the later device's", () => {
    expect(told(merge(new Map(), all))).toEqual(["a-", "b-", "c+"]);
  });
  it("comes to the same in every order, split and repetition", () => {
    for (let turn = 0; turn < all.length; turn++) {
      const turned = [...all.slice(turn), ...all.slice(0, turn)];
      const left = merge(new Map(), turned.slice(0, 3));
      const right = merge(new Map(), turned.slice(2));
      expect(told(merge(left, right.values()))).toEqual(["a-", "b-", "c+"]);
      expect(told(merge(right, left.values()))).toEqual(["a-", "b-", "c+"]);
    }
  });
  it("is itself while there is nothing new", () => {
    const known = merge(new Map(), all);
    expect(merge(known, all)).toBe(known);
  });
});

describe("enrol", () => {
  it("drops nobody: who is inside no more has left by a gate", () => {
    const first = enrol([], [inside("a"), inside("b")]);
    const next = enrol(first, [inside("b"), inside("c")]);
    expect(next.map((p) => [p.badge, p.left])).toEqual([
      ["a", true],
      ["b", false],
      ["c", false],
    ]);
    expect(enrol(next, [inside("a")]).find((p) => p.badge === "a")?.left).toBe(false);
  });
  it("looks for a person of two venues once, in the later one", () => {
    const people = enrol([], [inside("a", "lounge", "2025-04-12T02:00:00Z"), inside("a", "hall")]);
    expect(people.map((p) => p.venue)).toEqual(["lounge"]);
  });
});

it("counts as safe who was seen, or left by a gate", () => {
  const people = enrol(enrol([], [inside("a"), inside("b"), inside("c")]), [inside("b"), inside("c")]);
  const marks = merge(new Map(), [mark("b", 1), mark("c", 1), mark("c", 2, false), mark("a", 1, false)]);
  expect(people.map((p) => isSafe(p, marks))).toEqual([true, true, false]);
  expect(tally(people, marks)).toEqual({ safe: 2, missing: 1 });
});

it("tells the server its own marks, each until it has been told", () => {
  const marks = merge(new Map(), [mark("a", 1), mark("b", 2, true, "d2"), mark("c", 3)]);
  expect(pending(marks, new Map(), "d1").map((m) => m.badge)).toEqual(["a", "c"]);
  const told = merge(new Map(), [mark("a", 1)]);
  expect(pending(marks, told, "d1").map((m) => m.badge)).toEqual(["c"]);
  expect(pending(merge(marks, [mark("a", 5, false)]), told, "d1").map((m) => m.badge)).toEqual(["a", "c"]);
});

it("reads marks as the server tells them", () => {
  const told = { badge: "a", safe: true, at: "1970-01-01T00:00:01.500Z", device: "d2" };
  expect(marksFrom([told])).toEqual([mark("a", 1500, true, "d2")]);
});
