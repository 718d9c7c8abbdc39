/** The border of the scoring kernels: the only place of this problem that calls them. */
import type { Engine } from "../engine/engine.js";
import type { RowPlaces } from "./bulk/kernel.js";
import { LINKS } from "./model/check.js";
import type { Columns } from "./model/columns.js";
import type { Stored } from "./model/format.js";
import { type WalkLayout, walkLayout, writeWalk } from "./model/walk.js";

/** How a column of a caller is read (assembly/uplift/keys.ts). */
const KIND = { f32: 0, f64: 1, rounded: 2 } as const;
export type Numbers = Float32Array | Float64Array;

/** Rows that are walked together: their keys and the nodes of some trees share the first and second level of the cache. */
const WALK_ROWS = 256;
/** Bytes of nodes that are walked by all rows of a tile before the next. */
const WALK_BYTES = 262_144;

/** A model in an engine's memory, ready for one row or for tiles of rows. */
export class PlacedWalk {
  readonly #engine: Engine;
  readonly #stored: Stored;
  readonly #questions: Columns;
  readonly #layout: WalkLayout;
  readonly #base: number;
  /** First tree of each block of trees, and their number at last. */
  readonly #blocks: number[];

  constructor(engine: Engine, stored: Stored, questions: Columns) {
    this.#engine = engine;
    this.#stored = stored;
    this.#questions = questions;
    this.#layout = walkLayout(stored, questions);
    this.#base = engine.arena.take(this.#layout.end);
    writeWalk(engine.memory.buffer as ArrayBuffer, this.#base, this.#layout, stored, questions);
    this.#blocks = blocksOf(stored.tests);
  }

  release(): void {
    this.#engine.arena.give(this.#base, this.#layout.end);
  }

  /** One row's features in memory: write them, then `one`. The view is valid until the memory grows. */
  get features(): Float64Array {
    return new Float64Array(
      this.#engine.memory.buffer,
      this.#base + this.#layout.features,
      this.#stored.features.length,
    );
  }

  /** Outputs of the row by `one`: every second number. */
  get results(): Float64Array {
    return new Float64Array(
      this.#engine.memory.buffer,
      this.#base + this.#layout.sums,
      2 * this.#stored.outputs.length,
    );
  }

  /** Scores the row that `features` holds: by masks, where there are some, else by a walk. */
  one(masks?: { sum(places: RowPlaces): void }): void {
    const { outputs, divisor, scale, link } = this.#stored;
    const layout = this.#layout;
    const base = this.#base;
    const sums = base + layout.sums;
    if (masks) masks.sum({ features: base + layout.features, start: base + layout.start, sums });
    else this.#walkOne();
    const bias = base + layout.bias;
    this.#engine.kernels.finish(sums, 16, 1, outputs.length, divisor, scale, bias, LINKS.indexOf(link));
  }

  #walkOne(): void {
    const { sums, compares, tests, outputs } = this.#stored;
    const layout = this.#layout;
    const base = this.#base;
    this.#engine.kernels.walkRow(
      base + layout.features,
      compares === "f32",
      base + layout.columns,
      this.#questions.columns.length,
      base + layout.row,
      base + layout.groups,
      layout.groupCount,
      base + layout.leaves,
      base + layout.trees,
      tests.length,
      base + layout.start,
      base + layout.sums,
      outputs.length,
      sums === "f32",
    );
  }

  /** Adds the leaves of all trees to `sums`, `stride` bytes an output; rows from `from` on, by feature in `columns`. */
  rows(columns: readonly Numbers[], from: number, count: number, sums: number, stride: number): void {
    const { kernels } = this.#engine;
    const { compares } = this.#stored;
    const asked = this.#questions.columns;
    const width = 8 * (asked.length + 1);
    const arena = this.#engine.arena;
    const bytes = WALK_ROWS * (width + 8);
    const block = arena.take(bytes);
    const source = block + WALK_ROWS * width;
    try {
      this.#clear(block, width);
      for (let first = 0; first < count; first += WALK_ROWS) {
        const rows = Math.min(WALK_ROWS, count - first);
        for (let c = 0, placed = -1; c < asked.length; c++) {
          const { feature } = asked[c] as { feature: number };
          const column = columns[feature] as Numbers;
          if (feature !== placed) place(this.#engine, source, column, from + first, rows);
          placed = feature;
          const kind = kindOf(column, compares);
          kernels.keyColumn(source, kind, rows, this.#base + this.#layout.columns + 32 * c, block + 8 + 8 * c, width);
        }
        const padded = Math.ceil(rows / 8) * 8;
        for (let b = 0; b + 1 < this.#blocks.length; b++) {
          const [tree, end] = [this.#blocks[b] as number, this.#blocks[b + 1] as number];
          const trees = this.#base + this.#layout.trees + 16 * tree;
          const single = this.#stored.sums === "f32";
          kernels.walkRows(trees, end - tree, block, width, padded, sums + 8 * first, stride, single);
        }
      }
    } finally {
      arena.give(block, bytes);
    }
  }

  /** Every row begins with the least key, which no leaf's is below. */
  #clear(block: number, width: number): void {
    const words = new Uint32Array(this.#engine.memory.buffer, block, (WALK_ROWS * width) / 4).fill(0);
    for (let i = 1; i < words.length; i += width / 4) words[i] = 0x80000000;
  }

  /** Sets the sums of `rows` rows to what they start from. */
  begin(sums: number, stride: number, rows: number): void {
    const { start } = this.#stored;
    for (const [k, value] of start.entries()) {
      new Float64Array(this.#engine.memory.buffer, sums + k * stride, rows).fill(value);
    }
  }

  /** From sums to outputs. */
  finish(sums: number, stride: number, rows: number): void {
    const { outputs, divisor, scale, link } = this.#stored;
    const bias = this.#base + this.#layout.bias;
    this.#engine.kernels.finish(sums, stride, rows, outputs.length, divisor, scale, bias, LINKS.indexOf(link));
  }
}

/** Copies a part of a column into memory. */
export function place(engine: Engine, to: number, column: Numbers, from: number, count: number): void {
  const Kind = column instanceof Float32Array ? Float32Array : Float64Array;
  const view = new Kind(engine.memory.buffer, to, count);
  view.set(from === 0 && count === column.length ? column : column.subarray(from, from + count));
}

export function kindOf(column: Numbers, compares: "f32" | "f64"): number {
  if (column instanceof Float32Array) return KIND.f32;
  return compares === "f64" ? KIND.f64 : KIND.rounded;
}

function blocksOf(tests: Uint32Array): number[] {
  const blocks = [0];
  let bytes = 0;
  for (let t = 0; t < tests.length; t++) {
    const size = 32 * ((tests[t] as number) + 1);
    if (bytes > 0 && bytes + size > WALK_BYTES) {
      blocks.push(t);
      bytes = 0;
    }
    bytes += size;
  }
  blocks.push(tests.length);
  return blocks;
}
