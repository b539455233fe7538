import { describe, expect, it } from "vitest";
import type { Inside, VenueOccupancy } from "../server/shapes";
import { unheard } from "./alarm";
import { CLOSED_MS, SILENT_MS, silences } from "./gates";
import { dayBegan, sparkline } from "./history";
import { byVenue, find } from "./inside";

const person = (badge: string, name: string, name_latin: string, venue = "a"): Inside => ({
  badge,
  venue,
  gate: "g",
  since: "2025-04-12T01:00:00Z",
  ref: `R-${badge}`,
  attendee: { name, name_latin, organization: "Łódź Ökoverein", category: "vip" },
});

describe("find", () => {
  const all = [
    person("1", "李明", "Li Ming"),
    person("2", "José García", "Jose Garcia"),
    person("3", "王芳", ""),
  ];
  it.each([
    ["", "123"],
    ["li ming", "1"],
    ["ming li", "1"],
    ["李", "1"],
    ["JOSE garcía", "2"],
    ["r-3", "3"],
    ["okoverein", "123"],
    ["Ｌｉ　ming", "1"],
    ["nobody", ""],
  ])("%j finds %j", (query, want) => {
    expect(
      find(all, query)
        .map((p) => p.badge)
        .join(""),
    ).toBe(want);
  });
  it("finds a person who was erased by their badge", () => {
    expect(find([{ ...person("9", "", ""), attendee: null }], "9")).toHaveLength(1);
  });
});

it("groups by venue in the venues' order, unknown ones last", () => {
  const people = [person("1", "x", "", "c"), person("2", "x", "", "b"), person("3", "x", "", "gone")];
  expect(byVenue(people, ["a", "b", "c"]).map(([id]) => id)).toEqual(["b", "c", "gone"]);
});

it("tells which gates went silent, latest first", () => {
  const now = Date.parse("2025-04-12T10:00:00Z");
  const gate = (id: string, ms: number | null) => ({
    id,
    entries: 0,
    exits: 0,
    denied: 0,
    last_seen: ms === null ? null : new Date(now - ms).toISOString(),
  });
  const venues = [
    { id: "v", gates: [gate("busy", SILENT_MS - 1), gate("long", SILENT_MS * 3), gate("just", SILENT_MS)] },
    { id: "w", gates: [gate("never", null), gate("closed", CLOSED_MS)] },
  ] as unknown as VenueOccupancy[];
  expect(silences(venues, now)).toEqual([
    { gate: "just", venue: "v", seconds: 600 },
    { gate: "long", venue: "v", seconds: 1800 },
  ]);
});

describe("sparkline", () => {
  const from = Date.parse("2025-04-12T08:00:00Z");
  const now = from + 4 * 600_000;
  const point = (i: number, inside: number) => ({
    at: new Date(from + i * 600_000).toISOString(),
    inside,
    entries: 0,
    exits: 0,
    denied: 0,
  });
  it("ends with the number of now and fills its box", () => {
    expect(sparkline([point(0, 5), point(1, 10), point(2, 0), point(3, 7)], 600, from, now, 10)).toBe(
      "M25 12L50 1L75 23L100 1",
    );
  });
  it("is a flat line in an empty hall", () => {
    expect(sparkline([point(0, 0)], 600, from, now, 0)).toBe("M25 23L100 23");
  });
  it("shows some hours shortly after midnight", () => {
    const early = new Date(2025, 3, 12, 0, 20).getTime();
    expect(early - dayBegan(early)).toBe(3 * 3600_000);
    const noon = new Date(2025, 3, 12, 12, 0).getTime();
    expect(noon - dayBegan(noon)).toBe(12 * 3600_000);
  });
});

it("rings again for a venue that was heard and is full anew", () => {
  expect(unheard(["a", "b"], new Set(["a"]))).toEqual(["b"]);
  expect(unheard(["a"], new Set())).toEqual(["a"]);
});
