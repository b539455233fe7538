// What the API's answers look like, as far as the pages read them.
import type { Text } from "../say/say";

export type Role = "organizer" | "desk" | "supervisor" | "gate" | "security";
export type Direction = "in" | "out";

export interface Items<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string;
}

export interface Me {
  readonly id: string;
  readonly name: Text;
  readonly role: Role;
  /** Missing for an organizer of the whole server. */
  readonly event?: string | null;
  readonly gates?: readonly string[] | null;
}

export interface EventInfo {
  readonly id: string;
  readonly name: Text;
}

export interface Gate {
  readonly id: string;
  readonly venue: string;
  readonly name: Text;
  readonly direction: Direction | "both";
}

export interface Venue {
  readonly id: string;
  readonly name: Text;
  readonly capacity: number;
}

export interface Category {
  readonly id: string;
  readonly name: Text;
  readonly color: string;
}

export interface ScanRequest {
  readonly scan_id: string;
  readonly token: string;
  readonly gate: string;
  readonly direction?: Direction;
}

export interface ScanAnswer {
  readonly scan_id: string;
  readonly result: "admitted" | "exited" | "denied";
  readonly reason?: string;
  readonly note?: string;
  readonly replayed: boolean;
  readonly badge?: { readonly id: string; readonly category: string } | null;
  readonly attendee?: {
    readonly name: string;
    readonly name_latin?: string;
    readonly organization?: string;
    readonly category?: string;
  } | null;
  readonly venue?: { readonly id: string; readonly inside: number; readonly capacity: number } | null;
  readonly earlier?: { readonly at: string; readonly gate: string } | null;
  readonly at: string;
}

export interface VenueOccupancy {
  readonly id: string;
  readonly name: Text;
  readonly inside: number;
  readonly capacity: number;
  readonly entries: number;
  readonly exits: number;
  readonly denied: number;
  readonly rate_in: number;
  readonly rate_out: number;
  readonly full_in_s?: number | null;
}

export interface Occupancy {
  readonly venues: readonly VenueOccupancy[];
  readonly inside_total: number;
  readonly at: string;
}

export interface Badge {
  readonly id: string;
  readonly status: "active" | "revoked" | "replaced";
  readonly page_url: string;
}

export interface Attendee {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly name_latin?: string;
  readonly organization?: string;
  readonly delegation?: string;
  readonly category: string;
  readonly badge: Badge | null;
}
