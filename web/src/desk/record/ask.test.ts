import { expect, test } from "vitest";
import { ANYTHING, queryOf } from "./ask";

test("what is looked for is asked of the API in its words", () => {
  expect(queryOf(ANYTHING, "Asia/Shanghai")).toEqual({});
  expect(
    queryOf(
      { ...ANYTHING, act: "denied", gate: "north", badge: " abc defgh123 ", from: "2026-11-07T09:00" },
      "Asia/Shanghai",
    ),
  ).toEqual({
    kind: "scan",
    result: "denied",
    gate: "north",
    badge: "abcdefgh123",
    from: "2026-11-07T01:00:00.000Z",
  });
  expect(queryOf({ ...ANYTHING, act: "forced" }, "UTC")).toEqual({ forced: "true" });
  expect(queryOf({ ...ANYTHING, act: "config", to: "soon" }, "UTC")).toEqual({ kind: "config" });
});
