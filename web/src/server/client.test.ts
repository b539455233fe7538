import { afterEach, describe, expect, it, vi } from "vitest";
import { call, of, retryAfter } from "./client";

afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  vi.stubGlobal("fetch", async () => new Response(status === 204 ? null : body, { status, headers }));

describe("call", () => {
  it("gives the value", async () => {
    answering(200, '{"id":"a"}');
    expect(await call("GET", "/x")).toEqual({ kind: "ok", value: { id: "a" } });
    answering(204, "");
    expect(await call("DELETE", "/x")).toEqual({ kind: "ok", value: undefined });
  });
  it("tells a final no from no answer", async () => {
    answering(409, '{"code":"superseded","detail":"scanned since","field":"token"}');
    expect(await call("POST", "/x", {})).toEqual({
      kind: "refused",
      status: 409,
      code: "superseded",
      detail: "scanned since",
      field: "token",
    });
    answering(404, "<h1>a proxy</h1>");
    expect(await call("GET", "/x")).toMatchObject({ kind: "refused", code: "", detail: "" });
    answering(401, "{}");
    expect(await call("GET", "/x")).toEqual({ kind: "signed_out" });
    answering(503, "{}", { "Retry-After": "2" });
    expect(await call("GET", "/x")).toEqual({ kind: "unavailable", retryAfterMs: 2000 });
    answering(429, "{}");
    expect(await call("GET", "/x")).toEqual({ kind: "unavailable", retryAfterMs: undefined });
  });
  it("takes broken answers and a dead network for no answer", async () => {
    answering(200, '{"id":');
    expect((await call("GET", "/x")).kind).toBe("unavailable");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    expect((await call("GET", "/x")).kind).toBe("unavailable");
  });
});

it("builds an event's paths", () => {
  expect(of("ciep21", "badges", "a/b?c")).toBe("/api/v1/events/ciep21/badges/a%2Fb%3Fc");
});

it.each([
  ["3", 3000],
  ["Thu, 01 Jan 1970 00:00:10 GMT", 5000],
  ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ["soon", undefined],
  [null, undefined],
] as const)("reads Retry-After %s", (header, want) => {
  expect(retryAfter(header, 5000)).toBe(want);
});
