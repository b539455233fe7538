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
  /** As above. */
  readonly event_name?: Text;
  readonly gates?: readonly string[] | null;
}

export interface EventInfo {
  readonly id: string;
  readonly name: Text;
}

/** An event with all that its organizer sets. Times are RFC 3339 in UTC. */
export interface EventRecord extends EventInfo {
  /** An IANA name. */
  readonly timezone: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly locale: string;
  readonly place?: Text;
  /** When the roster's personal data is erased; missing keeps it. */
  readonly retain_until?: string;
}

export interface Operator {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Of the role gate; none means all. */
  readonly gates: readonly string[];
  readonly expires_at?: string;
  readonly created_at: string;
  readonly revoked_at?: string;
  /** Told of one operator, not in lists. */
  readonly signed_in_at?: string;
}

/** The one answer that shows a key; pairing_url is "" where none could be made. */
export interface NewOperator extends Operator {
  readonly key: string;
  readonly pairing_url: string;
}

export interface Pairing {
  readonly pairing_url: string;
  readonly expires_at: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly status: "active" | "retired" | "withdrawn";
  readonly public: string;
  readonly created_at: string;
  readonly ended_at?: string;
  readonly last_expiry: string;
}

/** A row of the journal: ids, no names. */
export interface Row {
  readonly seq: number;
  readonly kind: "scan" | "undo" | "exit" | "badge" | "roster" | "config";
  readonly at: string;
  readonly recorded_at: string;
  readonly scan_id?: string;
  readonly badge?: string;
  readonly venue?: string;
  readonly gate?: string;
  readonly direction?: Direction;
  readonly result?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly conflict?: string;
  readonly forced?: boolean;
  readonly offline?: boolean;
  readonly operator?: string;
  readonly subject?: string;
  readonly why?: string;
  readonly prev: string;
  readonly hash: string;
}

/** A signed statement of how long the journal was and what it ended with. */
export interface Checkpoint {
  readonly event: string;
  readonly count: number;
  readonly hash: string;
  readonly at: string;
  readonly kid: string;
  readonly signature: string;
}

/** A daily span of the event's wall clock; from later than to passes midnight. */
export interface Window {
  readonly from: string;
  readonly to: string;
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
  readonly reentry?: "free" | "once" | "daily";
  /** That are let in; none means all. */
  readonly categories?: readonly string[] | null;
  /** In which entry is open; none means always. */
  readonly hours?: readonly Window[] | null;
  readonly exclusive?: string;
  readonly auto_exit_at?: string;
}

export interface Category {
  readonly id: string;
  readonly name: Text;
  readonly color: string;
  readonly code?: string;
}

export type Result = "admitted" | "exited" | "denied";

export interface ScanRequest {
  readonly scan_id: string;
  readonly token: string;
  readonly gate: string;
  readonly direction?: Direction;
  readonly scanned_at?: string;
  readonly offline?: true;
  /** What the phone showed, of an offline scan alone. */
  readonly verdict?: Result;
  readonly override?: { readonly reason: string };
  readonly dry_run?: true;
}

export interface ScanAnswer {
  readonly scan_id: string;
  readonly result: Result;
  readonly reason?: string;
  readonly note?: string;
  readonly conflict?: string;
  readonly forced?: boolean;
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
  /** The scan's place in the journal; none of a dry run. */
  readonly seq?: number;
}

export interface GateOccupancy {
  readonly id: string;
  readonly entries: number;
  readonly exits: number;
  readonly denied: number;
  /** The last recorded scan; null when there was none yet. */
  readonly last_seen: string | null;
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
  readonly gates: readonly GateOccupancy[];
}

export interface Occupancy {
  readonly venues: readonly VenueOccupancy[];
  readonly inside_total: number;
  readonly at: string;
  /** The journal position that the numbers include. */
  readonly seq: number;
}

/** One step of a venue's history; inside is as the step ended. */
export interface Point {
  readonly at: string;
  readonly inside: number;
  readonly entries: number;
  readonly exits: number;
  readonly denied: number;
}

export interface History {
  readonly venue: string;
  readonly step_s: number;
  readonly items: readonly Point[];
}

export interface RollCallMark {
  readonly badge: string;
  readonly safe: boolean;
  readonly at: string;
  readonly device: string;
}

/** The roll call after an evacuation; roll is missing while there is none. */
export interface RollCallAnswer {
  readonly roll?: string;
  readonly began?: string;
  readonly devices: number;
  readonly version: string;
  /** Missing while the version is the one that was known. */
  readonly marks?: readonly RollCallMark[];
  readonly at: string;
}

/** Somebody who is in a venue now; attendee is null once erased. */
export interface Inside {
  readonly badge: string;
  readonly venue: string;
  readonly gate: string;
  readonly since: string;
  readonly ref?: string;
  readonly attendee: {
    readonly name: string;
    readonly name_latin: string;
    readonly organization: string;
    readonly category: string;
  } | null;
}

export interface Badge {
  readonly id: string;
  /** Null once the person has been erased. */
  readonly attendee: string | null;
  readonly status: "active" | "revoked" | "replaced";
  /** Null once the badge has ended. */
  readonly token?: string | null;
  readonly page_url: string;
  readonly issued_at: string;
  readonly valid_until: string;
}

export interface Attendee {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly name_latin?: string;
  readonly organization?: string;
  readonly delegation?: string;
  readonly category: string;
  readonly email?: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly created_at: string;
  readonly badge: Badge | null;
  /** The badge that was revoked last, of who has no other. */
  readonly revoked?: { readonly badge: string; readonly at: string } | null;
}

/** What is known of a badge at one venue: the latest entry, and the exit after it. */
export interface Place {
  readonly venue: string;
  readonly inside: boolean;
  readonly entered_at: string | null;
  readonly gate?: string;
  readonly left_at: string | null;
}
