// One scan at a gate, apart from the page. Whatever happens, it ends in a
// verdict that the page shows: silence would be read as a yes.
import type { Answer } from "../server/client";
import type { Direction, Gate, Result, ScanAnswer, ScanRequest } from "../server/shapes";
import type { Decision } from "./rules";
import { isBadgeId } from "./token";

/** What a verdict shows, whoever gave it. */
export interface Shown {
  readonly scan: Scan;
  readonly result: Result;
  readonly reason?: string;
  readonly note?: string;
  readonly forced?: boolean;
  readonly replayed?: boolean;
  readonly person?: { readonly name: string; readonly name_latin?: string; readonly organization?: string };
  readonly category?: string;
  readonly count?: { readonly inside: number; readonly capacity: number };
  readonly earlier?: { readonly at: string | number; readonly gate?: string } | null;
}

export type Verdict =
  /** The server's own. */
  | ({ readonly kind: "decided" } & Shown)
  /** The phone's, on record here until the server has it; lasting: on disk, not in this page alone. */
  | ({ readonly kind: "queued"; readonly lasting: boolean } & Shown)
  /** None: the person doesn't pass on this. */
  | {
      readonly kind: "failed";
      readonly scan: Scan;
      /** refused by the server with a code; unknown to the phone; a number, which only the server knows. */
      readonly why: "refused" | "unknown" | "number";
      readonly code: string;
      readonly detail: string;
    }
  | { readonly kind: "signed_out"; readonly scan: Scan };

/** Whether the number itself has to be corrected: nobody has it. */
export const isUnknownNumber = (v: Verdict): boolean => v.kind === "failed" && v.code === "no_such_badge";

/** What is told where the number was written: it is to be written anew, or to wait for the network. */
export const onlyAtField = (v: Verdict): boolean =>
  isUnknownNumber(v) || (v.kind === "failed" && v.why === "number");

/** One reading of a code. */
export interface Scan {
  readonly id: string;
  /** What was read: a badge's token, its number that was typed, or anything else. */
  readonly token: string;
  readonly gate: Gate;
  readonly direction: Direction;
  readonly override?: string;
  /** Only asks what would happen: nothing is recorded anywhere. */
  readonly look?: boolean;
}

export interface Means {
  /** Asks the server; it may give up with "unavailable" whenever it likes. */
  readonly ask: (scan: Scan) => Promise<Answer<ScanAnswer>>;
  /** What this phone would say; undefined when it doesn't know enough. */
  readonly judge: (scan: Scan) => Promise<Decision | undefined>;
  /** Keeps the phone's verdict for the upload; false when only in memory. */
  readonly queue: (scan: Scan, decision: Decision) => Promise<boolean>;
  /** The server has answered: what that tells of the badge. */
  readonly heard: (scan: Scan, answer: ScanAnswer) => Promise<void>;
}

/**
 * Decides a scan: by the server when it answers in time, else by the phone
 * under the same scan id. What the server may have decided without our hearing
 * of it is settled by the upload, which tells what the phone has shown.
 */
export async function decide(scan: Scan, by: Means): Promise<Verdict> {
  const answer = await by.ask(scan);
  switch (answer.kind) {
    case "ok":
      if (!scan.look) await by.heard(scan, answer.value);
      return { kind: "decided", ...shown(scan, answer.value) };
    case "signed_out":
      return { kind: "signed_out", scan };
    case "refused":
      return { kind: "failed", scan, why: "refused", code: answer.code, detail: answer.detail };
    case "unavailable": {
      // A number has no signature that a phone could check.
      if (isBadgeId(scan.token)) return { kind: "failed", scan, why: "number", code: "", detail: "" };
      const own = await by.judge(scan);
      if (!own) return { kind: "failed", scan, why: "unknown", code: "", detail: "" };
      const lasting = scan.look ? true : await by.queue(scan, own);
      const { badge: _, ...rest } = own;
      return { kind: "queued", lasting, scan, ...rest };
    }
  }
}

export function request(scan: Scan): ScanRequest {
  return {
    scan_id: scan.id,
    token: sendable(scan.token),
    gate: scan.gate.id,
    direction: scan.direction,
    ...(scan.override ? { override: { reason: scan.override } } : {}),
    ...(scan.look ? { dry_run: true } : {}),
  };
}

/**
 * What isn't shaped like a token can't be a badge and stays on the phone: it
 * may be somebody's visiting card. The server is told that something else was
 * read, and counts the refusal.
 */
export const sendable = (token: string): string =>
  token.length <= 1024 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : "not-a-badge";

function shown(scan: Scan, a: ScanAnswer): Shown {
  const category = a.attendee?.category || a.badge?.category;
  return {
    scan,
    result: a.result,
    replayed: a.replayed,
    ...(a.reason ? { reason: a.reason } : {}),
    ...(a.note ? { note: a.note } : {}),
    ...(a.forced ? { forced: true } : {}),
    ...(a.attendee ? { person: a.attendee } : {}),
    ...(category ? { category } : {}),
    ...(a.venue ? { count: a.venue } : {}),
    ...(a.earlier ? { earlier: a.earlier } : {}),
  };
}

export function newScan(
  token: string,
  gate: Gate,
  direction: Direction,
  more: { readonly override?: string; readonly look?: boolean } = {},
): Scan {
  return { id: uuid(), token: token.trim(), gate, direction, ...more };
}

/** A random UUID (RFC 9562, version 4), also where the page isn't on HTTPS. */
export function uuid(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
