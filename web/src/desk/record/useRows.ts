import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call, of } from "../../server/client";
import type { Items, Row } from "../../server/shapes";
import type { Work } from "../work";

/** Rows that are shown more with each turn. */
const PAGE = 50;
/** New rows that are counted one by one. */
export const COUNTED = 100;
const LOOK_MS = 3000;
/** A long way back takes the server longer. */
const PATIENCE_MS = 30_000;

export interface Rows {
  /** Newest first; undefined until the first answer. */
  readonly rows: readonly Row[] | undefined;
  /** The seq before which there is more to look through; 0 at the beginning. */
  readonly rest: number;
  readonly searching: boolean;
  /** How many have come since, at most COUNTED. */
  readonly fresh: number;
  readonly older: () => void;
  /** Shows what has come since. */
  readonly renew: () => void;
}

/** The journal from its end, as far back as it is read, and what comes meanwhile. */
export function useRows(event: string, query: string, fail: Work["fail"]): Rows {
  const [rows, setRows] = useState<readonly Row[]>();
  const [rest, setRest] = useState(0);
  const [searching, setSearching] = useState(false);
  const [fresh, setFresh] = useState(0);
  const end = useRef<number>(undefined);
  const turn = useRef(0);
  const told = useRef(fail);
  told.current = fail;
  const path = of(event, "journal");

  /** Looks back from a seq until a page is found or the journal begins. */
  const search = useCallback(
    async (mine: number, known: readonly Row[], before: number) => {
      setSearching(true);
      let found = known;
      let at = before;
      do {
        const wanted = known.length + PAGE - found.length;
        const paging = `newest=true&limit=${wanted}${at ? `&before=${at}` : ""}`;
        const answer = await call<Items<Row>>("GET", `${path}?${paging}&${query}`, undefined, PATIENCE_MS);
        if (mine !== turn.current) return;
        if (answer.kind !== "ok") {
          told.current(answer);
          break;
        }
        found = [...found, ...answer.value.items];
        at = Number(answer.value.next_cursor ?? 0);
        setRows(found);
        setRest(at);
      } while (at > 0 && found.length < known.length + PAGE);
      setSearching(false);
    },
    [path, query],
  );

  const renew = useCallback(async () => {
    const mine = ++turn.current;
    setFresh(0);
    setSearching(true);
    const last = await call<Items<Row>>("GET", `${path}?newest=true&limit=1`);
    if (mine !== turn.current) return;
    if (last.kind === "ok") {
      end.current = last.value.items[0]?.seq ?? 0;
      await search(mine, [], 0);
    } else {
      setSearching(false);
      told.current(last);
    }
  }, [path, search]);

  useEffect(() => {
    end.current = undefined;
    setRows(undefined);
    renew();
    const look = async () => {
      if (document.hidden || end.current === undefined) return;
      const mine = turn.current;
      const answer = await call<Items<Row>>("GET", `${path}?after=${end.current}&limit=${COUNTED}&${query}`);
      if (mine === turn.current && answer.kind === "ok") setFresh(answer.value.items.length);
    };
    const again = setInterval(look, LOOK_MS);
    return () => {
      turn.current++;
      clearInterval(again);
    };
  }, [path, query, renew]);

  const older = useCallback(() => {
    if (rows && rest) search(turn.current, rows, rest);
  }, [rows, rest, search]);
  return { rows, rest, searching, fresh, older, renew };
}
