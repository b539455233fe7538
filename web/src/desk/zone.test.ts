import { describe, expect, it } from "vitest";
import { instantOf, isZone, offsetOf, wallOf, zones } from "./zone";

describe("wall times and instants", () => {
  it.each([
    ["2026-11-07T09:00", "Asia/Shanghai", "2026-11-07T01:00:00.000Z"],
    ["2026-11-07T00:00", "UTC", "2026-11-07T00:00:00.000Z"],
    ["2026-07-01T09:00", "Europe/Berlin", "2026-07-01T07:00:00.000Z"],
    ["2026-12-01T09:00", "Europe/Berlin", "2026-12-01T08:00:00.000Z"],
    ["2026-01-01T00:15", "Asia/Kathmandu", "2025-12-31T18:30:00.000Z"],
    ["2026-06-01T23:30", "America/St_Johns", "2026-06-02T02:00:00.000Z"],
    ["2026-03-01T00:00", "Pacific/Kiritimati", "2026-02-28T10:00:00.000Z"],
  ])("%s in %s is %s, and back", (wall, zone, instant) => {
    expect(instantOf(wall, zone)).toBe(instant);
    expect(wallOf(instant, zone)).toBe(wall);
  });

  it("takes the first of a time that the clock shows twice", () => {
    expect(instantOf("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(instantOf("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
    expect(wallOf("2026-10-25T01:30:00Z", "Europe/Berlin")).toBe("2026-10-25T02:30");
  });

  it("moves a time that the clock leaves out by as much", () => {
    const gap = instantOf("2026-03-29T02:30", "Europe/Berlin");
    expect(gap).toBe("2026-03-29T01:30:00.000Z");
    expect(gap && wallOf(gap, "Europe/Berlin")).toBe("2026-03-29T03:30");
    expect(instantOf("2026-10-04T02:15", "Australia/Lord_Howe")).toBe("2026-10-03T15:45:00.000Z");
  });

  it("knows what is no wall time", () => {
    for (const wall of ["", "2026-11-07", "2026-13-07T09:00", "tomorrow"])
      expect(instantOf(wall, "UTC")).toBeUndefined();
  });
});

it("tells zones from what only looks like one", () => {
  for (const zone of ["Asia/Shanghai", "UTC", "Europe/Berlin"]) expect(isZone(zone)).toBe(true);
  for (const zone of ["", "Asia/Nowhere", "+08:00", "Shenzhen"]) expect(isZone(zone)).toBe(false);
  expect(zones()).toContain("Asia/Shanghai");
  expect(zones()[0]).toBe("UTC");
});

it("says how far a zone is ahead", () => {
  expect(offsetOf("Asia/Shanghai", Date.parse("2026-11-07T00:00:00.5Z"))).toBe("UTC+08:00");
  expect(offsetOf("America/St_Johns", Date.parse("2026-12-01T00:00:00Z"))).toBe("UTC−03:30");
  expect(offsetOf("UTC", 0)).toBe("UTC+00:00");
});
