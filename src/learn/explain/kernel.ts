/** The border of assembly/learn/shap.ts. */
import type { Memory } from "../kernel.js";
import type { PlacedLeaves, PlacedTests } from "./place.js";

/** Rows that go over the border together. */
export const TILE_ROWS = 256;

/** Rows of a model's features, one after another, in an engine's memory. */
export class Tile {
  readonly start: number;
  readonly width: number;
  readonly #memory: Memory;

  constructor(memory: Memory, width: number) {
    this.#memory = memory;
    this.width = width;
    this.start = memory.take(8 * TILE_ROWS * width);
  }

  /** Copies rows from `first` on, as the model compares them; how many they were. */
  fill(columns: readonly (Float32Array | Float64Array)[], first: number, rounds: boolean): number {
    const rows = columns[0]?.length ?? 0;
    const count = Math.min(TILE_ROWS, rows - first);
    const numbers = this.#memory.floats(this.start, TILE_ROWS * this.width);
    for (const [f, column] of columns.entries()) {
      for (let i = 0; i < count; i++) {
        const x = column[first + i] as number;
        numbers[i * this.width + f] = rounds ? Math.fround(x) : x;
      }
    }
    return count;
  }
}

/** Counts, over tiles of the background, which side of each test rows go to. */
export class Cover {
  readonly #memory: Memory;
  readonly #tests: PlacedTests;
  readonly #testCount: number;
  readonly #start: number;

  constructor(memory: Memory, tests: PlacedTests, testCount: number) {
    this.#memory = memory;
    this.#tests = tests;
    this.#testCount = testCount;
    this.#start = memory.take(16 * testCount);
  }

  add(tile: Tile, trees: number, count: number): void {
    const { tests, trees: inTrees } = this.#tests;
    this.#memory.kernels.countCover(tests, inTrees, trees, tile.start, tile.width, count, this.#start);
  }

  /** Left and right of each test. */
  read(): Float64Array {
    return this.#memory.floats(this.#start, 2 * this.#testCount).slice();
  }
}

/** Shapley values of tiles. */
export class Contributor {
  readonly #memory: Memory;
  readonly #tests: PlacedTests;
  readonly #testCount: number;
  readonly #leaves: PlacedLeaves;
  readonly #outputs: number;
  readonly #sides: number;
  readonly #weights: number;
  readonly #out: number;

  constructor(
    memory: Memory,
    { tests, testCount, leaves }: { tests: PlacedTests; testCount: number; leaves: PlacedLeaves },
    width: number,
  ) {
    this.#memory = memory;
    this.#tests = tests;
    this.#testCount = testCount;
    this.#leaves = leaves;
    this.#outputs = leaves.means.length;
    this.#sides = memory.take(testCount);
    this.#weights = memory.take(16 * (leaves.deepest + 1));
    this.#out = memory.take(8 * TILE_ROWS * width * this.#outputs);
  }

  /** By row, output and feature, of the first `count` rows: valid until the memory grows. */
  read(tile: Tile, count: number): Float64Array {
    const { leaves, leafCount, elements, steps, values } = this.#leaves;
    const out = this.#memory.floats(this.#out, count * tile.width * this.#outputs).fill(0);
    this.#memory.kernels.addContributions(
      ...([this.#tests.tests, this.#testCount, leaves, leafCount, elements, steps, values, this.#outputs] as const),
      ...([tile.start, tile.width, count, this.#sides, this.#weights, this.#out] as const),
    );
    return out;
  }
}
