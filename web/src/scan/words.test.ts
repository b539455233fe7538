import { describe, expect, it } from "vitest";
import type { ScanAnswer } from "../server/shapes";
import { because, helpDesk, words } from "./words";

const no = (reason: string, earlier?: ScanAnswer["earlier"]): ScanAnswer => ({
  scan_id: "s",
  result: "denied",
  reason,
  replayed: false,
  at: "2025-04-12T01:14:00Z",
  ...(earlier ? { earlier } : {}),
});
const names = (id: string) => (id === "south" ? { en: "South gate", zh: "南门" } : undefined);

describe("because", () => {
  it("names the earlier entry", () => {
    const earlier = { at: new Date(2025, 3, 12, 9, 14).toISOString(), gate: "south" };
    expect(because(words("en"), no("already_inside", earlier), names, "en")).toBe(
      "Already inside since 09:14, South gate.",
    );
    expect(because(words("zh"), no("already_inside", earlier), names, "zh")).toBe("已在场内：09:14，南门。");
    expect(because(words("en"), no("already_used", { ...earlier, gate: "west" }), names, "en")).toContain(
      "west",
    );
  });
  it("says no to a reason it has never heard of", () => {
    expect(because(words("en"), no("toString"), names, "en")).toBe("The rules of this gate say no.");
  });
});

it("sends to the help desk whom it can help", () => {
  expect(helpDesk("revoked")).toBe(true);
  expect(helpDesk("venue_full")).toBe(false);
});
