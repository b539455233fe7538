// One scan at a gate, apart from the page. Whatever happens, it ends in a
// verdict that the page shows: silence would be read as a yes.
import { type Answer, call, of } from "../server/client";
import type { Direction, ScanAnswer, ScanRequest } from "../server/shapes";

export type Verdict =
  | { readonly kind: "admitted" | "exited" | "denied"; readonly answer: ScanAnswer }
  | { readonly kind: "failed"; readonly detail: string; readonly request: ScanRequest }
  | { readonly kind: "signed_out" };

/** How a scan reaches the server; a test puts its own in place. */
export type Send = (event: string, request: ScanRequest) => Promise<Answer<ScanAnswer>>;

const post: Send = (event, request) => call("POST", of(event, "scans"), request, 5000);

/**
 * Sends the scan, and once more under the same id when no answer came: the
 * server answers a scan id that it knows with the same verdict, so a lost
 * answer never counts a person twice.
 */
export async function decide(event: string, request: ScanRequest, send: Send = post): Promise<Verdict> {
  let answer = await send(event, request);
  if (answer.kind === "unavailable") answer = await send(event, request);
  switch (answer.kind) {
    case "ok":
      return { kind: answer.value.result, answer: answer.value };
    case "signed_out":
      return { kind: "signed_out" };
    case "refused":
      return { kind: "failed", detail: answer.detail, request };
    case "unavailable":
      return { kind: "failed", detail: "", request };
  }
}

export function newScan(token: string, gate: string, direction: Direction): ScanRequest {
  return { scan_id: uuid(), token: token.trim(), gate, direction };
}

/** A random UUID (RFC 9562, version 4), also where the page isn't on HTTPS. */
export function uuid(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const undo = (event: string, scanId: string): Promise<Answer<unknown>> =>
  call("POST", of(event, "scans", scanId, "undo"), {});

/** Lets a code through only when it isn't the one just seen: a badge lingers. */
export class Recent {
  #last = "";
  #at = Number.NEGATIVE_INFINITY;

  constructor(private readonly forMs = 4000) {}

  isNew(token: string, now = Date.now()): boolean {
    const fresh = token !== this.#last || now - this.#at >= this.forMs;
    if (fresh) {
      this.#last = token;
      this.#at = now;
    }
    return fresh;
  }

  /** The last one came to nothing: it may be read again at once. */
  forget(): void {
    this.#last = "";
  }
}
