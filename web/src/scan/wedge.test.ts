import { describe, expect, it } from "vitest";
import { typed, Wedge } from "./wedge";

const token = "eyJhbGciOiJFZERTQSJ9.e30.c2ln";

function type(wedge: Wedge, text: string, from: number, gap: number) {
  let at = from;
  for (const key of text) {
    wedge.press(key, at);
    at += gap;
  }
  return wedge.press("Enter", at);
}

describe("Wedge", () => {
  it("hears a code that a reader types", () => {
    expect(type(new Wedge(), token, 0, 5)).toBe(token);
  });
  it("leaves slow hands to the field they type in", () => {
    expect(type(new Wedge(), token, 0, 200)).toBeUndefined();
    expect(new Wedge().press("Enter", 0)).toBeUndefined();
  });
  it("drops what stood there before the code began", () => {
    const wedge = new Wedge();
    wedge.press("x", 0);
    expect(type(wedge, token, 2000, 5)).toBe(token);
    expect(type(wedge, token, 3000, 5)).toBe(token);
  });
  it("waits for the rest of a code when the phone stumbles", () => {
    const wedge = new Wedge();
    [...token].forEach((key, i) => {
      wedge.press(key, i < 3 ? i : 400 + i);
    });
    expect(wedge.press("Enter", 500)).toBe(token);
  });
  it("does not take a short burst for a code", () => {
    expect(type(new Wedge(), "hello", 0, 5)).toBeUndefined();
  });
  it("skips keys that type nothing", () => {
    const wedge = new Wedge();
    for (const key of ["Shift", "a", "Shift", ..."bcdefghijk"]) wedge.press(key, 0);
    expect(wedge.press("Enter", 1)).toBe("abcdefghijk");
  });
});

it("reads through an input method that hides what is typed", () => {
  const key = (code: string, shiftKey = false, caps = false, told = "Process") =>
    typed({ key: told, code, shiftKey, getModifierState: () => caps });
  expect([key("KeyA"), key("KeyA", true), key("KeyA", false, true), key("KeyA", true, true)].join("")).toBe(
    "aAAa",
  );
  expect([key("Digit7"), key("Numpad7"), key("Minus"), key("Minus", true), key("Period")].join("")).toBe(
    "77-_.",
  );
  expect([key("Enter"), key("Tab")]).toEqual(["Enter", "Tab"]);
  expect([key("Digit7", true), key("Slash")]).toEqual(["Process", "Process"]);
  expect(key("KeyQ", false, false, "a")).toBe("a"); // what the browser tells is right
});
