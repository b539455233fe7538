// What the phone keeps, and what it promises of it: a scan that the server
// hasn't confirmed is never dropped, and nothing is kept that says who a
// badge belongs to.
import type { Direction, Result } from "../server/shapes";
import type { Move } from "./known";

/** A verdict that the phone gave and the server hasn't confirmed. */
export interface Waiting {
  readonly scan_id: string;
  readonly event: string;
  readonly token: string;
  readonly gate: string;
  readonly direction: Direction;
  /** RFC 3339 in UTC, by the server's clock as far as the phone knows it. */
  readonly scanned_at: string;
  readonly verdict: Result;
  readonly override?: { readonly reason: string };
}

/** A scan that the server took otherwise than the phone had shown it. */
export interface Conflict {
  readonly scan_id: string;
  readonly event: string;
  readonly gate: string;
  readonly scanned_at: string;
  readonly verdict: Result;
  /** Why the rules would have refused, or the code with which the server did. */
  readonly reason: string;
  readonly badge?: string;
}

/** A place in the order of the queue; only the shelf knows what it is made of. */
export type Place = readonly [layer: number, n: number];
export type Queued = Waiting & { readonly place: Place };

/** What became of a waiting scan at the server. */
export interface Settled {
  readonly scan: Queued;
  /** Its place in the journal, if it has one. */
  readonly seq?: number | undefined;
  readonly conflict?: Conflict | undefined;
}

export interface Shelf {
  /**
   * Keeps a verdict and what it moved, both or neither, before it is shown.
   * False: there is no room and only this page remembers it.
   */
  put(scan: Waiting, moves: readonly Move[]): Promise<boolean>;
  /** Waiting scans of the event in the order they were made, after a place. */
  waiting(event: string, after: Place | undefined, limit: number): Promise<Queued[]>;
  count(event: string): Promise<number>;
  /** Takes scans off the queue, all at once, but for those whose verdict has been changed since. */
  done(settled: readonly Settled[]): Promise<void>;
  /**
   * Takes back a verdict that still waits: it is uploaded as denied, since the
   * server may have heard of it. False when it doesn't wait any more.
   */
  retract(scanId: string): Promise<boolean>;

  moves(event: string): Promise<Move[]>;
  /** The one of a badge at a venue; as quick with thousands of them. */
  move(of: Pick<Move, "event" | "venue" | "badge">): Promise<Move | undefined>;
  /** Notes moves that the server has confirmed already. */
  note(moves: readonly Move[]): Promise<void>;
  /** Forgets the moves of a scan, and remembers what they were before. */
  unmove(scanId: string): Promise<void>;
  /** Forgets what the server's own picture, as of seq, contains. */
  prune(event: string, seq: number): Promise<void>;

  conflicts(event: string): Promise<Conflict[]>;
  dismiss(scanId: string): Promise<void>;

  keep(name: "me" | "clock" | "known", value: unknown): Promise<void>;
  kept<T>(name: "me" | "clock" | "known"): Promise<T | undefined>;
  /**
   * The operator's right has ended: all goes but the queue, which somebody
   * entitled uploads later, and its conflicts.
   */
  wipe(): Promise<void>;
}

export const moveKey = (m: { event: string; venue: string; badge: string }): string =>
  [m.event, m.venue, m.badge].join("/");

/** Keeps in this page's memory alone: where there is no room, and in tests. */
export class MemoryShelf implements Shelf {
  #n = 0;
  readonly #queue = new Map<string, Queued>();
  readonly #moves = new Map<string, Move>();
  readonly #conflicts = new Map<string, Conflict>();
  readonly #kept = new Map<string, unknown>();

  constructor(private readonly layer = 1) {}

  async put(scan: Waiting, moves: readonly Move[]): Promise<boolean> {
    this.#n++;
    this.#queue.set(scan.scan_id, { ...scan, place: [this.layer, this.#n] });
    await this.note(moves);
    return false;
  }

  async waiting(event: string, after: Place | undefined, limit: number): Promise<Queued[]> {
    const from = after && after[0] >= this.layer ? after[1] : 0;
    return [...this.#queue.values()].filter((q) => q.event === event && q.place[1] > from).slice(0, limit);
  }

  async count(event: string): Promise<number> {
    return (await this.waiting(event, undefined, Number.POSITIVE_INFINITY)).length;
  }

  async done(settled: readonly Settled[]): Promise<void> {
    const seqs = new Map<string, number | undefined>();
    for (const { scan, seq, conflict } of settled) {
      if (this.#queue.get(scan.scan_id)?.verdict !== scan.verdict) continue;
      this.#queue.delete(scan.scan_id);
      if (conflict) this.#conflicts.set(conflict.scan_id, conflict);
      seqs.set(scan.scan_id, seq);
    }
    for (const [key, m] of this.#moves) {
      if (!seqs.has(m.scan_id)) continue;
      const seq = seqs.get(m.scan_id);
      if (seq === undefined) this.#moves.delete(key);
      else this.#moves.set(key, { ...m, seq });
    }
  }

  async retract(scanId: string): Promise<boolean> {
    const found = this.#queue.get(scanId);
    if (!found) return false;
    this.#queue.set(scanId, denied(found));
    await this.unmove(scanId);
    return true;
  }

  async moves(event: string): Promise<Move[]> {
    return [...this.#moves.values()].filter((m) => m.event === event);
  }

  async move(of: Pick<Move, "event" | "venue" | "badge">): Promise<Move | undefined> {
    return this.#moves.get(moveKey(of));
  }

  async note(moves: readonly Move[]): Promise<void> {
    for (const m of moves) this.#moves.set(moveKey(m), m);
  }

  async unmove(scanId: string): Promise<void> {
    for (const [key, m] of this.#moves) {
      if (m.scan_id !== scanId) continue;
      if (m.before) this.#moves.set(key, m.before);
      else this.#moves.delete(key);
    }
  }

  async prune(event: string, seq: number): Promise<void> {
    for (const [key, m] of this.#moves)
      if (m.event === event && m.seq !== undefined && m.seq <= seq) this.#moves.delete(key);
  }

  async conflicts(event: string): Promise<Conflict[]> {
    return [...this.#conflicts.values()].filter((c) => c.event === event);
  }

  async dismiss(scanId: string): Promise<void> {
    this.#conflicts.delete(scanId);
  }

  async keep(name: string, value: unknown): Promise<void> {
    this.#kept.set(name, value);
  }

  async kept<T>(name: string): Promise<T | undefined> {
    return this.#kept.get(name) as T | undefined;
  }

  async wipe(): Promise<void> {
    this.#kept.clear();
    this.#moves.clear();
  }
}

/** The scan as taken back. */
export function denied<T extends Waiting>(scan: T): T {
  const { override: _, ...rest } = scan;
  return { ...rest, verdict: "denied" } as T;
}
