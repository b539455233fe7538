// Of a very long list only the rows in view are on the page. TanStack Virtual
// works out which; this ties it to Preact.
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

export type Rows = Virtualizer<HTMLDivElement, HTMLTableRowElement>;

interface Options {
  readonly count: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The height that a row has until it has been measured, in px. */
  readonly rowHeight: number;
  /** The height of what stays in view above the rows, in px. */
  readonly headHeight: number;
  /** A row that is drawn wherever one has scrolled to. */
  readonly always: number;
}

/** Rows beyond the edges that are drawn, too, so that none is missed while one scrolls. */
const OVERSCAN = 8;

export function useVirtual({ count, scroller, rowHeight, headHeight, always }: Options): Rows {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const within = (index: number) => index >= 0 && index < count;
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    // A row that isn't in view, on a phone behind a person, has no height to go by.
    measureElement: (row: HTMLTableRowElement) => row.offsetHeight || rowHeight,
    scrollPaddingStart: headHeight,
    overscan: OVERSCAN,
    rangeExtractor: (range: Range) => [...new Set([...defaultRangeExtractor(range), always])].filter(within),
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(undefined),
  };
  const [rows] = useState(() => new Virtualizer<HTMLDivElement, HTMLTableRowElement>(options));
  rows.setOptions(options);
  useLayoutEffect(() => rows._didMount(), [rows]);
  useLayoutEffect(() => rows._willUpdate());
  return rows;
}
