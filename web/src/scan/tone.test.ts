import { expect, it } from "vitest";
import type { Verdict } from "./gate";
import { tuneOf } from "./tone";

const scan = {
  id: "s",
  token: "a",
  gate: { id: "g", venue: "v", name: "G", direction: "in" },
  direction: "in",
} as const;
const look = { ...scan, look: true };

it("never sounds like a yes for what lets nobody in", () => {
  const tune = (v: Verdict) => tuneOf(v);
  expect(tune({ kind: "decided", scan, result: "admitted" })).toBe("admitted");
  expect(tune({ kind: "queued", lasting: true, scan, result: "admitted" })).toBe("offline");
  expect(tune({ kind: "decided", scan, result: "exited" })).toBe("exited");
  expect(tune({ kind: "queued", lasting: true, scan, result: "denied" })).toBe("denied");
  expect(tune({ kind: "decided", scan: look, result: "admitted" })).toBe("would");
  expect(tune({ kind: "queued", lasting: true, scan: look, result: "denied" })).toBe("would not");
  expect(tune({ kind: "signed_out", scan })).toBe("attention");
  expect(tune({ kind: "failed", scan, why: "unknown", code: "", detail: "" })).toBe("attention");
});
