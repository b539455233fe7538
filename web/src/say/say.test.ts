import { describe, expect, it } from "vitest";
import { local, pickLang, plural, speaker } from "./say";

describe("speaker", () => {
  const both = {
    en: { gate: { inside: "{n} inside", hint: "{x} stays" } },
    zh: { gate: { inside: "场内 {n} 人", hint: "{x}" } },
  };
  it("fills blanks in the reader's language", () => {
    expect(speaker(both, "en")("gate.inside", { n: 3 })).toBe("3 inside");
    expect(speaker(both, "zh")("gate.inside", { n: 3 })).toBe("场内 3 人");
  });
  it("leaves a blank that nobody filled", () => {
    expect(speaker(both, "en")("gate.hint")).toBe("{x} stays");
  });
  it("does not take a group for a phrase", () => {
    expect(() => speaker(both, "en")("gate" as "gate.hint")).toThrow("gate");
  });
});

describe("plural", () => {
  it.each([
    [0, "en", "other"],
    [1, "en", "one"],
    [2, "en", "other"],
    [1, "zh", "other"],
  ] as const)("%d in %s: %s", (n, lang, want) => {
    expect(plural(n, lang)).toBe(want);
  });
});

describe("pickLang", () => {
  it.each([
    ["zh", "en", ["en-US"], "zh"],
    [null, "zh", ["en-US"], "zh"],
    [null, null, ["de-DE", "zh-Hans-CN", "en"], "zh"],
    ["fr", null, ["pt"], "en"],
    [null, null, [], "en"],
  ] as const)("%s, %s, %j: %s", (asked, kept, preferred, want) => {
    expect(pickLang(asked, kept, preferred)).toBe(want);
  });
});

describe("local", () => {
  it.each([
    [{ en: "Hall", zh: "馆" }, "zh", "馆"],
    [{ en: "Hall", "zh-Hans": "馆" }, "zh", "馆"],
    [{ fr: "Salle", zh: "馆" }, "en", "馆"],
    [{ fr: "Salle" }, "en", "Salle"],
    ["Hall", "zh", "Hall"],
    [{}, "zh", ""],
    [undefined, "zh", ""],
  ] as const)("%j in %s: %s", (text, lang, want) => {
    expect(local(text, lang)).toBe(want);
  });
});
