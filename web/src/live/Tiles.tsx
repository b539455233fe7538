import { useEffect, useRef, useState } from "preact/hooks";
import type { VenueOccupancy } from "../server/shapes";
import { silences } from "./gates";
import { Notices, type Place, ThinLine } from "./Notices";
import type { Notice } from "./notice";
import { arrange, columns, type Place as Spot } from "./order";
import { Tile } from "./Tile";
import type { Days } from "./useHistory";

/** From this many venues on tiles are small. */
const MANY = 16;
/** As many notices as a wall has room for in its thin line. */
const ON_WALL = 2;

/** Columns that fill the element's box, which follows the window. */
function useColumns(n: number, on: boolean) {
  const box = useRef<HTMLUListElement>(null);
  const [cols, setCols] = useState(1);
  useEffect(() => {
    const element = box.current;
    if (!on || !element) return;
    const measure = () => setCols(columns(n, element.clientWidth, element.clientHeight));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, [n, on]);
  return { box, cols };
}

export function Tiles(props: {
  place: Place;
  days: Days;
  notices: readonly Notice[];
  now: number;
  /** The server's time, Unix ms. */
  there: number;
  wall: boolean;
}) {
  const { place, days, notices, now, there, wall } = props;
  const { board, t, lang } = place;
  const spots = useRef<readonly Spot[]>([]);
  spots.current = arrange(spots.current, board.venues);
  const venues = new Map(board.venues.map((v) => [v.id, v]));
  const tiles = spots.current
    .map((s) => venues.get(s.id))
    .filter((v): v is VenueOccupancy => v !== undefined);
  const { box, cols } = useColumns(tiles.length, wall);
  return (
    <>
      <ul
        ref={box}
        class={`tiles${tiles.length >= MANY ? " many" : ""}`}
        {...(wall ? { style: { "--cols": cols } } : {})}
      >
        {tiles.map((v) => (
          <Tile
            key={v.id}
            venue={v}
            day={days.get(v.id)}
            now={now}
            t={t}
            lang={lang}
            wall={wall}
            tight={wall || tiles.length >= MANY}
          />
        ))}
      </ul>
      <ThinLine
        silent={silences(board.venues, there)}
        notices={wall ? notices.slice(0, ON_WALL) : []}
        place={place}
      />
      {!wall && <Notices notices={notices} place={place} />}
    </>
  );
}
