import { expect, test } from "vitest";
import { addressWith, choose, surfaceOf } from "./chosen";

const theirs = ["spring", "autumn", "winter"];

test("the address comes before what is remembered, the tab before the device", () => {
  expect(choose("autumn", ["winter", "spring"], theirs)).toEqual({ event: "autumn", strange: false });
  expect(choose(null, ["winter", "autumn"], theirs).event).toBe("winter");
  expect(choose(null, [null, "autumn"], theirs).event).toBe("autumn");
  expect(choose(null, [], theirs).event).toBe("spring");
  expect(choose("", [null, null], theirs).event).toBe("spring");
});

test("a remembered event that is theirs no more is passed over", () => {
  expect(choose(null, ["gone", "autumn"], theirs)).toEqual({ event: "autumn", strange: false });
  expect(choose(null, ["gone", "gone"], theirs)).toEqual({ event: "spring", strange: false });
});

test("an address with somebody else's event opens no other one", () => {
  expect(choose("gone", ["autumn"], theirs)).toEqual({ event: undefined, strange: true });
  expect(choose("gone", [], ["only"])).toEqual({ event: undefined, strange: true });
});

test("where there is no event yet, the first one is to be made, whatever the address says", () => {
  expect(choose("gone", ["gone"], [])).toEqual({ event: undefined, strange: false });
});

test("the rest of an address stays when a part of its query changes", () => {
  const here = { pathname: "/desk", search: "?event=autumn&lang=en", hash: "#/setup" };
  expect(addressWith(here, { lang: "zh" })).toBe("/desk?event=autumn&lang=zh#/setup");
  expect(addressWith(here, { event: "a b&c" })).toBe("/desk?event=a+b%26c&lang=en#/setup");
  expect(addressWith(here, { event: null, lang: null })).toBe("/desk#/setup");
  expect(surfaceOf("/live", "autumn")).toBe("/live?event=autumn");
});
