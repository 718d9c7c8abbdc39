/** The lines of a model of posterior draws, as the responses take them. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { tapsOf } from "../flighting/kernel.js";
import type { Model, ModelLine } from "../model.js";
import type { Adstock, Channel, Curve, DrawnAdstock } from "../types.js";
import { canBeDrawn } from "./check.js";
import type { Feed } from "./kernel.js";
import type { DrawnLine } from "./responses.js";

/** What of a geometric adstock is left at its end, of what there was at first, and the most periods until then. */
const LEFT = 1e-12;
const MOST_TAIL = 1040;

export interface Drawing {
  lines: DrawnLine[];
  periods: number;
  /** Periods in which spend still works. */
  horizon: number;
  draws: number;
}

export function drawingOf(engine: Engine, model: Model): Drawing {
  const { lines, periods, problem, draws } = model;
  const adstocks = lines.map((line) => carriedBy(engine, model, line));
  const horizon = periods + (problem.carryOut ? Math.max(0, ...adstocks.map(({ tail }) => tail)) : 0);
  return { lines: lines.map((_, i) => lineOf(model, i, adstocks[i] as Carried, horizon)), periods, horizon, draws };
}

interface Carried {
  feed?: Feed;
  /** Whether the feed is the same in all draws. */
  shared?: boolean;
  taps?: Float64Array;
  tail: number;
}

function carriedBy(engine: Engine, { problem }: Model, { adstock, channel }: ModelLine): Carried {
  const asked = (problem.channels[channel] as Channel).adstock;
  if (!asked) return { tail: 0 };
  if (adstock && adstock.type !== "geometric") {
    const taps = weightsOf(engine, adstock);
    return { taps, tail: taps.length - 1 };
  }
  return feedOf(asked as DrawnAdstock);
}

function weightsOf(engine: Engine, adstock: Adstock): Float64Array {
  const scratch = new Scratch(engine.arena);
  try {
    const taps = tapsOf(engine, scratch, adstock);
    return Float64Array.from(new Float64Array(engine.memory.buffer, taps?.at, taps?.length));
  } finally {
    scratch.release();
  }
}

function feedOf({ decay, length: lags = 0, normalised = false }: DrawnAdstock): Carried {
  const by = typeof decay === "number" ? [decay] : decay;
  const cuts = by.map((one) => (lags > 0 ? powerOf(one, lags) : 0));
  const gains = by.map((one, j) => (normalised ? (1 - one) / (1 - (cuts[j] as number)) : 1));
  const of = (values: readonly number[]) => (draw: number) => values[values.length > 1 ? draw : 0] as number;
  const slowest = by.reduce((most, one) => Math.max(most, one), 0);
  return {
    shared: by.length === 1,
    feed: { decay: of(by), gain: of(gains), cut: of(cuts), lags },
    tail: lags > 0 ? lags - 1 : tailOf(slowest),
  };
}

function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= base;
  return power;
}

function tailOf(decay: number): number {
  let tail = 0;
  for (let left = decay; left > LEFT && tail < MOST_TAIL; tail++) left *= decay;
  return tail;
}

function lineOf(model: Model, i: number, carried: Carried, horizon: number): DrawnLine {
  const { periods, problem, curves, scale, rate } = model;
  const { channel } = model.lines[i] as ModelLine;
  const { history = [], saturation = "after" } = problem.channels[channel] as Channel;
  const before = saturation === "before";
  const own = (t: number) => i * periods + Math.min(t, periods - 1);
  const tap = tapOf(carried);
  const worthAt = (t: number) => {
    if (!before) return scale[own(t)] as number;
    let worth = 0;
    for (let lag = 0; t < periods && t + lag < horizon; lag++) worth += tap(lag) * (scale[own(t + lag)] as number);
    return worth;
  };
  // Regimes have curves of their own, each for its own periods.
  const byCurve = new Map<Curve, Float64Array>();
  for (let t = 0; t < horizon; t++) {
    const curve = curves[own(t)] as Curve;
    const worth = byCurve.get(curve) ?? new Float64Array(horizon);
    worth[t] = worthAt(t);
    byCurve.set(curve, worth);
  }
  const parts = [...byCurve].map(([curve, worth]) => ({ ...drawnCurve(curve), worth }));
  const rates = rate.slice(i * periods, (i + 1) * periods);
  const units = history.map((money) => money * (rates[0] as number));
  if (before) return { parts, rates, history: [] };
  const line: DrawnLine = { parts, rates, history: units };
  const { feed, taps, shared } = carried;
  // What all draws share is carried once for all of them where no curve is drawn, or one that only stands alone.
  const once = parts.every(({ drawn }) => !drawn) || parts.some(({ curve }) => !canBeDrawn(curve(0).type));
  if (taps) line.taps = taps;
  else if (feed && shared && once)
    line.taps = Float64Array.from({ length: horizon + units.length }, (_, lag) => tap(lag));
  else if (feed) line.feed = feed;
  return line;
}

/** The weight of a lag, where all draws share it. */
function tapOf({ feed, taps }: Carried): (lag: number) => number {
  if (taps) return (lag) => taps[lag] ?? 0;
  if (!feed) return (lag) => (lag === 0 ? 1 : 0);
  return (lag) => (feed.lags > 0 && lag >= feed.lags ? 0 : feed.gain(0) * powerOf(feed.decay(0), lag));
}

/** One curve a draw. */
export function drawnCurve(curve: Curve): { curve: (draw: number) => Curve; drawn: boolean } {
  // A table's lists are its points.
  const entries = canBeDrawn(curve.type) ? Object.entries(curve) : [];
  const lists = entries.filter(([, values]) => Array.isArray(values)) as [string, number[]][];
  if (lists.length === 0) return { curve: () => curve, drawn: false };
  return {
    drawn: true,
    curve: (draw) => {
      const one: Record<string, unknown> = { ...curve };
      for (const [name, values] of lists) one[name] = values[draw];
      return one as Curve;
    },
  };
}
