// What a phone asks the server, each with its own patience.
import { type Answer, BASE, call, of } from "../server/client";
import type { FailedScan, ScannerAnswer } from "../server/scanner";
import type { Items, ScanAnswer, ScanRequest } from "../server/shapes";

/** How the server is reached; a test puts its own in place. */
export interface Server {
  readonly scan: (request: ScanRequest, patienceMs: number) => Promise<Answer<ScanAnswer>>;
  /** A scan by the number that the request has in place of a token. */
  readonly number: (request: ScanRequest, patienceMs: number) => Promise<Answer<ScanAnswer>>;
  readonly batch: (scans: readonly ScanRequest[]) => Promise<Answer<Items<ScanAnswer | FailedScan>>>;
  readonly scanner: (since: number | undefined) => Promise<Answer<ScannerAnswer>>;
  readonly ping: () => Promise<Answer<unknown>>;
  readonly undo: (scanId: string) => Promise<Answer<unknown>>;
}

export const serverFor = (event: string): Server => ({
  scan: (request, patience) => call("POST", of(event, "scans"), request, patience),
  number: ({ token, ...request }, patience) =>
    call("POST", of(event, "badges", token, "scans"), request, patience),
  batch: (scans) => call("POST", of(event, "scans", "batch"), { scans }, 20_000),
  scanner: (since) =>
    since === undefined
      ? call("GET", of(event, "scanner"), undefined, 20_000)
      : call("GET", `${of(event, "scanner")}?since=${since}`, undefined, 4000),
  ping: () => call("GET", `${BASE}/me`, undefined, 4000),
  undo: (scanId) => call("POST", of(event, "scans", scanId, "undo"), {}),
});
