// The shelf in IndexedDB. A scan and what it moved are written in one
// transaction and are on the disk before the verdict is shown. Where there is
// no disk or no room, this page's memory stands in and the caller is told.
import type { Move } from "./known";
import {
  type Conflict,
  denied,
  MemoryShelf,
  moveKey,
  type Place,
  type Queued,
  type Settled,
  type Shelf,
  type Waiting,
} from "./shelf";

const NAME = "lanyard-scan";
const stores = ["queue", "moves", "conflicts", "kept"] as const;
type Store = (typeof stores)[number];
type Row = Waiting & { n?: number };

async function connect(): Promise<IDBDatabase> {
  const db = await new Promise<IDBDatabase>((done, fail) => {
    const open = indexedDB.open(NAME, 1);
    open.onupgradeneeded = () => {
      const queue = open.result.createObjectStore("queue", { keyPath: "n", autoIncrement: true });
      const moves = open.result.createObjectStore("moves");
      for (const store of [queue, moves]) {
        store.createIndex("event", "event");
        store.createIndex("scan", "scan_id");
      }
      open.result.createObjectStore("conflicts", { keyPath: "scan_id" });
      open.result.createObjectStore("kept");
    };
    open.onsuccess = () => done(open.result);
    open.onerror = () => fail(open.error);
    open.onblocked = () => fail(new Error("blocked by another version"));
  });
  db.onversionchange = () => db.close(); // a newer page must be able to open it
  return db;
}

export async function openShelf(): Promise<Shelf> {
  try {
    return new DiskShelf(await connect());
  } catch {
    return new MemoryShelf();
  }
}

const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

class DiskShelf implements Shelf {
  /** Comes after the disk: what didn't fit on it. */
  readonly #spare = new MemoryShelf(1);

  #db: IDBDatabase;

  constructor(db: IDBDatabase) {
    this.#db = db;
  }

  /** Phones drop the connection of a page that slept: then it is made anew. */
  async #begin(
    names: readonly Store[],
    mode: IDBTransactionMode,
    durability: IDBTransactionDurability = "relaxed",
  ): Promise<IDBTransaction> {
    const begin = () => this.#db.transaction([...names], mode, { durability });
    try {
      return begin();
    } catch {
      this.#db = await connect();
      return begin();
    }
  }

  async #read<T>(store: Store, read: (from: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return result(read((await this.#begin([store], "readonly")).objectStore(store)));
  }

  /** Runs one transaction; a strict one ends once it is on the disk. */
  async #write(
    names: readonly Store[],
    change: (of: (store: Store) => IDBObjectStore) => void | Promise<void>,
    durability?: IDBTransactionDurability,
  ): Promise<void> {
    const t = await this.#begin(names, "readwrite", durability);
    const ended = new Promise<void>((done, fail) => {
      t.oncomplete = () => done();
      t.onabort = () => fail(t.error);
      t.onerror = () => fail(t.error);
    });
    ended.catch(() => {}); // it is awaited below, unless the change itself fails
    try {
      await change((store) => t.objectStore(store));
    } catch (e) {
      try {
        t.abort();
      } catch {
        // It has ended already.
      }
      throw e;
    }
    await ended;
  }

  async put(scan: Waiting, moves: readonly Move[]): Promise<boolean> {
    try {
      await this.#write(
        ["queue", "moves"],
        (of) => {
          of("queue").add({ ...scan });
          for (const m of moves) of("moves").put(m, moveKey(m));
        },
        "strict",
      );
      return true;
    } catch {
      await this.#spare.put(scan, moves);
      return false;
    }
  }

  async waiting(event: string, after: Place | undefined, limit: number): Promise<Queued[]> {
    const found: Queued[] = [];
    if (!after || after[0] === 0) {
      const from = after ? IDBKeyRange.lowerBound(after[1], true) : null;
      const t = await this.#begin(["queue"], "readonly");
      await new Promise<void>((done, fail) => {
        const queue = t.objectStore("queue");
        const walk = queue.openCursor(from);
        walk.onerror = () => fail(walk.error);
        walk.onsuccess = () => {
          const here = walk.result;
          if (!here || found.length >= limit) return done();
          const { n = 0, ...scan } = here.value as Row;
          if (scan.event === event) found.push({ ...scan, place: [0, n] });
          here.continue();
        };
      });
    }
    if (found.length < limit) found.push(...(await this.#spare.waiting(event, after, limit - found.length)));
    return found;
  }

  async count(event: string): Promise<number> {
    const n = await this.#read("queue", (s) => s.index("event").count(event));
    return n + (await this.#spare.count(event));
  }

  async done(settled: readonly Settled[]): Promise<void> {
    // What the disk holds of a scan in memory are its moves, at most.
    await this.#spare.done(settled.filter((s) => s.scan.place[0] === 1));
    const mine = settled.filter((s) => s.scan.place[0] === 0);
    if (!mine.length) return;
    await this.#write(["queue", "moves", "conflicts"], async (of) => {
      for (const { scan, seq, conflict } of mine) {
        const row: Row | undefined = await result(of("queue").get(scan.place[1]));
        if (row?.scan_id !== scan.scan_id || row.verdict !== scan.verdict) continue;
        of("queue").delete(scan.place[1]);
        if (conflict) of("conflicts").put(conflict);
        for (const m of await this.#of(of("moves"), scan.scan_id)) {
          if (seq === undefined) of("moves").delete(moveKey(m));
          else of("moves").put({ ...m, seq }, moveKey(m));
        }
      }
    });
  }

  async retract(scanId: string): Promise<boolean> {
    if (await this.#spare.retract(scanId)) return true;
    let found = false;
    await this.#write(
      ["queue", "moves"],
      async (of) => {
        const row: Row | undefined = await result(of("queue").index("scan").get(scanId));
        if (!row) return;
        found = true;
        of("queue").put(denied(row));
        await this.#restore(of("moves"), scanId);
      },
      "strict",
    );
    return found;
  }

  #of(moves: IDBObjectStore, scanId: string): Promise<Move[]> {
    return result(moves.index("scan").getAll(scanId));
  }

  async #restore(moves: IDBObjectStore, scanId: string): Promise<void> {
    for (const m of await this.#of(moves, scanId)) {
      if (m.before) moves.put(m.before, moveKey(m));
      else moves.delete(moveKey(m));
    }
  }

  async moves(event: string): Promise<Move[]> {
    const own: Move[] = await this.#read("moves", (s) => s.index("event").getAll(event));
    const spare = await this.#spare.moves(event);
    const newer = new Set(spare.map(moveKey));
    return [...own.filter((m) => !newer.has(moveKey(m))), ...spare];
  }

  async move(of: Pick<Move, "event" | "venue" | "badge">): Promise<Move | undefined> {
    return (
      (await this.#spare.move(of)) ?? (await this.#read<Move | undefined>("moves", (s) => s.get(moveKey(of))))
    );
  }

  async note(moves: readonly Move[]): Promise<void> {
    if (!moves.length) return;
    try {
      await this.#write(["moves"], (of) => {
        for (const m of moves) of("moves").put(m, moveKey(m));
      });
    } catch {
      await this.#spare.note(moves);
    }
  }

  async unmove(scanId: string): Promise<void> {
    await this.#spare.unmove(scanId);
    await this.#write(["moves"], (of) => this.#restore(of("moves"), scanId));
  }

  async prune(event: string, seq: number): Promise<void> {
    await this.#spare.prune(event, seq);
    await this.#write(["moves"], async (of) => {
      for (const m of (await result(of("moves").index("event").getAll(event))) as Move[])
        if (m.seq !== undefined && m.seq <= seq) of("moves").delete(moveKey(m));
    });
  }

  async conflicts(event: string): Promise<Conflict[]> {
    const rows = await this.#read<Conflict[]>("conflicts", (s) => s.getAll());
    return [...rows.filter((c) => c.event === event), ...(await this.#spare.conflicts(event))];
  }

  async dismiss(scanId: string): Promise<void> {
    await this.#spare.dismiss(scanId);
    await this.#write(["conflicts"], (of) => {
      of("conflicts").delete(scanId);
    });
  }

  async keep(name: string, value: unknown): Promise<void> {
    try {
      await this.#write(["kept"], (of) => {
        of("kept").put(value, name);
      });
    } catch {
      // What is kept saves a question to the server after a restart, no more.
    }
  }

  async kept<T>(name: string): Promise<T | undefined> {
    return this.#read<T | undefined>("kept", (s) => s.get(name));
  }

  async wipe(): Promise<void> {
    await this.#spare.wipe();
    await this.#write(["kept", "moves"], (of) => {
      of("kept").clear();
      of("moves").clear();
    });
  }
}
