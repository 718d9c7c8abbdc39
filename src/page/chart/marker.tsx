/** The line across a chart that is dragged, which is a slider for keyboards and screen readers. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Marker } from "./types.js";

interface Props {
  marker: Marker;
  plot: uPlot;
  /** Changes when the plot was laid out anew. */
  placed: number;
}

const STEPS: Record<string, number> = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 },
};

export function DraggedMarker({ marker, plot, placed }: Props) {
  const { name, x, min, max, format, onMove } = marker;
  const handle = useRef<HTMLDivElement>(null);
  const dragged = useRef<{ from: number; x: number } | undefined>(undefined);
  useLayoutEffect(() => {
    // In CSS pixels of the plot's box: a transform, so that a move lays out nothing.
    const { left, top, width, height } = plot.bbox;
    const at = plot.valToPos(x, "x");
    const { style } = handle.current as HTMLDivElement;
    const ratio = devicePixelRatio;
    style.transform = `translateX(${left / ratio + at}px)`;
    style.top = `${top / ratio}px`;
    style.height = `${height / ratio}px`;
    style.visibility = at >= -1 && at <= width / ratio + 1 ? "visible" : "hidden";
  }, [x, plot, placed]);

  const within = (to: number) => Math.min(max, Math.max(min, to));
  const { step = (max - min) / 100 } = marker;
  return (
    <div
      ref={handle}
      class="marker"
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-orientation="horizontal"
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={x}
      aria-valuetext={format(x)}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { from: event.clientX, x };
      }}
      onPointerMove={(event) => {
        const start = dragged.current;
        if (!start) return;
        const moved = plot.posToVal(plot.valToPos(start.x, "x") + event.clientX - start.from, "x");
        onMove(within(moved), false);
      }}
      onLostPointerCapture={() => {
        if (!dragged.current) return;
        dragged.current = undefined;
        onMove(within(marker.x), true);
      }}
      onKeyDown={(event) => {
        const to = event.key === "Home" ? min : event.key === "End" ? max : x + (STEPS[event.key] ?? 0) * step;
        if (to === x && !["Home", "End"].includes(event.key)) return;
        event.preventDefault();
        onMove(within(to), true);
      }}
    >
      <span class="grip" aria-hidden="true" />
    </div>
  );
}
