import { useEffect, useRef, useState } from "preact/hooks";
import { call, of } from "../server/client";
import type { Gate, Items, Occupancy } from "../server/shapes";
import { listen } from "../server/stream";
import { advance } from "./board";
import { fold, type Notice, type Row, rowOf } from "./notice";

const POLL_MS = 5000;
/** How many rows of the journal are looked through for what went before. */
const LOOK_BACK = 1000;

export interface LiveFeed {
  readonly board: Occupancy | undefined;
  readonly notices: readonly Notice[];
  /** When the numbers were last known to be true, Unix ms by this device's clock. */
  readonly heard: number;
  /** How far the server's clock is ahead of this device's, ms. */
  readonly ahead: number;
  /** The server tells by itself; false while it has to be asked. */
  readonly streaming: boolean;
}

/** The event's numbers and notices as they come. Who may read the journal sees
 * what went before, too, and misses nothing while the stream is away. */
export function useLive(event: string, reader: boolean, onSignedOut: () => void): LiveFeed {
  const [board, setBoard] = useState<Occupancy>();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const [heard, setHeard] = useState(0);
  const [ahead, setAhead] = useState(0);
  const [streaming, setStreaming] = useState(true);

  useEffect(() => {
    setBoard(undefined);
    setNotices([]);
    setHeard(0);
    let over = false;
    let open = false;
    let readTo = -1;

    function take(told: Occupancy | undefined) {
      if (!told) return;
      setBoard(told);
      setAhead(Date.parse(told.at) - Date.now());
    }
    async function readJournal(upTo: number) {
      if (!reader || readTo >= upTo) return;
      const after = readTo < 0 ? Math.max(0, upTo - LOOK_BACK) : readTo;
      const answer = await call<Items<Row>>(
        "GET",
        `${of(event, "journal")}?after=${after}&limit=${LOOK_BACK}`,
      );
      if (over || answer.kind !== "ok") return;
      const rows = answer.value.items;
      readTo = Math.max(readTo, rows.at(-1)?.seq ?? upTo);
      setNotices((known) => fold(known, rows));
    }
    async function poll() {
      const answer = await call<Occupancy>("GET", of(event, "occupancy"));
      if (over || open) return;
      if (answer.kind === "signed_out") onSignedOut();
      if (answer.kind !== "ok") return;
      take(answer.value);
      setHeard(Date.now());
      await readJournal(answer.value.seq);
    }
    poll();
    const close = listen(of(event, "live"), {
      onSign: () => {
        open = true;
        setStreaming(true);
        setHeard(Date.now());
      },
      onMessage: (message) => {
        const row = rowOf(message);
        if (row) {
          setNotices((known) => fold(known, [row]));
          return;
        }
        const told = advance(undefined, message);
        take(told);
        if (told && readTo < 0) readJournal(told.seq);
      },
      onClosed: (status) => {
        open = false;
        setStreaming(false);
        if (status !== 401) return "again";
        onSignedOut();
        return "stop";
      },
    });
    // While the stream is away, ask: proxies exist that let none through.
    const timer = setInterval(() => {
      if (!open) poll();
    }, POLL_MS);
    return () => {
      over = true;
      clearInterval(timer);
      close();
    };
  }, [event]);

  return { board, notices, heard, ahead, streaming };
}

/** The gates' names by id, asked for again when a gate is there that has none. */
export function useGates(event: string, board: Occupancy | undefined): ReadonlyMap<string, Gate> {
  const [gates, setGates] = useState<ReadonlyMap<string, Gate>>(new Map());
  const ids = board?.venues.flatMap((v) => v.gates.map((g) => g.id)).join() ?? "";
  useEffect(() => {
    if (!ids) return;
    let over = false;
    call<Items<Gate>>("GET", `${of(event, "gates")}?limit=500`).then((answer) => {
      if (!over && answer.kind === "ok") setGates(new Map(answer.value.items.map((g) => [g.id, g])));
    });
    return () => {
      over = true;
    };
  }, [event, ids]);
  return gates;
}

/** The time, Unix ms, told anew every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** What it was the last time the component was drawn. */
export function useBefore<T>(value: T): T | undefined {
  const kept = useRef<T | undefined>(undefined);
  const before = kept.current;
  useEffect(() => {
    kept.current = value;
  });
  return before;
}
