import { generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../server/client";
import type { ScannerAnswer } from "../server/scanner";
import type { Gate, ScanAnswer, ScanRequest } from "../server/shapes";
import { newScan } from "./gate";
import { Phone } from "./phone";
import type { Server } from "./server";
import { MemoryShelf } from "./shelf";
import { upload } from "./upload";

const pair = generateKeyPairSync("ed25519");
const x = String(pair.publicKey.export({ format: "jwk" }).x);
const north: Gate = { id: "north", venue: "hall", name: "North", direction: "in" };
const now = Date.parse("2025-04-12T01:14:00Z");
const silence = { kind: "unavailable", retryAfterMs: undefined } as const;
const ok = <T>(value: T) => ({ kind: "ok", value }) as const;

function token(n: number): string {
  const id = Buffer.alloc(8);
  id.writeUInt32BE(n, 4);
  const claims = `{"aud":"ciep21","cat":"d","exp":${now / 1000 + 3600},"jti":"${id.toString("base64url")}"}`;
  const said = ['{"alg":"EdDSA","kid":"k1"}', claims]
    .map((s) => Buffer.from(s).toString("base64url"))
    .join(".");
  return `${said}.${sign(null, Buffer.from(said), pair.privateKey).toString("base64url")}`;
}

const full: ScannerAnswer = {
  full: true,
  seq: 10,
  server_time: new Date(now).toISOString(),
  counts: { hall: 0 },
  ended: [],
  event: { id: "ciep21", name: "CIEP", timezone: "Asia/Shanghai" },
  venues: [{ id: "hall", name: "Hall", capacity: 0 }],
  gates: [north],
  categories: [{ id: "delegate", name: "Delegate", color: "#000", code: "d" }],
  jwks: { keys: [{ kid: "k1", x }] },
};

const answerTo = (r: ScanRequest, seq = 11): ScanAnswer => ({
  scan_id: r.scan_id,
  result: r.verdict ?? "admitted",
  replayed: false,
  badge: { id: "b", category: "delegate" },
  venue: { id: "hall", inside: 1, capacity: 0 },
  at: new Date(now).toISOString(),
  seq,
});

/** A server that can be cut off, and remembers what it was sent. */
class Hall {
  up = true;
  signedOut = false;
  tells: ScannerAnswer = full;
  readonly scans: ScanRequest[] = [];
  readonly batches: (readonly ScanRequest[])[] = [];
  item: (r: ScanRequest) => unknown = (r) => answerTo(r, 12);

  #say<T>(value: () => T): Answer<T> {
    if (this.signedOut) return { kind: "signed_out" };
    return this.up ? ok(value()) : silence;
  }

  readonly server: Server = {
    scan: async (r) => {
      this.scans.push(r);
      return this.#say(() => answerTo(r));
    },
    number: async (r) => {
      this.scans.push(r);
      return this.#say(() => answerTo(r));
    },
    batch: async (scans) => {
      if (this.up) this.batches.push(scans);
      return this.#say(() => ({ items: scans.map(this.item) as ScanAnswer[] }));
    },
    scanner: async () => this.#say(() => this.tells),
    ping: async () => this.#say(() => undefined),
    undo: async () => this.#say(() => undefined),
  };
}

let hall: Hall;
let shelf: MemoryShelf;

beforeEach(() => {
  vi.useFakeTimers({ now });
  vi.stubGlobal("navigator", {}); // a browser without Web Locks
  hall = new Hall();
  shelf = new MemoryShelf();
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

async function open(over: Partial<ConstructorParameters<typeof Phone>[0]> = {}) {
  const onSignedOut = vi.fn();
  const phone = new Phone({
    event: "ciep21",
    me: { id: "phone-9", role: "gate" },
    shelf,
    server: hall.server,
    onChange: () => {},
    onSignedOut,
    ...over,
  });
  await phone.open();
  return { phone, onSignedOut };
}

describe("Phone", () => {
  it("asks while the server answers", async () => {
    const { phone } = await open();
    expect(await phone.decide(newScan(token(1), north, "in"))).toMatchObject({
      kind: "decided",
      result: "admitted",
    });
    expect(phone.view).toMatchObject({ online: true, waiting: 0, inside: { hall: 1 } });
    phone.stop();
  });

  it("decides by itself when it doesn't, makes nobody else wait, and sends it all later", async () => {
    const { phone } = await open();
    hall.up = false;
    const first = newScan(token(1), north, "in");
    expect(await phone.decide(first)).toMatchObject({
      kind: "queued",
      result: "admitted",
      category: "delegate",
      count: { inside: 1, capacity: 0 }, // as far as it knows
    });
    expect(await phone.decide(newScan(token(1), north, "in"))).toMatchObject({
      kind: "queued",
      result: "denied",
      reason: "already_inside",
      earlier: { gate: "north" },
    });
    expect(await phone.decide(newScan(token(2), north, "in"))).toMatchObject({ result: "admitted" });
    expect(hall.scans).toHaveLength(1); // the first kept somebody waiting
    expect(phone.view).toMatchObject({ online: false, waiting: 3, inside: { hall: 2 } });

    hall.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(phone.view).toMatchObject({ online: true, waiting: 0 });
    expect(hall.batches).toHaveLength(1);
    expect(hall.batches[0]?.map((s) => [s.offline, s.verdict])).toEqual([
      [true, "admitted"],
      [true, "denied"],
      [true, "admitted"],
    ]);
    // Under the id that the server may have answered without our hearing of it.
    expect(hall.batches[0]?.[0]?.scan_id).toBe(first.id);
    phone.stop();
  });

  it("knows after a restart without a network what it knew before", async () => {
    const { phone } = await open();
    hall.up = false;
    await phone.decide(newScan(token(1), north, "in"));
    phone.stop();
    const again = await open();
    expect(again.phone.view).toMatchObject({ online: false, waiting: 1 });
    expect(await again.phone.decide(newScan(token(1), north, "in"))).toMatchObject({
      reason: "already_inside",
    });
    again.phone.stop();
  });

  it("begins a shift while the server is slow and much waits to be sent", async () => {
    const { phone } = await open();
    hall.up = false;
    await phone.decide(newScan(token(1), north, "in"));
    phone.stop();
    const never = new Promise<never>(() => {});
    hall.up = true;
    const again = await open({ server: { ...hall.server, batch: () => never } });
    expect(again.phone.view).toMatchObject({ waiting: 1 });
    again.phone.stop();
    const hung = await open({ server: { ...hall.server, scanner: () => never } });
    expect(hung.phone.view.known).toBeDefined();
    hung.phone.stop();
  });

  it("goes by the keys that its last contact told it of", async () => {
    const { phone } = await open();
    const other = String(generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x);
    const hears = async (...keys: { kid: string; x: string }[]) => {
      hall.up = true;
      hall.tells = { ...full, seq: hall.tells.seq + 1, jwks: { keys } };
      await phone.sync();
      hall.up = false;
    };
    const offline = async (n: number, direction: "in" | "out" = "in") =>
      phone.decide(
        newScan(token(n), direction === "in" ? north : { ...north, direction: "both" }, direction),
      );

    await hears({ kid: "k1", x }, { kid: "k2", x: other }); // rotated: the old one stays good
    expect(await offline(1)).toMatchObject({ result: "admitted" });
    await hears({ kid: "k2", x: other }); // withdrawn
    expect(await offline(2)).toMatchObject({ result: "denied", reason: "invalid_token" });
    expect(await offline(1, "out")).toMatchObject({ result: "exited" });
    phone.stop();
  });

  it("takes nothing over from another operator, who has other gates", async () => {
    (await open()).phone.stop();
    hall.up = false;
    const { phone } = await open({ me: { id: "phone-10", role: "gate" } });
    expect(phone.view.known).toBeUndefined();
    phone.stop();
  });

  it("sees what another tab of the same phone has let in", async () => {
    const one = (await open()).phone;
    const two = (await open()).phone;
    hall.up = false;
    await one.decide(newScan(token(1), north, "in"));
    expect(await two.decide(newScan(token(1), north, "in"))).toMatchObject({ reason: "already_inside" });
    one.stop();
    two.stop();
  });

  it("has a number decided by the server alone", async () => {
    const { phone } = await open();
    const typed = newScan("AAAAAAAAAAE", north, "in");
    expect(await phone.decide(typed)).toMatchObject({ kind: "decided", result: "admitted" });
    expect(hall.scans).toMatchObject([{ scan_id: typed.id, token: "AAAAAAAAAAE", gate: "north" }]);
    hall.up = false;
    expect(await phone.decide(newScan("AAAAAAAAAAE", north, "in"))).toMatchObject({
      kind: "failed",
      why: "number",
    });
    expect(await shelf.count("ciep21")).toBe(0); // nothing was shown, so nothing is sent
    phone.stop();
  });

  it("never admits when it was never told anything", async () => {
    hall.up = false;
    const { phone } = await open();
    expect(await phone.decide(newScan(token(1), north, "in"))).toMatchObject({
      kind: "failed",
      why: "unknown",
    });
    // What is no badge is none without being told.
    expect(await phone.decide(newScan("https://example.org", north, "in"))).toMatchObject({
      reason: "invalid_token",
    });
    expect(await shelf.count("ciep21")).toBe(0);
    phone.stop();
  });

  it("lets in as many as there is room for, however many wait to be sent", async () => {
    const small = { ...full, venues: [{ id: "hall", name: "Hall", capacity: 2 }] };
    const { phone } = await open({
      server: { ...hall.server, scanner: async () => (hall.up ? ok(small) : silence) },
    });
    hall.up = false;
    const all = vi.spyOn(shelf, "moves");
    const result = async (n: number, direction: "in" | "out" = "in") => {
      const v = await phone.decide(newScan(token(n), north, direction));
      return v.kind === "queued" && (v.reason ?? v.result);
    };
    await phone.sync();
    await phone.sync(); // hears that there is no network
    all.mockClear();
    expect([await result(1), await result(2), await result(3)]).toEqual([
      "admitted",
      "admitted",
      "venue_full",
    ]);
    expect([await result(1, "out"), await result(3)]).toEqual(["exited", "admitted"]);
    expect(phone.view).toMatchObject({ waiting: 5, inside: { hall: 2 } });
    expect(all).not.toHaveBeenCalled(); // that would take longer with every guest
    phone.stop();
  });

  it("goes by the server's clock", async () => {
    vi.setSystemTime(now - 3 * 3_600_000); // the phone is three hours slow
    const { phone } = await open();
    hall.up = false;
    await phone.decide(newScan(token(1), north, "in"));
    expect((await shelf.waiting("ciep21", undefined, 1))[0]?.scanned_at).toBe(new Date(now).toISOString());
    phone.stop();
  });

  it("isn't led astray by a clock that is set back in mid-shift", async () => {
    const { phone } = await open();
    hall.up = false;
    await vi.advanceTimersByTimeAsync(60_000);
    vi.setSystemTime(now - 3_600_000);
    await phone.decide(newScan(token(1), north, "in"));
    const [scan] = await shelf.waiting("ciep21", undefined, 1);
    expect(scan?.scanned_at).toBe(new Date(now + 60_000).toISOString());
    phone.stop();
  });

  it("takes back what still waits by sending a no under the same id", async () => {
    const { phone } = await open();
    hall.up = false;
    const scan = newScan(token(1), north, "in");
    await phone.decide(scan);
    expect((await phone.undo(scan.id)).kind).toBe("ok");
    expect(phone.view.inside).toEqual({ hall: 0 });
    expect(await phone.decide(newScan(token(1), north, "in"))).toMatchObject({ result: "admitted" });
    hall.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hall.batches[0]?.map((s) => [s.scan_id === scan.id, s.verdict])).toEqual([
      [true, "denied"],
      [false, "admitted"],
    ]);
    phone.stop();
  });

  it("forgets what it knew when its operator's right ends, but not what it decided", async () => {
    const { phone, onSignedOut } = await open();
    hall.up = false;
    await phone.decide(newScan(token(1), north, "in"));
    hall.up = true;
    hall.signedOut = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(await shelf.kept("known")).toBeUndefined();
    expect(await shelf.moves("ciep21")).toEqual([]);
    expect(await shelf.count("ciep21")).toBe(1);

    hall.signedOut = false; // somebody else signs in
    const next = await open();
    await next.phone.sync();
    expect(next.phone.view.waiting).toBe(0);
    expect(hall.batches).toHaveLength(1);
    next.phone.stop();
  });

  it("shows what the server took otherwise", async () => {
    const { phone } = await open();
    hall.up = false;
    const scan = newScan(token(1), north, "in");
    await phone.decide(scan);
    hall.item = (r) => ({ ...answerTo(r, 12), conflict: "revoked" });
    hall.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(phone.view.conflicts).toMatchObject([
      { scan_id: scan.id, reason: "revoked", verdict: "admitted" },
    ]);
    await phone.dismiss(scan.id);
    expect(phone.view.conflicts).toEqual([]);
    phone.stop();
  });
});

describe("upload", () => {
  const wait = async (n: number) => {
    for (let i = 0; i < n; i++)
      await shelf.put(
        {
          scan_id: `s${i}`,
          event: "ciep21",
          token: "t",
          gate: "north",
          direction: "in",
          scanned_at: new Date(now).toISOString(),
          verdict: "admitted",
        },
        [],
      );
  };
  const post = (): Parameters<typeof upload>[2] => hall.server.batch;

  it("sends in batches, in order, and goes on where it was cut", async () => {
    await wait(450);
    let n = 0;
    const cut = await upload(shelf, "ciep21", async (scans) =>
      n++ === 1 ? silence : hall.server.batch(scans),
    );
    expect(cut).toBe("cut");
    expect(await shelf.count("ciep21")).toBe(250);
    expect(await upload(shelf, "ciep21", post())).toBe("all");
    const ids = hall.batches.flat().map((s) => s.scan_id);
    expect(ids).toEqual(Array.from({ length: 450 }, (_, i) => `s${i}`));
    expect(hall.batches.map((b) => b.length)).toEqual([200, 200, 50]);
  });

  it("brings 5,000 up in batches and, cut off again and again, sends none twice", async () => {
    await wait(5000);
    let n = 0;
    const shaky: Parameters<typeof upload>[2] = async (scans) => {
      n++;
      if (n % 7 === 0) return silence; // lost before it arrived
      return hall.server.batch(scans);
    };
    let rounds = 1;
    while ((await upload(shelf, "ciep21", shaky)) !== "all") rounds++;
    expect(rounds).toBe(5);
    expect(hall.batches.every((b) => b.length <= 500)).toBe(true);
    const ids = hall.batches.flat().map((s) => s.scan_id);
    expect(ids).toEqual(Array.from({ length: 5000 }, (_, i) => `s${i}`));
    expect(await shelf.count("ciep21")).toBe(0);
  });

  it("keeps what a batch has answered before it was cut off, and asks again for the rest", async () => {
    await wait(5);
    hall.item = (r) =>
      r.scan_id === "s3" ? { scan_id: "s3", error: { status: 503, code: "unavailable" } } : answerTo(r);
    expect(await upload(shelf, "ciep21", post())).toBe("cut");
    expect((await shelf.waiting("ciep21", undefined, 9)).map((s) => s.scan_id)).toEqual(["s3", "s4"]);
  });

  it("keeps for another operator what this one may not send", async () => {
    await wait(3);
    hall.item = (r) =>
      r.scan_id === "s1" ? { scan_id: "s1", error: { status: 403, code: "gate_refused" } } : answerTo(r);
    expect(await upload(shelf, "ciep21", post())).toBe("left");
    expect((await shelf.waiting("ciep21", undefined, 9)).map((s) => s.scan_id)).toEqual(["s1"]);
    expect(
      await upload(shelf, "ciep21", async () => ({
        kind: "refused",
        status: 403,
        code: "forbidden",
        detail: "",
      })),
    ).toBe("left");
    expect(await shelf.count("ciep21")).toBe(1);
  });

  it("sets aside what the server will never take, and lets the others through", async () => {
    await wait(3);
    hall.item = (r) =>
      r.scan_id === "s1" ? { scan_id: "s1", error: { status: 400, code: "invalid_value" } } : answerTo(r);
    expect(await upload(shelf, "ciep21", post())).toBe("all");
    expect(await shelf.conflicts("ciep21")).toMatchObject([{ scan_id: "s1", reason: "invalid_value" }]);
  });

  it("finds the one for which a whole batch is refused", async () => {
    await wait(3);
    const picky: Parameters<typeof upload>[2] = async (scans) =>
      scans.some((s) => s.scan_id === "s1")
        ? { kind: "refused", status: 413, code: "too_large", detail: "" }
        : hall.server.batch(scans);
    expect(await upload(shelf, "ciep21", picky)).toBe("all");
    expect(await shelf.count("ciep21")).toBe(0);
    expect(await shelf.conflicts("ciep21")).toMatchObject([{ scan_id: "s1", reason: "too_large" }]);
  });

  it("sends again what was taken back while it was on its way", async () => {
    await wait(1);
    let first = true;
    const slow: Parameters<typeof upload>[2] = async (scans) => {
      if (first) await shelf.retract("s0");
      first = false;
      return hall.server.batch(scans);
    };
    await upload(shelf, "ciep21", slow);
    await upload(shelf, "ciep21", slow);
    expect(hall.batches.flat().map((s) => s.verdict)).toEqual(["admitted", "denied"]);
    expect(await shelf.count("ciep21")).toBe(0);
  });
});
