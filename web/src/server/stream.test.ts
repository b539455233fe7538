import { afterEach, describe, expect, it, vi } from "vitest";
import { listen, type Message, Parser } from "./stream";

afterEach(() => vi.unstubAllGlobals());

describe("Parser", () => {
  const stream =
    'event: snapshot\r\nid: 7\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: heartbeat\n\nid: 8\ndata:x\n\nevent: lost\n';
  const want: Message[] = [
    { event: "snapshot", id: "7", data: '{"a":\n1}' },
    { event: "message", id: "8", data: "x" },
  ];
  it("reads a stream in one piece", () => {
    expect(new Parser().push(stream)).toEqual(want);
  });
  it("reads it wherever it is cut", () => {
    for (let size = 1; size < stream.length; size++) {
      const parser = new Parser();
      const got: Message[] = [];
      for (let i = 0; i < stream.length; i += size) got.push(...parser.push(stream.slice(i, i + size)));
      expect(got).toEqual(want);
    }
  });
});

describe("listen", () => {
  it("resumes after the last message it had", async () => {
    const resumed: (string | null)[] = [];
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
      resumed.push(new Headers(init.headers).get("Last-Event-ID"));
      return new Response("id: 41\ndata: a\n\nid: 42\ndata: b\n\n");
    });
    vi.spyOn(Math, "random").mockReturnValue(0);
    const seen: string[] = [];
    await new Promise<void>((done) => {
      listen("/live", {
        onSign: () => {},
        onMessage: (m) => seen.push(m.data),
        onClosed: () => {
          if (resumed.length < 2) return "again";
          done();
          return "stop";
        },
      });
    });
    expect(resumed).toEqual([null, "42"]);
    expect(seen).toEqual(["a", "b", "a", "b"]);
  });
  it("tells with which status it was turned away", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 401 }));
    const status = await new Promise((done) => {
      listen("/live", {
        onSign: () => {},
        onMessage: () => {},
        onClosed: (s) => {
          done(s);
          return "stop";
        },
      });
    });
    expect(status).toBe(401);
  });
});
