import { describe, expect, it } from "vitest";
import type { ScannerAnswer } from "../server/scanner";
import type { Gate, Venue } from "../server/shapes";
import { localTime } from "./daytime";
import { insideOf, type Known, learn, type Move, presence } from "./known";
import { type Facts, isOpen, judge, moved } from "./rules";
import type { Claims } from "./token";

const north: Gate = { id: "north", venue: "hall", name: "North", direction: "both" };
const now = Date.parse("2025-04-12T01:14:00Z"); // 09:14 in Shanghai
const ago = (minutes: number) => now - minutes * 60_000;
const at = (minutes: number) => new Date(ago(minutes)).toISOString();

function known(venue: Partial<Venue> = {}, more: Partial<ScannerAnswer> = {}): Known {
  const learned = learn(undefined, {
    full: true,
    seq: 10,
    server_time: at(1),
    counts: { hall: 1 },
    ended: ["ended"],
    event: { id: "ciep21", name: "CIEP", timezone: "Asia/Shanghai" },
    venues: [
      { id: "hall", name: "Hall", capacity: 3, reentry: "free", ...venue },
      { id: "annex", name: "Annex", capacity: 0, exclusive: "main" },
    ],
    gates: [north],
    categories: [{ id: "delegate", name: "Delegate", color: "#000", code: "d" }],
    jwks: { keys: [] },
    inside: { hall: { inside: at(30) } },
    spent: { hall: { spent: at(60), yesterday: at(24 * 60) } },
    ...more,
  });
  if (!learned) throw new Error("a full answer taught nothing");
  return learned;
}

function facts(
  over: Partial<Omit<Facts, "claims">> & { badge?: string; claims?: Partial<Claims> | null },
): Facts {
  const claims: Claims = {
    badge: over.badge ?? "new",
    event: "ciep21",
    category: "d",
    notBefore: undefined,
    expires: now / 1000 + 3600,
    key: "k1",
    signed: new Uint8Array(),
    signature: new Uint8Array(),
  };
  return {
    known: known(),
    signed: true,
    gate: north,
    direction: "in",
    now,
    own: undefined,
    inside: 1,
    override: false,
    ...over,
    claims: over.claims === null ? undefined : { ...claims, ...over.claims },
  };
}

const own = (over: Partial<Move>): Move => ({
  scan_id: "s",
  event: "ciep21",
  venue: "hall",
  badge: "new",
  inside: true,
  at: ago(5),
  enteredAt: ago(5),
  gate: "north",
  ...over,
});

describe("judge", () => {
  it.each([
    ["lets a good badge in", facts({}), "admitted", undefined],
    ["refuses what is no token", facts({ claims: null }), "denied", "invalid_token"],
    ["refuses a forgery", facts({ signed: false }), "denied", "invalid_token"],
    ["refuses an unknown key", facts({ signed: undefined }), "denied", "invalid_token"],
    ["refuses another event", facts({ claims: { event: "ciep20" } }), "denied", "wrong_event"],
    ["refuses a badge that has ended", facts({ badge: "ended" }), "denied", "revoked"],
    ["refuses one too early", facts({ claims: { notBefore: now / 1000 + 1 } }), "denied", "not_yet_valid"],
    ["takes one that begins now", facts({ claims: { notBefore: now / 1000 } }), "admitted", undefined],
    ["refuses one that ends now", facts({ claims: { expires: now / 1000 } }), "denied", "expired"],
    [
      "refuses another category",
      facts({ known: known({ categories: ["vip"] }) }),
      "denied",
      "wrong_category",
    ],
    ["takes its category", facts({ known: known({ categories: ["delegate"] }) }), "admitted", undefined],
    [
      "refuses outside of the hours",
      facts({ known: known({ hours: [{ from: "09:15", to: "18:00" }] }) }),
      "denied",
      "venue_closed",
    ],
    [
      "takes within the hours",
      facts({ known: known({ hours: [{ from: "09:14", to: "18:00" }] }) }),
      "admitted",
      undefined,
    ],
    ["refuses who is inside", facts({ badge: "inside" }), "denied", "already_inside"],
    ["refuses whom it let in itself", facts({ own: own({}) }), "denied", "already_inside"],
    ["takes who left by itself", facts({ own: own({ inside: false }) }), "admitted", undefined],
    ["takes who has left, where one may", facts({ badge: "spent" }), "admitted", undefined],
    [
      "refuses a spent entry",
      facts({ badge: "spent", known: known({ reentry: "once" }) }),
      "denied",
      "already_used",
    ],
    [
      "refuses today's spent entry",
      facts({ badge: "spent", known: known({ reentry: "daily" }) }),
      "denied",
      "already_used_today",
    ],
    [
      "takes yesterday's",
      facts({ badge: "yesterday", known: known({ reentry: "daily" }) }),
      "admitted",
      undefined,
    ],
    ["refuses into a full venue", facts({ known: known({ capacity: 1 }) }), "denied", "venue_full"],
    ["knows no limit of 0", facts({ known: known({ capacity: 0 }) }), "admitted", undefined],
    ["counts those it let in", facts({ known: known({ capacity: 2 }), inside: 2 }), "denied", "venue_full"],
    [
      "lets in whom the venue's hour has checked out",
      facts({ badge: "inside", known: known({ auto_exit_at: "09:00" }) }),
      "admitted",
      undefined,
    ],
    [
      "keeps who came after that hour",
      facts({ badge: "inside", known: known({ auto_exit_at: "08:00" }) }),
      "denied",
      "already_inside",
    ],
  ] as const)("%s", (_, f, result, reason) => {
    const d = judge(f);
    expect(d.result).toBe(result);
    expect(d.reason).toBe(reason);
  });

  it("names the earlier entry", () => {
    expect(judge(facts({ badge: "inside" })).earlier).toEqual({ at: ago(30) });
    expect(judge(facts({ own: own({}) })).earlier).toEqual({ at: ago(5), gate: "north" });
  });

  it("never keeps a badge of this event from leaving", () => {
    for (const f of [
      facts({ badge: "ended" }),
      facts({ claims: { expires: 1 } }),
      facts({ signed: undefined }), // perhaps withdrawn
      facts({ badge: "nobody" }),
    ])
      expect(judge({ ...f, direction: "out" }).result).toBe("exited");
    expect(judge({ ...facts({ signed: false }), direction: "out" }).result).toBe("denied");
    expect(judge({ ...facts({ claims: { event: "x" } }), direction: "out" }).reason).toBe("wrong_event");
  });

  it("lets in against the rules whom somebody entitled vouches for, but no forgery", () => {
    expect(judge(facts({ badge: "inside", override: true }))).toMatchObject({
      result: "admitted",
      reason: "already_inside",
      forced: true,
    });
    expect(judge(facts({ override: true }))).not.toHaveProperty("forced");
    expect(judge(facts({ signed: false, override: true })).result).toBe("denied");
  });
});

describe("isOpen", () => {
  const night = { id: "v", name: "V", capacity: 0, hours: [{ from: "22:00", to: "02:00" }] };
  it.each([
    [21 * 60 + 59, false],
    [22 * 60, true],
    [0, true],
    [119, true],
    [120, false],
  ])("past midnight, minute %i: %s", (minute, open) => {
    expect(isOpen(night, minute)).toBe(open);
  });
  it("takes equal ends for the whole day and 24:00 for its end", () => {
    expect(isOpen({ ...night, hours: [{ from: "08:00", to: "08:00" }] }, 3)).toBe(true);
    expect(isOpen({ ...night, hours: [{ from: "08:00", to: "24:00" }] }, 1439)).toBe(true);
    expect(isOpen({ ...night, hours: [] }, 3)).toBe(true);
  });
});

it("tells the event's day and minute, over changes of clocks too", () => {
  expect(localTime(Date.parse("2025-04-11T16:00:00Z"), "Asia/Shanghai")).toEqual({ day: 20190, minute: 0 });
  expect(localTime(Date.parse("2025-03-30T00:59:00Z"), "Europe/Berlin").minute).toBe(119);
  expect(localTime(Date.parse("2025-03-30T01:00:00Z"), "Europe/Berlin").minute).toBe(180);
});

describe("what is known", () => {
  it("takes changes in, and all of it anew", () => {
    const k = known();
    const more = learn(k, {
      full: false,
      seq: 12,
      server_time: at(0),
      counts: { hall: 1 },
      ended: ["other"],
      moves: [
        { venue: "hall", badge: "inside", inside: false, entered_at: at(30) },
        { venue: "hall", badge: "new", inside: true, entered_at: at(2) },
        { venue: "hall", badge: "spent", inside: false, entered_at: null },
      ],
    });
    expect(more?.seq).toBe(12);
    expect([...(more?.ended ?? [])]).toEqual(["ended", "other"]);
    expect(more && presence(more, undefined, "hall", "inside").inside).toBe(false);
    expect(more && presence(more, undefined, "hall", "new").inside).toBe(true);
    expect(more && presence(more, undefined, "hall", "spent")).toEqual({ inside: false });
    expect(
      learn(undefined, { full: false, seq: 1, server_time: at(0), counts: {}, ended: [] }),
    ).toBeUndefined();
  });

  it("believes the later of what the server told and what was seen here", () => {
    const k = known();
    expect(presence(k, own({ badge: "inside", inside: false, at: ago(40) }), "hall", "inside").inside).toBe(
      true,
    );
    expect(presence(k, own({ badge: "inside", inside: false, at: ago(20) }), "hall", "inside").inside).toBe(
      false,
    );
  });

  it("counts each person once", () => {
    const k = known();
    expect(insideOf(k, [], "hall")).toBe(1);
    expect(insideOf(k, [own({}), own({ badge: "inside" })], "hall")).toBe(2);
    expect(insideOf(k, [own({ seq: 10 })], "hall")).toBe(1); // the server's count has it
    expect(insideOf(k, [own({ seq: 11 })], "hall")).toBe(2);
    expect(insideOf(k, [own({ badge: "inside", inside: false })], "hall")).toBe(0);
  });

  it("leaves the other venues of an exclusive group by entering one", () => {
    const k = known({ exclusive: "main" }, { inside: { annex: { b: at(9) } } });
    const step = { scan_id: "s", gate: north, at: now };
    const moves = moved(k, { result: "admitted", badge: "b" }, step, () => undefined);
    expect(moves.map((m) => [m.venue, m.inside])).toEqual([
      ["hall", true],
      ["annex", false],
    ]);
    expect(moved(k, { result: "denied", badge: "b" }, step, () => undefined)).toEqual([]);
  });
});
