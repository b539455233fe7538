import { describe, expect, it, vi } from "vitest";
import type { Gate, ScanAnswer } from "../server/shapes";
import { decide, type Means, newScan, onlyAtField, request, sendable, uuid } from "./gate";

const north: Gate = { id: "north", venue: "hall", name: "North gate", direction: "in" };
const scan = newScan(" a.b.c\n", north, "in");
const yes: ScanAnswer = { scan_id: scan.id, result: "admitted", replayed: false, at: "2025-04-12T01:14:00Z" };

function means(over: Partial<Means>): Means {
  return {
    ask: async () => ({ kind: "unavailable", retryAfterMs: undefined }),
    judge: async () => ({ result: "admitted", badge: "b", category: "vip" }),
    queue: async () => true,
    heard: async () => {},
    ...over,
  };
}

describe("decide", () => {
  it("passes the server's verdict on and notes it", async () => {
    for (const result of ["admitted", "exited", "denied"] as const) {
      const heard = vi.fn(async () => {});
      const verdict = await decide(
        scan,
        means({ ask: async () => ({ kind: "ok", value: { ...yes, result } }), heard }),
      );
      expect(verdict).toMatchObject({ kind: "decided", result });
      expect(heard).toHaveBeenCalledOnce();
    }
  });
  it("decides by itself when no answer comes, and queues what it shows under the same id", async () => {
    const queue = vi.fn(async () => true);
    const verdict = await decide(scan, means({ queue }));
    expect(verdict).toMatchObject({ kind: "queued", result: "admitted", category: "vip", lasting: true });
    expect(queue).toHaveBeenCalledWith(scan, expect.objectContaining({ result: "admitted" }));
    expect(verdict.scan.id).toBe(scan.id);
  });
  it("tells when only this page remembers a verdict", async () => {
    expect(await decide(scan, means({ queue: async () => false }))).toMatchObject({ lasting: false });
  });
  it("never admits when it knows nothing", async () => {
    const queue = vi.fn(async () => true);
    const verdict = await decide(scan, means({ judge: async () => undefined, queue }));
    expect(verdict).toMatchObject({ kind: "failed", why: "unknown" });
    expect(queue).not.toHaveBeenCalled();
  });
  it("does not decide by itself after a final no", async () => {
    const judge = vi.fn(async () => undefined);
    const ask = async () =>
      ({ kind: "refused", status: 409, code: "scan_id_reused", detail: "used" }) as const;
    expect(await decide(scan, means({ ask, judge }))).toMatchObject({ kind: "failed", detail: "used" });
    expect(judge).not.toHaveBeenCalled();
  });
  it("tells when the session has ended", async () => {
    const ask = async () => ({ kind: "signed_out" }) as const;
    expect((await decide(scan, means({ ask }))).kind).toBe("signed_out");
  });
  it("records nothing of a look-up, with and without the server", async () => {
    const queue = vi.fn(async () => true);
    const heard = vi.fn(async () => {});
    const look = newScan("a.b.c", north, "in", { look: true });
    expect(request(look).dry_run).toBe(true);
    await decide(look, means({ queue, heard }));
    await decide(look, means({ ask: async () => ({ kind: "ok", value: yes }), queue, heard }));
    expect(queue).not.toHaveBeenCalled();
    expect(heard).not.toHaveBeenCalled();
  });
});

it("sends what was read and nothing around it", () => {
  expect(request(scan)).toEqual({ scan_id: scan.id, token: "a.b.c", gate: "north", direction: "in" });
  expect(request(newScan("a.b.c", north, "in", { override: "known" })).override).toEqual({ reason: "known" });
});

it("keeps on the phone what can't be a badge", () => {
  for (const text of [
    "https://example.org/a.b.c",
    "BEGIN:VCARD\nFN:Li Ming\nEND:VCARD",
    "",
    "a.b",
    "a.b.c d",
  ])
    expect(sendable(text)).toBe("not-a-badge");
  expect(sendable(`${"a".repeat(1021)}.b.c`)).toBe("not-a-badge");
  expect(sendable("e-y_J.e30.c2ln")).toBe("e-y_J.e30.c2ln");
});

it("makes random UUIDs of version 4", () => {
  const made = Array.from({ length: 100 }, uuid);
  for (const id of made)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(100);
});

it("tells at the field only what the field can mend", async () => {
  const number = newScan("AAAAAAAAAAA", north, "in");
  const refused = (code: string) => async () => ({ kind: "refused", status: 404, code, detail: "" }) as const;
  expect(onlyAtField(await decide(number, means({ ask: refused("no_such_badge") })))).toBe(true);
  expect(onlyAtField(await decide(number, means({})))).toBe(true); // no network
  expect(onlyAtField(await decide(number, means({ ask: refused("gate_refused") })))).toBe(false);
  expect(onlyAtField(await decide(scan, means({ judge: async () => undefined })))).toBe(false);
  expect(onlyAtField(await decide(scan, means({})))).toBe(false);
});
