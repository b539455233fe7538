// What a roll call keeps on this device (IndexedDB), so that closing the page,
// an empty battery or a dead network lose no tick. It holds names: it goes when
// the roll call is ended here, and by itself after a day.
import type { Memory } from "../session/Staff";
import { type Mark, type Marks, merge, type Roll } from "./roll";

/** A roll call older than this, in ms, is over whether somebody ended it or not. */
export const OVER_MS = 24 * 3600_000;

export interface Keep {
  /** This device's own id. */
  readonly device: string;
  readonly load: (event: string) => Promise<{ roll: Roll; marks: Marks } | undefined>;
  readonly saveRoll: (roll: Roll) => Promise<void>;
  readonly saveMarks: (event: string, marks: readonly Mark[]) => Promise<void>;
  readonly drop: (event: string) => Promise<void>;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const finished = (change: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = change.onerror = () => reject(change.error);
  });

/**
 * Who was signed in last, so that a roll call opens without a network. Signing
 * out forgets them and no roll call: its ticks are worth more than a tidy
 * device.
 */
export const memory: Memory = {
  recall: async () => {
    try {
      return await done(openedOwn(await open()).get("seat"));
    } catch {
      return undefined;
    }
  },
  remember: (seat) => change((own) => own.put(seat, "seat")),
  forget: () => change((own) => own.delete("seat")),
};

const openedOwn = (db: IDBDatabase) => db.transaction("own").objectStore("own");

async function change(what: (own: IDBObjectStore) => void): Promise<void> {
  try {
    const all = (await open()).transaction("own", "readwrite");
    what(all.objectStore("own"));
    await finished(all);
  } catch {
    // A browser that keeps nothing opens with a network only.
  }
}

/** All marks of an event: keys are [event, badge]. */
const marksOf = (event: string) => IDBKeyRange.bound([event], [event, []]);

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open("lanyard-live", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("rolls", { keyPath: "event" });
    request.result.createObjectStore("marks");
    request.result.createObjectStore("own");
  };
  return done(request);
}

async function ownId(db: IDBDatabase): Promise<string> {
  const change = db.transaction("own", "readwrite", { durability: "strict" });
  const own = change.objectStore("own");
  const known: unknown = await done(own.get("device"));
  if (typeof known === "string") return known;
  const made = newDevice();
  own.put(made, "device");
  await finished(change);
  return made;
}

/** 96 random bits; crypto.randomUUID is for secure pages only. */
function newDevice(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Where the browser lets nothing be kept, the roll call lives as long as the page. */
const forgetful = (): Keep => ({
  device: newDevice(),
  load: async () => undefined,
  saveRoll: async () => {},
  saveMarks: async () => {},
  drop: async () => {},
});

/** Opens what is kept; lasting is false where the browser keeps nothing. */
export async function openKeep(now = Date.now()): Promise<{ keep: Keep; lasting: boolean }> {
  try {
    const db = await open();
    const keep = keepIn(db, await ownId(db));
    for (const roll of await done<Roll[]>(db.transaction("rolls").objectStore("rolls").getAll())) {
      if (now - roll.began > OVER_MS) await keep.drop(roll.event);
    }
    return { keep, lasting: true };
  } catch {
    return { keep: forgetful(), lasting: false };
  }
}

const keepIn = (db: IDBDatabase, device: string): Keep => ({
  device,
  async load(event) {
    const look = db.transaction(["rolls", "marks"]);
    const [roll, marks] = await Promise.all([
      done<Roll | undefined>(look.objectStore("rolls").get(event)),
      done<Mark[]>(look.objectStore("marks").getAll(marksOf(event))),
    ]);
    return roll && { roll, marks: merge(new Map(), marks) };
  },
  async saveRoll(roll) {
    const change = db.transaction("rolls", "readwrite");
    change.objectStore("rolls").put(roll);
    await finished(change);
  },
  async saveMarks(event, marks) {
    const change = db.transaction("marks", "readwrite", { durability: "strict" });
    const store = change.objectStore("marks");
    for (const mark of marks) {
      // Another tab may have kept a later one.
      const known: Mark | undefined = await done(store.get([event, mark.badge]));
      const best = merge(new Map(known ? [[known.badge, known]] : []), [mark]).get(mark.badge);
      store.put(best, [event, mark.badge]);
    }
    await finished(change);
  },
  async drop(event) {
    const change = db.transaction(["rolls", "marks"], "readwrite");
    change.objectStore("rolls").delete(event);
    change.objectStore("marks").delete(marksOf(event));
    await finished(change);
  },
});
