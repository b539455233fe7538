import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Verdict } from "./gate";
import { Lane, type LaneState } from "./lane";

const scan = {
  id: "s",
  token: "a",
  gate: { id: "g", venue: "v", name: "G", direction: "in" },
  direction: "in",
} as const;
const yes: Verdict = { kind: "decided", scan, result: "admitted" };
const no: Verdict = { kind: "decided", scan, result: "denied", reason: "revoked" };
const none: Verdict = { kind: "failed", scan, why: "unknown", code: "", detail: "" };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A lane that decides as told, in the order of the codes it was asked about. */
function lane(
  answer: (code: string) => Verdict | Promise<Verdict> = () => yes,
  atField: (verdict: Verdict) => boolean = () => false,
) {
  const asked: string[] = [];
  const states: LaneState[] = [];
  const l = new Lane({
    decide: async (code) => {
      asked.push(code);
      return answer(code);
    },
    onState: (s) => states.push(s),
    atField,
  });
  return { l, asked, states, word: () => l.state.at };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("Lane", () => {
  it("shows a verdict for about a second and is ready again", async () => {
    const { l, states } = lane();
    l.read(" a\n", "camera");
    await pass(0);
    expect(states.map((s) => s.at)).toEqual(["deciding", "verdict"]);
    await pass(1199);
    expect(l.state.at).toBe("verdict");
    await pass(1);
    expect(l.state.at).toBe("ready");
  });

  it("ignores the same code for four seconds, and no other", async () => {
    const { l, asked } = lane();
    l.read("a", "camera");
    await pass(1500);
    l.read("a", "camera");
    l.read("b", "camera");
    await pass(2499);
    l.read("a", "camera");
    expect(asked).toEqual(["a", "b"]);
    await pass(1);
    l.read("a", "camera");
    await pass(0);
    expect(asked).toEqual(["a", "b", "a"]);
  });

  it("says so when a hand shows the same code again", async () => {
    const { l } = lane();
    l.read("a", "hand");
    await pass(1500);
    l.read("a", "hand");
    expect(l.state).toEqual({ at: "ready", same: true });
  });

  it("asks again when the same is written into the field again", async () => {
    const { l, asked } = lane();
    l.read("a", "field");
    await pass(1500);
    l.read("a", "field");
    await pass(0);
    expect(asked).toEqual(["a", "a"]);
    expect(l.state.at).toBe("verdict");
  });

  it("lets the next badge push a verdict away, but not at once", async () => {
    const { l, asked } = lane(() => no);
    l.read("a", "camera");
    await pass(699);
    l.read("b", "camera");
    expect(asked).toEqual(["a"]);
    await pass(1);
    l.read("b", "camera");
    await pass(0);
    expect(asked).toEqual(["a", "b"]);
    // The first one's time is over, the second one's isn't.
    await pass(2900);
    expect(l.state.at).toBe("verdict");
    await pass(100);
    expect(l.state.at).toBe("ready");
  });

  it("keeps a verdict that was tapped until the next one is asked for", async () => {
    const { l, asked } = lane();
    l.read("a", "camera");
    await pass(100);
    l.hold();
    await pass(60_000);
    l.read("b", "camera");
    expect(l.state).toMatchObject({ at: "verdict", held: true });
    expect(asked).toEqual(["a"]);
    l.next();
    expect(l.state.at).toBe("ready");
  });

  it("never takes a missing verdict away by itself, and may ask again at once", async () => {
    const { l, asked } = lane(() => none);
    l.read("a", "camera");
    await pass(60_000);
    l.read("b", "camera");
    expect(l.state).toMatchObject({ at: "verdict", verdict: none });
    l.next();
    l.read("a", "hand");
    await pass(0);
    expect(asked).toEqual(["a", "a"]);
  });

  it("decides one after the other what a reader types ahead", async () => {
    const { l, asked } = lane(
      (code) => new Promise((done) => setTimeout(done, 100, code === "b" ? no : yes)),
    );
    for (const code of ["a", "b", "b", "c"]) l.read(code, "hand");
    await pass(5000);
    expect(asked).toEqual(["a", "b", "c"]);
    expect(l.state.at).toBe("ready");
  });

  it("passes over what the camera sees while something else is on the screen", async () => {
    const { l, asked } = lane();
    l.pause(true);
    l.read("a", "camera");
    l.read("b", "hand");
    await pass(0);
    expect(asked).toEqual(["b"]);
  });

  it("reads a badge again whose scan was taken back", async () => {
    const { l, asked } = lane();
    l.read("a", "camera");
    await pass(1300);
    l.forget("a");
    l.read("a", "camera");
    await pass(0);
    expect(asked).toEqual(["a", "a"]);
  });

  it("leaves to the field what only the field has to tell, and goes on", async () => {
    const { l, asked, states } = lane(
      (code) => new Promise((done) => setTimeout(done, 100, code === "b" ? yes : none)),
      (v) => v === none,
    );
    l.read("a", "field");
    l.read("b", "field");
    await pass(200);
    expect(asked).toEqual(["a", "b"]);
    expect(states.map((s) => s.at)).toEqual(["deciding", "deciding", "verdict"]);
    await pass(1200);
    l.read("a", "field");
    await pass(100);
    expect(l.state).toEqual({ at: "ready", same: false });
    l.read("a", "hand");
    await pass(100);
    expect(l.state).toMatchObject({ at: "verdict", verdict: none });
  });
});
