import { describe, expect, test } from "vitest";
import { earlyEnd, standingOf } from "./standing";

const until = "2026-11-08T10:00:00Z";
const then = Date.parse(until);

describe("a badge", () => {
  test("is good until the second that it is valid until", () => {
    expect(standingOf({ token: "t", valid_until: until }, then - 1)).toBe("valid");
    expect(standingOf({ token: "t", valid_until: until }, then)).toBe("expired");
  });
  test("of a withdrawn key is good for nothing", () => {
    expect(standingOf({ token: null, valid_until: until }, then - 1)).toBe("void");
  });
});

describe("badges that expire before the event ends", () => {
  const people = [
    { badge: null },
    { badge: { valid_until: "2026-11-20T10:00:00Z" } },
    { badge: { valid_until: "2026-11-09T10:00:00Z" } },
    { badge: { valid_until: until } },
  ];
  test("are told by the first of them", () => {
    expect(earlyEnd(people, "2026-11-15T10:00:00Z")).toBe(until);
  });
  test("are none where all last as long as the event", () => {
    expect(earlyEnd(people, "2026-11-08T10:00:00Z")).toBeUndefined();
    expect(earlyEnd([{ badge: null }], "2026-11-15T10:00:00Z")).toBeUndefined();
  });
});
