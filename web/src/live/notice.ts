// What security should hear of: refusals, overrides and conflicts.
import type { Message } from "../server/stream";

/** A row of the journal, as far as the board reads it. */
export interface Row {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly scan_id?: string;
  readonly venue?: string;
  readonly gate?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly conflict?: string;
  readonly forced?: boolean;
  readonly offline?: boolean;
  readonly why?: string;
}

export interface Notice {
  readonly seq: number;
  readonly kind: "denied" | "forced" | "conflict";
  readonly at: string;
  readonly scan: string;
  readonly venue: string;
  readonly gate: string;
  /** The rule it was about; missing where none was. */
  readonly reason: string | undefined;
  /** What the one who overrode wrote. */
  readonly why: string | undefined;
  readonly offline: boolean;
  /** Taken back since. */
  readonly undone: boolean;
}

/** As many as anybody reads. */
const KEPT = 200;

function notice(row: Row): Notice | undefined {
  if (row.kind !== "scan") return undefined;
  const kind = row.conflict
    ? "conflict"
    : row.forced
      ? "forced"
      : row.result === "denied"
        ? "denied"
        : undefined;
  if (!kind) return undefined;
  return {
    seq: row.seq,
    kind,
    at: row.at,
    scan: row.scan_id ?? "",
    venue: row.venue ?? "",
    gate: row.gate ?? "",
    reason: row.conflict ?? row.reason,
    why: row.why,
    offline: row.offline === true,
    undone: false,
  };
}

/** The notices after more rows, newest first; a row that comes twice counts once. */
export function fold(known: readonly Notice[], rows: readonly Row[]): readonly Notice[] {
  const all = new Map(known.map((n) => [n.seq, n]));
  let changed = false;
  for (const row of [...rows].sort((a, b) => a.seq - b.seq)) {
    const fresh = notice(row);
    if (fresh && !all.has(fresh.seq)) {
      all.set(fresh.seq, fresh);
      changed = true;
    }
    if (row.kind !== "undo" || !row.scan_id) continue;
    for (const n of all.values()) {
      if (n.scan !== row.scan_id || n.undone) continue;
      all.set(n.seq, { ...n, undone: true });
      changed = true;
    }
  }
  return changed ? [...all.values()].sort((a, b) => b.seq - a.seq).slice(0, KEPT) : known;
}

/** The row that a message of the live feed carries, if it is one. */
export function rowOf(message: Message): Row | undefined {
  if (message.event !== "scan") return undefined;
  try {
    const row: unknown = JSON.parse(message.data);
    const is = typeof row === "object" && row !== null && "seq" in row && typeof row.seq === "number";
    return is ? (row as Row) : undefined;
  } catch {
    return undefined;
  }
}
