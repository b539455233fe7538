import { describe, expect, it } from "vitest";
import { idFor, isId, namesOf, patchOf, SHORT_ID, textOf } from "./names";

describe("an event's id from its name", () => {
  it.each([
    ["21st Conference on International Exchange of Professionals", "ciep21"],
    ["Developer Meetup 2026", "dm26"],
    ["Expo", "expo"],
    ["Café 9", "cafe-9"],
    ["Websummit 2026", "websumm26"],
    ["Annual Meeting of the Society for the History of Technology", "amsht"],
    ["People’s Forum", "pf"],
    ["第21届中国国际人才交流大会", "21"],
    ["国际人才", ""],
    ["", ""],
  ])("%s: %s", (name, id) => {
    expect(idFor(name)).toBe(id);
    expect(id.length).toBeLessThanOrEqual(SHORT_ID);
    if (id) expect(isId(id)).toBe(true);
  });
  it("knows what is none", () => {
    for (const id of ["", "-a", "a-", "A", "a b", "x".repeat(33)]) expect(isId(id)).toBe(false);
    expect(isId("x".repeat(32))).toBe(true);
  });
});

describe("names", () => {
  it("are sent without what was left empty", () => {
    expect(textOf({ zh: " 主论坛 ", en: "" })).toEqual({ zh: "主论坛" });
  });
  it("are read whatever the locale is called in full", () => {
    expect(namesOf({ "zh-Hans": "馆", fr: "Salle" })).toEqual({ zh: "馆", en: "" });
    expect(namesOf(undefined)).toEqual({ zh: "", en: "" });
  });
  it("change what is there and leave other languages alone", () => {
    const old = { "zh-Hans": "馆", en: "Hall", fr: "Salle" };
    expect(patchOf({ zh: "大馆", en: "" }, old)).toEqual({ "zh-Hans": "大馆", en: null });
    expect(patchOf({ zh: "馆", en: "Hall" }, { zh: "馆" })).toEqual({ zh: "馆", en: "Hall" });
  });
});
