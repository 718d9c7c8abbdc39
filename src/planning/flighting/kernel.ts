/** The border of the kernels of channels × time: the only place here that calls the module's exports. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import type { Adstock } from "../types.js";
import type { Acting } from "./interactions.js";

/** Bytes of a line (assembly/planning/flighting.ts). */
const LINE = 32;

/** A column of n numbers in the engine's memory, padded with zeros to an even length; views are made when they are read. */
export class Column {
  readonly length: number;
  readonly at: number;
  readonly #engine: Engine;

  constructor(engine: Engine, scratch: Scratch, length: number) {
    this.#engine = engine;
    this.length = length;
    this.at = scratch.take(8 * (length + 1));
    new Float64Array(engine.memory.buffer, this.at, length + 1).fill(0);
  }

  /** Valid until the memory grows. */
  get view(): Float64Array {
    return new Float64Array(this.#engine.memory.buffer, this.at, this.length);
  }
}

export interface Shape {
  lines: number;
  periods: number;
  /** Periods in which spend still works: `periods`, or more where what comes after the plan counts. */
  horizon: number;
}

/** Weights of an adstock by lag; undefined for one that is a recursion, or none. */
export function tapsOf(engine: Engine, scratch: Scratch, adstock: Adstock): { at: number; length: number } | undefined {
  if (adstock.type === "geometric") return undefined;
  const length = adstock.type === "kernel" ? adstock.weights.length : adstock.length;
  const at = scratch.take(8 * length);
  if (adstock.type === "kernel") {
    new Float64Array(engine.memory.buffer, at, length).set(adstock.weights);
    return { at, length };
  }
  const { normalised = true } = adstock;
  const [form, a, b] = formOf(adstock);
  engine.kernels.taps(form, a, b, length, normalised, at);
  return { at, length };
}

function formOf(adstock: Exclude<Adstock, { type: "geometric" | "kernel" }>): [number, number, number] {
  if (adstock.type === "delayed") return [0, adstock.decay, adstock.peak];
  if (adstock.type === "binomial") return [1, adstock.decay, 0];
  return [adstock.form === "pdf" ? 2 : 3, adstock.shape, adstock.scale];
}

/** Adstocks of all lines: `place` each, then forwards and backwards. */
export class Carry {
  readonly #engine: Engine;
  readonly #shape: Shape;
  readonly #lines: number;

  constructor(engine: Engine, scratch: Scratch, shape: Shape) {
    this.#engine = engine;
    this.#shape = shape;
    this.#lines = scratch.take(LINE * shape.lines);
  }

  /** Σ values and slopes that are finite; with `chords`, of the envelopes. All by period of the horizon. */
  settle(n: number, a: Column, at: { values: number; slopes: number }, chords: Column | undefined): number {
    return this.#engine.kernels.settle(n, a.at, at.values, at.slopes, chords?.at ?? 0);
  }

  place(line: number, by: { taps?: { at: number; length: number }; decay?: number; gain?: number }): void {
    const view = new DataView(this.#engine.memory.buffer, this.#lines + LINE * line, LINE);
    view.setUint32(0, by.taps?.at ?? 0, true);
    view.setUint32(4, by.taps?.length ?? 0, true);
    view.setFloat64(8, by.decay ?? 0, true);
    view.setFloat64(16, by.gain ?? 1, true);
  }

  forwards(x: Column, rates: Column, base: Column, a: Column): void {
    const { lines, periods, horizon } = this.#shape;
    this.#engine.kernels.carry(this.#lines, lines, periods, horizon, x.at, rates.at, base.at, a.at);
  }

  backwards(slopes: { at: number }, rates: Column, g: Column): void {
    const { lines, periods, horizon } = this.#shape;
    this.#engine.kernels.carryBack(this.#lines, lines, periods, horizon, slopes.at, rates.at, g.at);
  }
}

/** A box and the budget: where plans may lie. */
export interface Simplex {
  low: Column;
  /** Where plans may lie below `low`: what a bound has to cover, while climbs stay where slopes are finite. */
  floor?: Column;
  high: Column;
  budget: number;
  /** Some of the budget may stay unspent. */
  atMost: boolean;
}

/** Vectors of an ascent. */
export class Vectors {
  readonly #engine: Engine;
  readonly #out: number;
  readonly #size: number;

  constructor(engine: Engine, scratch: Scratch, size: number) {
    this.#engine = engine;
    this.#size = size;
    this.#out = scratch.take(16);
    new Float64Array(engine.memory.buffer, this.#out, 2).fill(0);
  }

  /** d = p − x; gᵀd. */
  direction(x: Column, p: Column, g: Column, d: Column): number {
    return this.#engine.kernels.direction(x.at, p.at, g.at, this.#size, d.at);
  }

  /** out = x + t d. */
  along(x: Column, d: Column, t: number, out: Column): void {
    this.#engine.kernels.along(x.at, d.at, t, this.#size, out.at);
  }

  /** The step of Barzilai and Borwein; negative where the objective is not concave between the points. */
  spectral(x: Column, g: Column, toX: Column, toG: Column): number {
    return this.#engine.kernels.spectral(x.at, g.at, toX.at, toG.at, this.#size);
  }

  dot(g: Column, x: Column): number {
    return this.#engine.kernels.gainOf(g.at, x.at, this.#size);
  }

  /** Puts the nearest point of the simplex to v into `out`; the price of the last projection is where it starts. */
  project(v: Column, { low, high, budget, atMost }: Simplex, out: Column): void {
    this.#engine.kernels.nearestPlan(v.at, low.at, high.at, this.#size, budget, atMost, this.#out, out.at);
  }

  /** The most that gᵀs reaches on the simplex, too large by `enough` at most, and the price of money there. */
  mostAlong(g: Column, { low, floor = low, high, budget, atMost }: Simplex, enough: number) {
    const { kernels, memory } = this.#engine;
    const out = this.#out + 8;
    const value = kernels.mostAlong(g.at, floor.at, high.at, this.#size, budget, atMost, enough, out);
    return { value, price: new DataView(memory.buffer).getFloat64(out, true) };
  }
}

/** n numbers in [0, 1) from a seed, the same on every runtime. */
export function randoms(engine: Engine, scratch: Scratch, seed: bigint, n: number): Float64Array {
  const at = scratch.take(8 * n);
  const counters = new BigUint64Array(engine.memory.buffer, at, n);
  for (let i = 0; i < n; i++) counters[i] = BigInt.asUintN(64, (seed << 32n) + BigInt(i));
  engine.kernels.mixKeys(at, n);
  const draws = Float64Array.from(
    new BigUint64Array(engine.memory.buffer, at, n),
    (bits) => Number(bits >> 11n) * 2 ** -53,
  );
  scratch.give(at);
  return draws;
}

/** Bytes of a record (assembly/planning/interact.ts). */
const RECORD = 32;

export function placeInteractions(
  engine: Engine,
  scratch: Scratch,
  all: readonly Acting[],
): { records: number; out: number } {
  const records = scratch.take(RECORD * all.length + 8);
  const out = scratch.take(8 * all.length + 8);
  all.forEach(({ kind, lag, strength, a, b }, k) => {
    const lists = [a, b].map((lines) => {
      const at = scratch.take(4 * lines.length + 4);
      new Uint32Array(engine.memory.buffer, at, lines.length).set(lines);
      return { at, length: lines.length };
    }) as [{ at: number; length: number }, { at: number; length: number }];
    const view = new DataView(engine.memory.buffer, records + RECORD * k, RECORD);
    view.setUint32(0, kind, true);
    view.setUint32(4, lag, true);
    view.setFloat64(8, strength, true);
    lists.forEach(({ at, length }, side) => {
      view.setUint32(16 + 8 * side, at, true);
      view.setUint32(20 + 8 * side, length, true);
    });
  });
  return { records, out };
}

/** What `count` records add to the values; slopes become slopes of the whole. Addresses. */
export function interact(
  engine: Engine,
  { records, out }: { records: number; out: number },
  count: number,
  { lines, horizon }: { lines: number; horizon: number },
  { values, slopes, most, factors }: { values: number; slopes: number; most: number; factors: number },
  lifted: boolean,
): number {
  return engine.kernels.interact(records, count, lines, horizon, values, slopes, most, factors, lifted, out);
}
