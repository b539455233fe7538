// The phone between a gate and the server: asks while the server answers,
// decides by itself while it doesn't, and brings both together again.
import type { Answer } from "../server/client";
import type { ScannerAnswer } from "../server/scanner";
import type { Me, ScanAnswer } from "../server/shapes";
import { decide, request, type Scan, type Verdict } from "./gate";
import { insideOf, type Known, learn, type Move, presence } from "./known";
import { type Decision, judge, moved } from "./rules";
import type { Server } from "./server";
import { ServerClock } from "./serverclock";
import type { Conflict, Shelf } from "./shelf";
import { isSigned, prepare, type Verify } from "./signature";
import { isBadgeId, parse } from "./token";
import { alone, upload } from "./upload";

/** How long a queue of people waits for the server before the phone decides. */
const PATIENCE_MS = 1500;
/** A typed number, which the phone can't decide by itself, may take longer. */
const NUMBER_MS = 6000;
const EVERY_MS = 5000;
/** While the server doesn't answer, or an upload was cut. */
const RETRY_MS = 2000;
/** How often what is known is kept for a restart; the server tells what has changed since. */
const KEEP_MS = 20_000;

/** After these it is worth asking at once. */
const signs = ["online", "offline", "pageshow", "focus"] as const;

export interface View {
  readonly online: boolean;
  readonly known: Known | undefined;
  /** Verdicts on their way to the server. */
  readonly waiting: number;
  readonly conflicts: readonly Conflict[];
  /** How many are inside, by venue. */
  readonly inside: Readonly<Record<string, number>>;
  /** False once something was kept in this page's memory alone. */
  readonly lasting: boolean;
}

/** What is found again after a restart, and by whom. */
interface Kept {
  readonly operator: string;
  readonly known: Known;
}

interface Options {
  readonly event: string;
  readonly me: Pick<Me, "id" | "role">;
  readonly shelf: Shelf;
  readonly server: Server;
  readonly onChange: (view: View) => void;
  /** The operator's right has ended, and the phone has forgotten what went with it. */
  readonly onSignedOut: () => void;
  readonly now?: () => number;
  readonly verify?: Verify;
}

export class Phone {
  #view: View = { online: true, known: undefined, waiting: 0, conflicts: [], inside: {}, lasting: true };
  #keptAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #stopped = false;
  /** The last upload didn't come through. */
  #cut = false;
  readonly #clock: ServerClock;

  constructor(private readonly with_: Options) {
    this.#clock = new ServerClock(with_.now ?? Date.now);
  }

  get view(): View {
    return this.#view;
  }

  /**
   * Reads what was kept, and goes on asking what is new until stopped. Waits for
   * the server only where nothing was kept, and never for what is to be sent.
   */
  async open(): Promise<void> {
    const { shelf, event, me } = this.with_;
    this.#clock.ahead = (await shelf.kept<number>("clock").catch(() => undefined)) ?? 0;
    const kept = await shelf.kept<Kept>("known").catch(() => undefined);
    // Another operator has other gates, and another tab may have kept theirs.
    if (kept?.operator === me.id && kept.known.event === event) this.#change({ known: kept.known });
    await this.refresh();
    const heard = this.#view.known ? undefined : await this.#hear().catch(() => false);
    if (this.#stopped) return;
    for (const sign of signs) globalThis.addEventListener?.(sign, this.#nudge);
    this.#run(async () => {
      if (heard ?? (await this.#hear())) await this.#send();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const sign of signs) globalThis.removeEventListener?.(sign, this.#nudge);
  }

  readonly #nudge = () => {
    this.sync();
  };

  #change(view: Partial<View>): void {
    if (this.#stopped) return;
    this.#view = { ...this.#view, ...view };
    this.with_.onChange(this.#view);
  }

  /** Counts again what waits and who is inside. */
  async refresh(): Promise<void> {
    const { shelf, event } = this.with_;
    const [waiting, conflicts, moves] = await Promise.all([
      shelf.count(event),
      shelf.conflicts(event),
      shelf.moves(event),
    ]);
    const { known } = this.#view;
    const inside = known
      ? Object.fromEntries(known.venues.map((v) => [v.id, insideOf(known, moves, v.id)]))
      : this.#view.inside;
    this.#change({ waiting, conflicts, inside });
  }

  /** Asks what is new, then brings up what waits. Ends when it has, or hasn't. */
  sync(): Promise<void> {
    return this.#run(async () => {
      if (await this.#hear()) await this.#send();
    });
  }

  /** One at a time, and then again after a while. */
  #run(work: () => Promise<void>): Promise<void> {
    // What the shelf holds is still there for the next time, should it fail us.
    this.#syncing ??= work()
      .catch(() => {})
      .finally(() => {
        this.#syncing = undefined;
        clearTimeout(this.#timer);
        if (!this.#stopped)
          this.#timer = setTimeout(() => this.sync(), this.#view.online && !this.#cut ? EVERY_MS : RETRY_MS);
      });
    return this.#syncing;
  }

  /** Asks what is new; whether the server answered this operator. */
  async #hear(): Promise<boolean> {
    const { shelf, event, server, me } = this.with_;
    const asked = this.#clock.ours();
    // The desk is never told who is inside: it decides nothing offline.
    const answer = me.role === "desk" ? await server.ping() : await server.scanner(this.#view.known?.seq);
    if (answer.kind === "signed_out") {
      await this.#signedOut();
      return false;
    }
    if (answer.kind === "unavailable") {
      this.#change({ online: false });
      await this.refresh(); // another tab may have decided something
      return false;
    }
    if (answer.kind === "refused" || me.role === "desk") {
      this.#change({ online: true });
      await this.refresh();
      return true;
    }
    const told = answer.value as ScannerAnswer;
    this.#clock.set(told.server_time, asked);
    const known = learn(this.#view.known, told);
    this.#change({ online: true, known });
    prepare().catch(() => {}); // while there is a network to load it by
    if (known) {
      await shelf.prune(event, known.seq);
      if (told.full || this.#clock.ours() - this.#keptAt > KEEP_MS) await this.#keep(known);
    }
    await this.refresh();
    return true;
  }

  /** Brings up what waits. */
  async #send(): Promise<void> {
    const { shelf, event, server } = this.with_;
    if (this.#view.waiting === 0) return;
    const ended = await alone(`lanyard-upload-${event}`, () =>
      upload(shelf, event, server.batch, () => this.refresh()),
    );
    if (ended === "signed_out") return this.#signedOut();
    this.#cut = ended === "cut";
    await this.refresh();
  }

  async #keep(known: Known): Promise<void> {
    this.#keptAt = this.#clock.ours();
    await this.with_.shelf.keep("known", { operator: this.with_.me.id, known } satisfies Kept);
    await this.with_.shelf.keep("clock", this.#clock.ahead);
  }

  async #signedOut(): Promise<void> {
    if (this.#stopped) return;
    await this.with_.shelf.wipe().catch(() => {});
    this.stop();
    this.with_.onSignedOut();
  }

  /** Decides one scan; it never fails and never takes much longer than our patience. */
  async decide(scan: Scan): Promise<Verdict> {
    const verdict = await decide(scan, {
      ask: async (one) => {
        // Once the server has kept one person waiting, nobody waits until it
        // has answered again: sync asks it all the time.
        if (!this.#view.online && this.#view.known) return { kind: "unavailable", retryAfterMs: undefined };
        const asked = this.#clock.ours();
        const { server } = this.with_;
        const answer = isBadgeId(one.token)
          ? await server.number({ ...request(one), token: one.token }, NUMBER_MS)
          : await server.scan(request(one), PATIENCE_MS);
        if (answer.kind === "unavailable") {
          this.#change({ online: false });
          this.sync();
        } else if (answer.kind === "ok") {
          this.#change({ online: true });
          if (!answer.value.replayed) this.#clock.set(answer.value.at, asked);
        }
        return answer;
      },
      judge: (s) => this.#judge(s),
      queue: (s, d) => this.#queue(s, d),
      heard: async (s, answer) => {
        if (answer.venue)
          this.#change({ inside: { ...this.#view.inside, [answer.venue.id]: answer.venue.inside } });
        this.#note(s, answer).catch(() => {}); // the verdict doesn't wait for the disk
      },
    });
    // The verdict is shown first: the page says by itself that it is over.
    if (verdict.kind === "signed_out") await this.with_.shelf.wipe().catch(() => {});
    const venue = this.#view.known?.venues.find((v) => v.id === scan.gate.venue);
    if (verdict.kind !== "queued" || !venue) return verdict;
    return { ...verdict, count: { inside: this.#view.inside[venue.id] ?? 0, capacity: venue.capacity } };
  }

  async #judge(scan: Scan): Promise<Decision | undefined> {
    const { known } = this.#view;
    const claims = parse(scan.token);
    if (!claims) return { result: "denied", reason: "invalid_token" };
    if (!known) return undefined;
    let signed: boolean | undefined;
    let own: Move | undefined;
    try {
      signed = await isSigned(claims, known.keys, this.with_.verify);
      own = await this.with_.shelf.move({
        event: known.event,
        venue: scan.gate.venue,
        badge: claims.badge,
      });
    } catch {
      return undefined;
    }
    return judge({
      known,
      claims,
      signed,
      gate: scan.gate,
      direction: scan.direction,
      now: this.#clock.time(),
      own,
      inside: this.#view.inside[scan.gate.venue] ?? 0,
      override: scan.override !== undefined,
    });
  }

  async #moves(scan: Scan, decision: Decision, at: number, seq?: number): Promise<Move[]> {
    const { known } = this.#view;
    const { badge } = decision;
    if (!known || !badge) return [];
    const event = known.event;
    const group = known.venues.find((v) => v.id === scan.gate.venue)?.exclusive;
    const own = new Map<string, Move>();
    for (const { id: venue, exclusive } of known.venues) {
      if (venue !== scan.gate.venue && !(group && exclusive === group)) continue;
      const seen = await this.with_.shelf.move({ event, venue, badge });
      if (seen) own.set(venue, seen);
    }
    const step = { scan_id: scan.id, gate: scan.gate, at, ...(seq === undefined ? {} : { seq }) };
    return moved(known, decision, step, (venue) => own.get(venue));
  }

  /** The numbers on the screen with one more verdict; refresh counts all of them again. */
  #tally(moves: readonly Move[]): void {
    const { known, waiting } = this.#view;
    if (!known) return;
    const inside = { ...this.#view.inside };
    for (const m of moves) {
      const was = presence(known, m.before, m.venue, m.badge).inside;
      if (was !== m.inside) inside[m.venue] = Math.max(0, (inside[m.venue] ?? 0) + (was ? -1 : 1));
    }
    this.#change({ waiting: waiting + 1, inside });
  }

  async #queue(scan: Scan, decision: Decision): Promise<boolean> {
    const { shelf, event } = this.with_;
    const at = this.#clock.time();
    // What isn't a badge at all is refused and forgotten: nothing to settle.
    if (!parse(scan.token)) return true;
    const moves = await this.#moves(scan, decision, at).catch(() => []);
    const lasting = await shelf.put(
      {
        scan_id: scan.id,
        event,
        token: scan.token,
        gate: scan.gate.id,
        direction: scan.direction,
        scanned_at: new Date(at).toISOString(),
        verdict: decision.result,
        ...(decision.forced && scan.override ? { override: { reason: scan.override } } : {}),
      },
      moves,
    );
    if (!lasting) this.#change({ lasting });
    this.#tally(moves);
    return lasting;
  }

  async #note(scan: Scan, a: ScanAnswer): Promise<void> {
    if (a.result === "denied" || !a.badge || a.seq === undefined) return;
    const decision: Decision = { result: a.result, badge: a.badge.id };
    await this.with_.shelf.note(await this.#moves(scan, decision, Date.parse(a.at), a.seq));
  }

  /** Takes a scan back, here or at the server. */
  async undo(scanId: string): Promise<Answer<unknown>> {
    const { shelf, server } = this.with_;
    if (await shelf.retract(scanId).catch(() => false)) {
      await this.refresh().catch(() => {});
      this.sync();
      return { kind: "ok", value: undefined };
    }
    const answer = await server.undo(scanId);
    if (answer.kind === "signed_out") await this.#signedOut();
    if (answer.kind === "ok") {
      await shelf.unmove(scanId).catch(() => {});
      await this.sync();
    }
    return answer;
  }

  async dismiss(scanId: string): Promise<void> {
    await this.with_.shelf.dismiss(scanId);
    await this.refresh();
  }
}
