import { describe, expect, it } from "vitest";
import type { Lang } from "../say/say";
import type { ScanAnswer } from "../server/shapes";
import type { Verdict } from "./gate";
import { advice, because, heading, said, spoken, why, words } from "./words";

const no = (reason: string, earlier?: ScanAnswer["earlier"]): ScanAnswer => ({
  scan_id: "s",
  result: "denied",
  reason,
  replayed: false,
  at: "2025-04-12T01:14:00Z",
  ...(earlier ? { earlier } : {}),
});
const gate = { id: "north", venue: "hall", name: "North", direction: "in" } as const;
const long = ["eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIn0", "eyJhdWQiOiJjaWVwMjEifQ", "c2lnbmF0dXJl"].join(".");
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

it("says what to do about every no", () => {
  const scan = { id: "s", token: "a.b.c", gate, direction: "in" } as const;
  const todo = (reason: string, token = long) => advice(words("en"), { reason, scan: { ...scan, token } });
  expect(todo("revoked")).toBe("Send to the help desk.");
  expect(todo("already_inside")).toBe("Send to the help desk.");
  expect(todo("venue_full")).toBe("Ask the person to wait until somebody leaves.");
  expect(todo("venue_closed")).toBe("Ask the person to come back later.");
  expect(todo("invalid_token")).toBe("Send to the help desk.");
  expect(todo("invalid_token", "https://example.org")).toBe("Ask for the code on the badge.");
});

it("tells in one breath what a verdict shows", () => {
  const scan = { id: "s", token: "BEGIN:VCARD\nEND:VCARD", gate, direction: "in" } as const;
  const say = (v: Verdict, lang: Lang = "en") => why(words(lang), v, () => undefined, lang);
  expect(say({ kind: "decided", scan, result: "denied", reason: "invalid_token" })).toBe(
    "This is a visiting card, not a badge. Ask for the code on the badge.",
  );
  expect(say({ kind: "decided", scan, result: "denied", reason: "venue_full" }, "zh")).toBe(
    "场馆已满。请稍候，有人离开后再进。",
  );
  expect(say({ kind: "decided", scan, result: "admitted" })).toBe("");
  expect(say({ kind: "decided", scan: { ...scan, look: true }, result: "denied", reason: "revoked" })).toBe(
    "This badge was withdrawn or replaced.",
  );
  expect(say({ kind: "failed", scan, why: "refused", code: "gate_refused", detail: "x" }, "zh")).toBe(
    "您没有被分配到此门，请勿据此放行。",
  );
  expect(say({ kind: "failed", scan, why: "refused", code: "brand_new", detail: "As told." })).toBe(
    "As told.",
  );
  expect(say({ kind: "failed", scan, why: "number", code: "", detail: "" })).toContain("No network");
  expect(say({ kind: "signed_out", scan })).toContain("signed out");
});

it("tells whoever doesn't see the screen who it is, too", () => {
  const scan = { id: "s", token: long, gate, direction: "in" } as const;
  const named = (id: string) => (id === "vip" ? { en: "Guest", zh: "嘉宾" } : undefined);
  const say = (v: Verdict, lang: Lang) => spoken(words(lang), v, () => undefined, named, lang);
  const person = { name: "李明" };
  const yes: Verdict = { kind: "decided", scan, result: "admitted", person, category: "vip" };
  expect(say(yes, "en")).toBe("Admitted. 李明. Guest.");
  expect(say(yes, "zh")).toBe("准予进入。李明。嘉宾。");
  expect(say({ kind: "queued", lasting: true, scan, result: "admitted", category: "x" }, "en")).toBe(
    "Admitted offline. x.",
  );
  expect(say({ kind: "decided", scan, result: "denied", reason: "revoked", person }, "en")).toBe(
    "Not admitted. This badge was withdrawn or replaced. Send to the help desk. 李明.",
  );
});

it("calls a number that nobody has unknown, not unanswered", () => {
  const scan = { id: "s", token: "AAAAAAAAAAA", gate, direction: "in" } as const;
  const v: Verdict = { kind: "failed", scan, why: "refused", code: "no_such_badge", detail: "" };
  expect(heading(words("en"), v)).toBe("Unknown number");
  expect(heading(words("en"), { ...v, code: "gate_refused" })).toBe("No answer yet");
});

it("says afterwards what a verdict told, and no more", () => {
  const scan = { id: "s", token: "AAAAAAAAAAA", gate, direction: "in" } as const;
  const categories = () => ({ en: "Delegate", zh: "代表" });
  const line = (v: Verdict, lang: Lang = "en") => said(words(lang), v, categories, lang);
  const v: Verdict = { kind: "decided", scan, result: "admitted", person: { name: "李明" }, category: "d" };
  expect(line(v)).toBe("李明, Admitted");
  expect(line(v, "zh")).toBe("李明，准予进入");
  expect(line({ kind: "queued", lasting: true, scan, result: "admitted", category: "d" })).toBe(
    "Delegate, Admitted offline",
  );
  expect(line({ kind: "decided", scan, result: "denied", reason: "invalid_token" })).toBe("Not admitted");
});
