/** A chart as uPlot takes it. */
import uPlot from "uplot";
import { faint, type Palette } from "./colours.js";
import type { ChartProps, Mark, Series } from "./types.js";

const FONT = "12px system-ui, sans-serif";

export function dataOf({ x, series }: Pick<ChartProps, "x" | "series">): uPlot.AlignedData {
  return [x.values as number[], ...series.map(({ values }) => values as (number | null)[])];
}

export interface Hooks {
  marks: () => readonly Mark[];
  onHover: (index: number | undefined) => void;
  /** The plot has been laid out or its scales have changed. */
  onPlace: (plot: uPlot) => void;
}

export function optionsOf(
  { x, y, series, bands = [] }: ChartProps,
  size: { width: number; height: number },
  palette: Palette,
  { marks, onHover, onPlace }: Hooks,
): uPlot.Options {
  const axis = { stroke: palette.muted, font: FONT, grid: { stroke: palette.grid, width: 1 }, ticks: { show: false } };
  const texts = (tick: (x: number) => string) => (_: uPlot, values: number[]) => values.map(tick);
  return {
    ...size,
    legend: { show: false },
    padding: [12, 14, 0, 0],
    scales: { x: { time: x.isTime ?? false } },
    axes: [
      { ...axis, space: 70, gap: 6, size: 28, ...(x.isTime ? {} : { values: texts(x.tick ?? x.format) }) },
      {
        ...axis,
        gap: 6,
        size: (_, values) => 16 + 7 * Math.max(4, ...(values ?? []).map(({ length }) => length)),
        values: texts(y.tick ?? y.format),
      },
    ],
    series: [{}, ...series.map((one) => seriesOf(one, palette))],
    bands: bands.map(([upper, lower]) => ({
      series: [upper + 1, lower + 1],
      fill: faint(palette.series(series[upper]?.colour ?? 1), 0.18),
    })),
    cursor: { drag: { x: true, y: false, dist: 6 }, y: false, points: { size: 8 } },
    hooks: {
      setCursor: [({ cursor }) => onHover(cursor.idx ?? undefined)],
      setScale: [onPlace],
      ready: [onPlace],
      setSize: [onPlace],
      draw: [(plot) => drawMarks(plot, marks(), palette)],
    },
  };
}

function seriesOf({ name, kind = "line", colour = 1, dashed, isEdge }: Series, palette: Palette): uPlot.Series {
  const stroke = palette.series(colour);
  const common = { label: name, stroke, width: 2, points: { show: false } };
  if (isEdge) return { ...common, stroke: faint(stroke, 0.35), width: 1 };
  if (kind === "points") return { ...common, paths: () => null, points: { show: true, size: 7, fill: stroke } };
  if (kind === "bars") {
    const paths = uPlot.paths.bars?.({ size: [0.7, 48], radius: 0.1 });
    return { ...common, width: 0, fill: faint(stroke, 0.85), paths };
  }
  return dashed ? { ...common, dash: [6, 5] } : common;
}

/** Points with their names, on the side where there is room. */
function drawMarks(plot: uPlot, marks: readonly Mark[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = FONT.replace("12px", `${12 * ratio}px`);
  for (const { name, x, y, colour = 2 } of marks) {
    const [left, top] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
    if (left < bbox.left - 1 || left > bbox.left + bbox.width + 1) continue;
    ctx.beginPath();
    ctx.arc(left, top, 5 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = palette.series(colour);
    ctx.strokeStyle = palette.paper;
    ctx.lineWidth = 2 * ratio;
    ctx.fill();
    ctx.stroke();
    const isRight = left + ctx.measureText(name).width + 12 * ratio > bbox.left + bbox.width;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.textBaseline = "top";
    ctx.fillStyle = palette.ink;
    ctx.fillText(name, left + (isRight ? -9 : 9) * ratio, top + 5 * ratio);
  }
  ctx.restore();
}
