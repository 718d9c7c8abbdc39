/** A chart that people can hover, zoom, drag on, take away as a picture and as data, and read without seeing it. */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { theme } from "../shell/theme.js";
import { type Palette, paletteOf } from "./colours.js";
import { saveData, savePicture } from "./export.js";
import { DraggedMarker } from "./marker.js";
import { dataOf, optionsOf } from "./options.js";
import { DataTable } from "./table.js";
import type { ChartProps } from "./types.js";

export type { ChartProps, Colour, Mark, Marker, Series } from "./types.js";

export function Chart(props: ChartProps) {
  const { title, summary, series, x, y, marker, height = 300 } = props;
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const palette = useRef<Palette | undefined>(undefined);
  const now = useRef(props);
  now.current = props;
  const hovered = useSignal<number | undefined>(undefined);
  /** Counts up when the plot was laid out anew, so that what lies over it moves along. */
  const placements = useSignal(0);
  const placed = placements.value;
  // What a new plot is needed for; data and marks alone are put into the one there is.
  const shape = JSON.stringify([
    theme.value,
    height,
    x.isTime,
    props.bands,
    series.map(({ values: _, ...rest }) => rest),
  ]);

  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const colours = paletteOf(element);
    palette.current = colours;
    const size = () => ({ width: Math.max(200, element.clientWidth), height });
    const hooks = {
      marks: () => now.current.marks ?? [],
      onHover: (index: number | undefined) => {
        hovered.value = index;
      },
      onPlace: (made: uPlot) => {
        plot.current = made;
        placements.value++;
      },
    };
    const made = new uPlot(optionsOf(now.current, size(), colours, hooks), dataOf(now.current), element);
    plot.current = made;
    // A pane that is not shown is no wider than nothing.
    const watch = new ResizeObserver(() => element.clientWidth > 0 && made.setSize(size()));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else plot.current?.setData(dataOf(now.current));
  }, [x.values, series]);
  useEffect(() => plot.current?.redraw(false, false), [props.marks]);

  const zoom = (factor: number) => {
    const made = plot.current;
    const { min, max } = made?.scales.x ?? {};
    if (!made || min == null || max == null) return;
    const [first, last] = [x.values[0] as number, x.values.at(-1) as number];
    const middle = marker && marker.x > min && marker.x < max ? marker.x : (min + max) / 2;
    const span = (max - min) * factor;
    const from = Math.max(first, middle - span / 2);
    made.setScale("x", { min: from, max: Math.min(last, from + span) });
  };
  return (
    <figure class="chart" aria-labelledby={`${id}-title`}>
      <figcaption id={`${id}-title`}>{title}</figcaption>
      <Legend {...props} hovered={hovered.value} />
      <div class="axis-name muted">{y.name}</div>
      <div class="plot">
        <div ref={host} role="img" aria-label={summary} />
        {marker && plot.current && <DraggedMarker marker={marker} plot={plot.current} placed={placed} />}
      </div>
      <div class="axis-name below muted">{x.name}</div>
      <div class="tools">
        <button type="button" class="quiet" onClick={() => zoom(0.5)} aria-label={`Zoom in: ${title}`}>
          Zoom in
        </button>
        <button type="button" class="quiet" onClick={() => zoom(2)} aria-label={`Zoom out: ${title}`}>
          Zoom out
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => plot.current?.setData(dataOf(props), true)}
          aria-label={`Show all of it: ${title}`}
        >
          Show all
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => plot.current && palette.current && savePicture(plot.current, props, palette.current)}
          aria-label={`Save as a picture: ${title}`}
        >
          Picture
        </button>
        <button type="button" class="quiet" onClick={() => saveData(props)} aria-label={`Save the data: ${title}`}>
          Data
        </button>
      </div>
      <DataTable {...props} />
    </figure>
  );
}

/** Names of the series with what they are where the pointer is. */
function Legend({ x, y, series, hovered }: ChartProps & { hovered: number | undefined }) {
  const at = hovered === undefined ? undefined : x.values[hovered];
  return (
    <ul class="legend" aria-hidden={at !== undefined}>
      {at !== undefined && (
        <li>
          <span class="muted">{x.name}</span> {x.format(at)}
        </li>
      )}
      {series.map(({ name, values, colour = 1, isEdge }, i) => {
        const value = hovered === undefined ? undefined : values[hovered];
        if (isEdge && value == null) return null;
        return (
          <li key={`${i}-${name}`}>
            {!isEdge && <span class={`swatch series-${colour}`} />}
            <span class="muted">{name}</span> {value != null && y.format(value)}
          </li>
        );
      })}
    </ul>
  );
}
