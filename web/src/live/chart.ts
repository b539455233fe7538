// The history of a venue as a chart: who was inside, and the limit.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Point } from "../server/shapes";

export interface Labels {
  readonly time: string;
  readonly inside: string;
  readonly capacity: string;
  readonly entries: string;
  readonly exits: string;
  readonly clock: (unixS: number) => string;
  /** How wide what clock says may be, in px. */
  readonly room: number;
}

/** Draws into the element until the returned function is called. */
export function drawChart(
  element: HTMLElement,
  points: readonly Point[],
  stepS: number,
  capacity: number,
  labels: Labels,
): () => void {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: `14px ${style.fontFamily}`,
  };
  const size = () => ({ width: Math.max(240, element.clientWidth), height: 300 });
  const plot = new uPlot(
    {
      ...size(),
      legend: { live: true },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
      axes: [
        { ...axis, space: labels.room, values: (_, ticks) => ticks.map(labels.clock) },
        { ...axis, size: 60 },
      ],
      series: [
        { label: labels.time, value: (_, at) => (at == null ? "–" : labels.clock(at)) },
        { label: labels.inside, stroke: colour("--accent"), fill: `${colour("--accent")}22`, width: 2 },
        { label: labels.entries, stroke: colour("--jade-line"), width: 1 },
        { label: labels.exits, stroke: colour("--slate-line"), width: 1, dash: [2, 3] },
        ...(capacity > 0
          ? [{ label: labels.capacity, stroke: colour("--vermilion-line"), width: 1, dash: [8, 4] }]
          : []),
      ],
    },
    [
      points.map((p) => Date.parse(p.at) / 1000 + stepS),
      points.map((p) => p.inside),
      points.map((p) => p.entries),
      points.map((p) => p.exits),
      ...(capacity > 0 ? [points.map(() => capacity)] : []),
    ],
    element,
  );
  const watch = new ResizeObserver(() => plot.setSize(size()));
  watch.observe(element);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}
