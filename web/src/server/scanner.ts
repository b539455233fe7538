// What a gate's phone exchanges with the server beyond a single scan.
import type { Category, EventInfo, Gate, Venue } from "./shapes";

/** In a batch's answer, for a scan that has none. */
export interface FailedScan {
  readonly scan_id?: string;
  readonly error: { readonly status: number; readonly code: string; readonly detail?: string };
}

type Stays = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a phone needs to decide by itself: all of it, or what has changed. */
export interface ScannerAnswer {
  readonly full: boolean;
  readonly seq: number;
  readonly server_time: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly ended: readonly string[];
  readonly event?: EventInfo & { readonly timezone: string };
  readonly venues?: readonly Venue[];
  readonly gates?: readonly Gate[];
  readonly categories?: readonly Category[];
  readonly jwks?: { readonly keys: readonly { readonly kid: string; readonly x: string }[] };
  /** By venue and badge, when they came in. */
  readonly inside?: Stays;
  readonly spent?: Stays;
  readonly moves?: readonly {
    readonly venue: string;
    readonly badge: string;
    readonly inside: boolean;
    readonly entered_at: string | null;
  }[];
}
