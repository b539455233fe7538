import { expect, test } from "vitest";
import { hashOf, placeOf, taskOf } from "./route";

test("a place is found again from its address", () => {
  expect(hashOf("roster", "person", "a/b c")).toBe("#/roster/person/a%2Fb%20c");
  expect(placeOf("#/roster/person/a%2Fb%20c", "organizer", "setup")).toEqual({
    task: "roster",
    rest: ["person", "a/b c"],
  });
});

test("an address that names nothing leads to the fallback", () => {
  for (const hash of ["", "#", "#/", "#/nowhere", "#/%E0%A4%A/x"])
    expect(placeOf(hash, "organizer", "setup")).toEqual({ task: "setup", rest: [] });
});

test("the help desk has no way to the organizer's tasks", () => {
  expect(placeOf("#/keys", "desk", "roster")).toEqual({ task: "roster", rest: [] });
  expect(placeOf("#/roster", "desk", "roster").task).toBe("roster");
});

test("another event is met at the same task, with nothing of this one open", () => {
  expect(taskOf("#/roster/person/17", "organizer")).toBe("#/roster");
  expect(taskOf("#/sheets/person/17", "desk")).toBe("#/sheets");
  expect(taskOf("#/setup", "organizer")).toBe("#/setup");
  expect(taskOf("", "organizer")).toBe("");
  expect(taskOf("#/keys/new", "desk")).toBe("");
});
