/** The border of the kernels for many rows: assembly/uplift/{bin,bits,symmetric,sum}.ts. */
import type { Engine } from "../../engine/engine.js";
import { kindOf, type Numbers, place } from "../kernel.js";
import type { Stored } from "../model/format.js";
import type { MaskPlan } from "./masks.js";
import type { Plan } from "./plan.js";
import type { Quantised } from "./quantised.js";
import { TILE } from "./trees.js";

/** A plan in an engine's memory: bins of a tile, then the leaves it ends in. */
export class PlacedBulk {
  readonly #engine: Engine;
  readonly #stored: Stored;
  readonly #plan: Plan;
  readonly #base: number;

  constructor(engine: Engine, stored: Stored, plan: Plan) {
    this.#engine = engine;
    this.#stored = stored;
    this.#plan = plan;
    this.#base = engine.arena.take(plan.image.size);
    plan.image.write(engine.memory.buffer, this.#base);
  }

  release(): void {
    this.#engine.arena.give(this.#base, this.#plan.image.size);
  }

  /** Bins of at most TILE rows, which the next calls are about. */
  bin(columns: readonly Numbers[], from: number, rows: number): void {
    const { kernels } = this.#engine;
    const base = this.#base;
    const numbers = base + this.#plan.numbers;
    let placed = -1;
    for (const [c, { feature, isSet, record }] of this.#plan.columns.entries()) {
      const column = columns[feature] as Numbers;
      if (feature !== placed) place(this.#engine, numbers, column, from, rows);
      placed = feature;
      const kind = kindOf(column, this.#stored.compares);
      const out = base + this.#plan.bins + c * TILE;
      if (isSet) kernels.binSet(numbers, kind, rows, base + record, out);
      else kernels.binColumn(numbers, kind, Math.ceil(rows / 16) * 16, base + record, out);
    }
  }

  /** Adds the leaves of the binned rows to sums by output, `stride` bytes each, tree by tree in their order. */
  add(rows: number, sums: number, stride: number): void {
    const { kernels } = this.#engine;
    const { kind, blocks, ...at } = this.#plan;
    const base = this.#base;
    const [bins, leaves] = [base + at.bins, base + at.leaves];
    const single = this.#stored.sums === "f32";
    const padded = Math.ceil(rows / 64) * 64;
    const some = Math.ceil(rows / 8) * 8;
    for (const { trees, count, sums: lists } of blocks) {
      if (kind === "symmetric") kernels.indexLeaves(base + trees, count, bins, padded, leaves, TILE);
      else kernels.findLeaves(base + trees, count, bins, padded, base + at.planes, leaves, TILE);
      for (const { output, items, count: many } of lists) {
        kernels.sumLeaves(base + items, many, some, sums + output * stride, single);
      }
    }
  }

  /** Most that a quantised sum may differ from an exact one; undefined where the model has none. */
  get quantisedError(): number | undefined {
    return this.#plan.quantised?.error;
  }

  /** Sets the sums of the binned rows from leaves of two bytes. The numbers' scratch holds their counts meanwhile. */
  setQuantised(rows: number, sums: number): void {
    const { kernels, memory } = this.#engine;
    const { calls, base, quantum } = this.#plan.quantised as Quantised;
    const counts = this.#base + this.#plan.numbers;
    const padded = Math.ceil(rows / 16) * 16;
    new Uint32Array(memory.buffer, counts, padded).fill(0);
    for (const { trees, count } of calls) {
      kernels.addQuantised(this.#base + trees, count, this.#base + this.#plan.bins, padded, counts);
    }
    kernels.scaleCounts(counts, Math.ceil(rows / 2) * 2, base, quantum, sums);
  }
}

/** Where one row lies: its numbers by feature, what its sums start from, its sums. */
export interface RowPlaces {
  features: number;
  start: number;
  sums: number;
}

/** Masks in an engine's memory, for one row at a time. */
export class PlacedMasks {
  readonly #engine: Engine;
  readonly #stored: Stored;
  readonly #plan: MaskPlan;
  readonly #base: number;

  constructor(engine: Engine, stored: Stored, plan: MaskPlan) {
    this.#engine = engine;
    this.#stored = stored;
    this.#plan = plan;
    this.#base = engine.arena.take(plan.image.size);
    plan.image.write(engine.memory.buffer, this.#base);
  }

  release(): void {
    this.#engine.arena.give(this.#base, this.#plan.image.size);
  }

  /** The row's sums, from its features. */
  sum(places: RowPlaces): void {
    const { compares, sums, tests, outputs } = this.#stored;
    const plan = this.#plan;
    const base = this.#base;
    this.#engine.kernels.maskRow(
      places.features,
      compares === "f32",
      base + plan.columns,
      plan.columnCount,
      base + plan.rows,
      plan.width,
      base + plan.bits,
      base + plan.trees,
      tests.length,
      places.start,
      places.sums,
      outputs.length,
      sums === "f32",
    );
  }
}
