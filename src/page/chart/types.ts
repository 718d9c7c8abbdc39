/** What a chart shows. */

/** Colours of the theme, by number: 1 is the main one. */
export type Colour = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "muted";

export interface Series {
  name: string;
  /** One number for each x; null where there is none. */
  values: readonly (number | null)[];
  kind?: "line" | "points" | "bars";
  colour?: Colour;
  dashed?: boolean;
  /** Of a band: drawn faintly, left out of the legend. */
  isEdge?: boolean;
}

export interface Axis {
  name: string;
  /** On hovering and in the table. */
  format: (x: number) => string;
  /** Beside the axis (default: `format`). */
  tick?: (x: number) => string;
}

/** A point with a name: today's budget, a channel's spend. */
export interface Mark {
  name: string;
  x: number;
  y: number;
  colour?: Colour;
}

/** A line across the chart that can be dragged along x. */
export interface Marker {
  /** What it sets, such as "Budget". */
  name: string;
  x: number;
  min: number;
  max: number;
  /** One press of an arrow key (default: a hundredth of the way). */
  step?: number;
  /** How screen readers say a position. */
  format: (x: number) => string;
  /** `settled` is false while it is dragged and true when it is let go. */
  onMove: (x: number, settled: boolean) => void;
}

export interface ChartProps {
  title: string;
  /** One or two sentences for those who do not see it. */
  summary: string;
  x: Axis & { values: readonly number[] /** x are seconds since 1970, and ticks are dates. */; isTime?: boolean };
  y: Axis;
  series: readonly Series[];
  /** Areas between two series, by number: upper, lower. */
  bands?: readonly [number, number][];
  marks?: readonly Mark[];
  marker?: Marker;
  /** Height of the picture in px (default 300). */
  height?: number;
  /** Name of exported files without its ending (default: from the title). */
  file?: string;
}
