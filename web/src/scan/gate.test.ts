import { describe, expect, it } from "vitest";
import type { ScanAnswer, ScanRequest } from "../server/shapes";
import { decide, newScan, Recent, type Send, uuid } from "./gate";

const yes: ScanAnswer = { scan_id: "s", result: "admitted", replayed: false, at: "2025-04-12T01:14:00Z" };
const scan = newScan(" token\n", "north", "in");

/** Answers with what is given, in order, and notes what was sent. */
function server(...answers: Awaited<ReturnType<Send>>[]) {
  const sent: ScanRequest[] = [];
  const send: Send = async (_, request) => {
    sent.push(request);
    return answers[sent.length - 1] ?? { kind: "unavailable", retryAfterMs: undefined };
  };
  return { sent, send };
}

const silence = { kind: "unavailable", retryAfterMs: undefined } as const;

describe("decide", () => {
  it("passes the verdict on", async () => {
    for (const result of ["admitted", "exited", "denied"] as const) {
      const { send } = server({ kind: "ok", value: { ...yes, result } });
      expect(await decide("e", scan, send)).toEqual({ kind: result, answer: { ...yes, result } });
    }
  });
  it("asks again under the same id when no answer came", async () => {
    const { sent, send } = server(silence, { kind: "ok", value: { ...yes, replayed: true } });
    expect((await decide("e", scan, send)).kind).toBe("admitted");
    expect(sent).toHaveLength(2);
    expect(sent[0]?.scan_id).toBe(sent[1]?.scan_id);
  });
  it("never admits without an answer", async () => {
    const { sent, send } = server(silence, silence);
    expect(await decide("e", scan, send)).toEqual({ kind: "failed", detail: "", request: scan });
    expect(sent).toHaveLength(2);
  });
  it("does not ask again after a final no", async () => {
    const refused = { kind: "refused", status: 409, code: "scan_id_reused", detail: "used" } as const;
    const { sent, send } = server(refused);
    expect(await decide("e", scan, send)).toEqual({ kind: "failed", detail: "used", request: scan });
    expect(sent).toHaveLength(1);
  });
  it("tells when the session has ended", async () => {
    expect(await decide("e", scan, server({ kind: "signed_out" }).send)).toEqual({ kind: "signed_out" });
  });
});

it("sends what was read and nothing around it", () => {
  expect(scan).toEqual({ scan_id: scan.scan_id, token: "token", gate: "north", direction: "in" });
});

it("makes random UUIDs of version 4", () => {
  const made = Array.from({ length: 100 }, uuid);
  for (const id of made)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(100);
});

describe("Recent", () => {
  it("lets the same code through once in four seconds", () => {
    const recent = new Recent();
    expect(recent.isNew("a", 1000)).toBe(true);
    expect(recent.isNew("a", 4999)).toBe(false);
    expect(recent.isNew("a", 5000)).toBe(true);
    expect(recent.isNew("b", 5001)).toBe(true);
    expect(recent.isNew("a", 5002)).toBe(true);
  });
  it("forgets a code that came to nothing", () => {
    const recent = new Recent();
    recent.isNew("a", 0);
    recent.forget();
    expect(recent.isNew("a", 1)).toBe(true);
  });
});
