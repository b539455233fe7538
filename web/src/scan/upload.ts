// Brings waiting scans to the server: in the order they were made, in batches,
// each taken off the queue only once the server has answered it.
import type { Answer } from "../server/client";
import type { FailedScan } from "../server/scanner";
import type { Items, ScanAnswer, ScanRequest } from "../server/shapes";
import type { Conflict, Place, Queued, Settled, Shelf } from "./shelf";

export const BATCH = 200;

export type PostBatch = (scans: readonly ScanRequest[]) => Promise<Answer<Items<ScanAnswer | FailedScan>>>;

/** How an upload ended: cut off on its way, or with what only another operator may send left over. */
export type Uploaded = "all" | "cut" | "left" | "signed_out";

/**
 * Uploads what waits. A scan that this operator may not send (403, 404) stays
 * for another one; one that the server will never take leaves the queue as a
 * conflict, so that it is seen and doesn't hold up the others. onBatch is called
 * after each batch that was answered.
 */
export async function upload(
  shelf: Shelf,
  event: string,
  post: PostBatch,
  onBatch: () => Promise<void> = async () => {},
): Promise<Uploaded> {
  let after: Place | undefined;
  let size = BATCH;
  let left = false;
  for (;;) {
    const scans = await shelf.waiting(event, after, size);
    const last = scans.at(-1);
    if (!last) return left ? "left" : "all";
    const answer = await post(scans.map(request));
    if (answer.kind === "signed_out") return "signed_out";
    if (answer.kind === "unavailable") return "cut";
    if (answer.kind === "refused") {
      if (answer.status === 403 || answer.status === 404) return "left";
      if (size > 1) {
        size = 1; // one of them may be the reason: each by itself
        continue;
      }
      await shelf.done([{ scan: last, conflict: conflict(last, answer.code || String(answer.status)) }]);
      after = last.place;
      continue;
    }
    const { settled, end } = settle(scans, answer.value.items);
    await shelf.done(settled);
    await onBatch();
    if (end === "signed_out" || end === "cut") return end;
    left ||= end === "left";
    after = last.place;
  }
}

/** What became of each scan of a batch, up to the first that isn't answered yet. */
function settle(
  scans: readonly Queued[],
  items: readonly (ScanAnswer | FailedScan)[],
): { settled: readonly Settled[]; end: Uploaded } {
  const settled: Settled[] = [];
  let end: "all" | "left" = "all";
  for (const [i, scan] of scans.entries()) {
    const item = items[i];
    if (!item) return { settled, end: "cut" };
    if ("error" in item) {
      const { status, code } = item.error;
      if (status === 401) return { settled, end: "signed_out" };
      if (status >= 500 || status === 429) return { settled, end: "cut" };
      if (status === 403 || status === 404) end = "left";
      else settled.push({ scan, conflict: conflict(scan, code) });
    } else {
      // A verdict that isn't what was shown is a conflict as well.
      const why = item.conflict ?? (item.result === scan.verdict ? undefined : (item.reason ?? "other"));
      settled.push({ scan, seq: item.seq, conflict: why ? conflict(scan, why, item.badge?.id) : undefined });
    }
  }
  return { settled, end };
}

function request(scan: Queued): ScanRequest {
  const { scan_id, token, gate, direction, scanned_at, verdict, override } = scan;
  return {
    scan_id,
    token,
    gate,
    direction,
    scanned_at,
    offline: true,
    verdict,
    ...(override ? { override } : {}),
  };
}

function conflict(scan: Queued, reason: string, badge?: string): Conflict {
  const { scan_id, event, gate, scanned_at, verdict } = scan;
  return { scan_id, event, gate, scanned_at, verdict, reason, ...(badge ? { badge } : {}) };
}

/**
 * Does the work in one tab of this browser at a time; undefined when another tab
 * is at it. Without Web Locks it is done all the same: the server answers a
 * scan id that it knows with the same verdict.
 */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  if (!navigator.locks) return work();
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => (lock ? work() : undefined));
}
