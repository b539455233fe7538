// The lane before a gate: a code comes in, one verdict goes out, then the next
// one may come. It knows nothing of cameras and screens.
import type { Verdict } from "./gate";

export type LaneState =
  | { readonly at: "ready"; readonly same: boolean }
  | { readonly at: "deciding" }
  | { readonly at: "verdict"; readonly verdict: Verdict; readonly held: boolean };

/** A camera sees the same badge many times a second; a hand shows it once; the field is written on purpose. */
export type From = "camera" | "hand" | "field";

/** For how long the same code is ignored, in ms. */
const SAME_MS = 4000;
/** For how long a verdict can't be pushed away by the next code, in ms. */
const LEAST_MS = 700;
/** Codes that a handheld reader may be ahead of the verdicts. */
const AHEAD = 8;

/** How long a verdict stays by itself, in ms: a no has more to read, and no answer waits for a hand. */
export function stays(v: Verdict): number {
  if (v.kind === "failed" || v.kind === "signed_out") return Number.POSITIVE_INFINITY;
  if (v.scan.look) return 6000;
  if (v.result === "denied") return 3000;
  return v.kind === "queued" ? 1500 : 1200;
}

interface Options {
  /** Must not reject: whatever happens is a verdict. */
  readonly decide: (code: string) => Promise<Verdict>;
  readonly onState: (state: LaneState) => void;
  /** Whether the page tells this one at the field, where it was written, and not over everything. */
  readonly atField?: (verdict: Verdict) => boolean;
  readonly now?: () => number;
}

export class Lane {
  #state: LaneState = { at: "ready", same: false };
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #seen = new Map<string, number>();
  readonly #ahead: { readonly code: string; readonly from: From }[] = [];
  #paused = false;
  readonly #now: () => number;

  constructor(private readonly with_: Options) {
    this.#now = with_.now ?? Date.now;
  }

  get state(): LaneState {
    return this.#state;
  }

  /** While something else is on the screen, what the camera sees is passed over. */
  pause(paused: boolean): void {
    this.#paused = paused;
  }

  read(text: string, from: From): void {
    const code = text.trim();
    if (!code) return;
    const now = this.#now();
    const s = this.#state;
    if (from === "camera") {
      if (this.#paused || s.at === "deciding") return;
      if (s.at === "verdict" && (s.held || now - this.#since < LEAST_MS || stays(s.verdict) === Infinity))
        return;
      if (this.#isSame(code, now)) return;
    } else {
      if (s.at === "deciding") {
        if (this.#ahead.length < AHEAD && !this.#ahead.some((a) => a.code === code))
          this.#ahead.push({ code, from });
        return;
      }
      if (from === "hand" && this.#isSame(code, now)) {
        if (s.at === "ready") this.#set({ at: "ready", same: true });
        return;
      }
    }
    this.#decide(code, from);
  }

  #isSame(code: string, now: number): boolean {
    for (const [other, at] of this.#seen) if (now - at >= SAME_MS) this.#seen.delete(other);
    return this.#seen.has(code);
  }

  /** Decides a code again, or one that needn't be new. */
  again(code: string): void {
    if (this.#state.at !== "deciding") this.#decide(code, "hand");
  }

  async #decide(code: string, from: From): Promise<void> {
    this.#seen.set(code, this.#now());
    this.#set({ at: "deciding" });
    const verdict = await this.with_.decide(code);
    if (verdict.kind === "failed") this.#seen.delete(code);
    if (from === "field" && this.with_.atField?.(verdict)) return this.#goOn();
    this.#since = this.#now();
    this.#set({ at: "verdict", verdict, held: false });
    const next = this.#ahead.length > 0;
    const ms = next ? LEAST_MS : stays(verdict);
    if (ms !== Infinity) this.#timer = setTimeout(() => this.next(), ms);
  }

  /** A tap keeps the verdict until the next one. */
  hold(): void {
    if (this.#state.at !== "verdict" || this.#state.held) return;
    clearTimeout(this.#timer);
    this.#set({ ...this.#state, held: true });
  }

  /** The verdict has been seen. */
  next(): void {
    if (this.#state.at !== "deciding") this.#goOn();
  }

  #goOn(): void {
    const ahead = this.#ahead.shift();
    if (ahead && !this.#isSame(ahead.code, this.#now())) this.#decide(ahead.code, ahead.from);
    else this.#set({ at: "ready", same: ahead !== undefined });
  }

  /** That badge may be read again at once. */
  forget(code: string): void {
    this.#seen.delete(code);
  }

  /** Nothing comes of what is still going on. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#ahead.length = 0;
  }

  #set(state: LaneState): void {
    clearTimeout(this.#timer);
    this.#state = state;
    this.with_.onState(state);
  }
}
