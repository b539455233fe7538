import { describe, expect, it } from "vitest";
import type { Occupancy, VenueOccupancy } from "../server/shapes";
import { advance, level, percent, soon } from "./board";

const venue = (id: string, inside: number, capacity = 100): VenueOccupancy => ({
  id,
  name: id,
  inside,
  capacity,
  entries: inside,
  exits: 0,
  denied: 0,
  rate_in: 0,
  rate_out: 0,
  gates: [],
});
const board = (...venues: VenueOccupancy[]): Occupancy => ({
  venues,
  inside_total: venues.reduce((n, v) => n + v.inside, 0),
  at: "2025-04-12T01:14:00Z",
  seq: 1,
});
const message = (event: string, data: unknown) => ({ event, id: "1", data: JSON.stringify(data) });

describe("level", () => {
  it.each([
    [74, 100, "calm"],
    [75, 100, "amber"],
    [89, 100, "amber"],
    [90, 100, "red"],
    [99, 100, "red"],
    [100, 100, "alarm"],
    [101, 100, "alarm"],
    [5000, 0, "calm"],
  ] as const)("%i of %i is %s", (inside, capacity, want) => {
    expect(level({ inside, capacity })).toBe(want);
  });
});

it("does not say full before it is", () => {
  expect(percent({ inside: 999, capacity: 1000 })).toBe(99);
  expect(percent({ inside: 1000, capacity: 1000 })).toBe(100);
  expect(percent({ inside: 7, capacity: 0 })).toBeUndefined();
});

it.each([
  [0, "live.minutes", 0],
  [61, "live.minutes", 2],
  [7200, "live.minutes", 120],
  [7201, "live.hours", 2],
  [180_000, "live.hours", 50],
] as const)("%i s are told as %s %i", (seconds, key, n) => {
  expect(soon(seconds)).toEqual({ key, n });
});

describe("advance", () => {
  const known = board(venue("a", 1), venue("b", 2));
  it.each(["snapshot", "occupancy"])("takes all from a %s", (event) => {
    expect(advance(known, message(event, board(venue("c", 3))))).toEqual(board(venue("c", 3)));
  });
  it("keeps what it knows when a message is none of its own, or broken", () => {
    expect(advance(known, message("scan", { result: "admitted" }))).toBe(known);
    expect(advance(known, { event: "occupancy", id: "", data: "{" })).toBe(known);
    expect(advance(undefined, message("occupancy", { at: "now" }))).toBeUndefined();
  });
});
