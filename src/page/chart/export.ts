/** A chart as a picture and as data. */
import type uPlot from "uplot";
import { save } from "../shell/save.js";
import type { Palette } from "./colours.js";
import type { ChartProps } from "./types.js";

/** The picture as it stands, zoomed as it is, with its title, legend and marker on the paper of the theme. */
export function savePicture(plot: uPlot, props: ChartProps, palette: Palette): void {
  const ratio = devicePixelRatio;
  const { width, height } = plot.ctx.canvas;
  const head = 56 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height + head;
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = palette.ink;
  ctx.font = `600 ${15 * ratio}px system-ui, sans-serif`;
  ctx.fillText(props.title, 14 * ratio, 24 * ratio);
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  let left = 14 * ratio;
  for (const { name, colour = 1, isEdge } of props.series) {
    if (isEdge) continue;
    ctx.fillStyle = palette.series(colour);
    ctx.fillRect(left, 36 * ratio, 12 * ratio, 12 * ratio);
    ctx.fillStyle = palette.ink;
    ctx.fillText(name, left + 18 * ratio, 46 * ratio);
    left += ctx.measureText(name).width + 36 * ratio;
  }
  ctx.drawImage(plot.ctx.canvas, 0, head);
  if (props.marker) {
    const x = plot.valToPos(props.marker.x, "x", true);
    ctx.fillStyle = palette.ink;
    ctx.fillRect(x - ratio / 2, head + plot.bbox.top, ratio, plot.bbox.height);
  }
  canvas.toBlob((blob) => blob && save(`${fileOf(props)}.png`, blob), "image/png");
}

/** x and every series, all of it however the picture is zoomed. */
export function saveData(props: ChartProps): void {
  const { x, series } = props;
  const rows = [[x.name, ...series.map(({ name }) => name)]];
  for (const [i, at] of x.values.entries()) {
    const first = x.isTime ? new Date(1000 * at).toISOString().slice(0, 10) : String(at);
    rows.push([first, ...series.map(({ values }) => String(values[i] ?? ""))]);
  }
  const text = rows.map((row) => row.map(cell).join(",")).join("\n");
  save(`${fileOf(props)}.csv`, new Blob([`${text}\n`], { type: "text/csv" }));
}

/** Quoted where it must be; names that a spreadsheet would take for a formula get a quote before them. */
export function cell(text: string): string {
  const plain = /^[=+@]|^-\D/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function fileOf({ file, title }: ChartProps): string {
  return (
    file ??
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
  );
}
