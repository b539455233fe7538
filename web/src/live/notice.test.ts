import { describe, expect, it } from "vitest";
import { fold, type Row, rowOf } from "./notice";

const row = (seq: number, more: Partial<Row>): Row => ({
  seq,
  kind: "scan",
  at: "2025-04-12T01:14:00.000Z",
  scan_id: `s${seq}`,
  venue: "hall",
  gate: "north",
  result: "admitted",
  ...more,
});

describe("fold", () => {
  it("keeps refusals, overrides and conflicts, newest first", () => {
    const got = fold(
      [],
      [
        row(1, {}),
        row(2, { result: "denied", reason: "revoked" }),
        row(3, { forced: true, reason: "venue_full", why: "speaker" }),
        row(4, { offline: true, conflict: "already_inside" }),
        row(5, { kind: "exit", result: "exited" }),
        row(6, { kind: "config" }),
      ],
    );
    expect(got.map((n) => [n.seq, n.kind, n.reason, n.why, n.offline])).toEqual([
      [4, "conflict", "already_inside", undefined, true],
      [3, "forced", "venue_full", "speaker", false],
      [2, "denied", "revoked", undefined, false],
    ]);
  });
  it("counts a row that comes twice once, in whatever order rows come", () => {
    const denied = row(2, { result: "denied" });
    const once = fold([], [denied]);
    expect(fold(once, [denied])).toBe(once);
    expect(fold(once, [row(1, { result: "denied" })]).map((n) => n.seq)).toEqual([2, 1]);
  });
  it("says of one taken back that it was", () => {
    const undo = row(3, { kind: "undo", scan_id: "s2" });
    const forced = row(2, { forced: true });
    expect(fold([], [undo, forced])[0]?.undone).toBe(true);
    const later = fold(fold([], [forced]), [undo]);
    expect(later.map((n) => [n.seq, n.undone])).toEqual([[2, true]]);
    expect(fold(later, [undo])).toBe(later);
  });
  it("forgets the oldest", () => {
    const many = Array.from({ length: 300 }, (_, i) => row(i + 1, { result: "denied" }));
    const got = fold([], many);
    expect([got.length, got[0]?.seq, got.at(-1)?.seq]).toEqual([200, 300, 101]);
  });
});

it.each([
  ["scan", '{"seq":7,"kind":"scan"}', 7],
  ["occupancy", '{"seq":7}', undefined],
  ["scan", "{", undefined],
  ["scan", "null", undefined],
])("a %s message %s is row %s", (event, data, seq) => {
  expect(rowOf({ event, data, id: "7" })?.seq).toBe(seq);
});
