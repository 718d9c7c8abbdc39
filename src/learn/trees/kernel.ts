/** The border of the kernels that grow trees and read them. Layouts: assembly/learn/run.ts, spread.ts. */
import type { Grown } from "../forest.js";
import { halves, type Memory } from "../kernel.js";

const CELL = 16;
const GROUP = 4;
const WORK = 6_656;
const NODE_HEAD = 40;
const RUN = 136;
const DRAW = 80;

/** Numbers of the criteria (run.ts). */
export const CRITERIA = ["KL", "ED", "Chi", "CTS", "DDP", "IT", "CIT", "IDDP", "causal"] as const;
export type SplitCriterion = (typeof CRITERIA)[number];

/** Bytes of a node of that many arms. */
export function nodeBytes(arms: number): number {
  return NODE_HEAD + 8 * (arms + (arms % 2)) + CELL * arms;
}

/** Settings of a run: how trees grow. */
export interface Growth {
  criterion: SplitCriterion;
  normalised: boolean;
  leastLeaf: number;
  leastArm: number;
  shrinkage: number;
  leastShare: number;
  maxDepth: number;
  tries: number;
  /** All nodes of a level ask the same. */
  symmetric: boolean;
}

/** What trees grow from: addresses of columns. */
export interface Ground {
  rows: number;
  features: number;
  bins: number;
  stride: number;
  /** Bins by feature, the missing one included. */
  counts: Uint16Array;
  armCount: number;
  /** u8 by row. */
  arms: number;
  /** u32 by row, or 0. */
  units: number;
  unitCount: number;
  /** f64 by row, or 0. */
  weights: number;
  /** f64 by row: what splits look at. */
  target: number;
  /** f64 by row, each: what leaves say. */
  outcomes: number[];
}

/** Which rows a tree sees. */
export interface Draws {
  seed: number;
  share: number;
  honest: number;
  bootstrap: boolean;
}

export interface GrownTree extends Grown {
  /** By node, outcome and arm: means; of leaves only. */
  means: Float64Array;
  /** Leaves that took an ancestor's means. */
  fallen: number;
  /** Rows, by number, that gave the structure and that gave the estimates. */
  structureRows: number;
  estimateRows: number;
}

/** Most nodes that the least sizes allow. */
export function nodeLimit(ground: Pick<Ground, "rows">, growth: Growth, rarest: number): number {
  const byLeaf = ground.rows / Math.max(growth.leastLeaf, 1);
  const byArm = growth.leastArm > 0 ? rarest / growth.leastArm : ground.rows;
  const leaves = Math.ceil(1.25 * Math.min(byLeaf, byArm)) + 64;
  const byDepth = growth.maxDepth < 22 ? 2 ** (growth.maxDepth + 1) - 1 : 2 ** 23 - 1;
  // A symmetric tree has all leaves of its depth, also those without rows.
  return growth.symmetric ? byDepth : Math.min(2 * leaves + 1, byDepth, 2 ** 23 - 1);
}

/** Bytes that growing takes beside the ground. */
export function growerBytes(ground: Ground, limit: number): number {
  const { rows, features, armCount: arms, outcomes } = ground;
  const perNode = nodeBytes(arms) + 4 + 8 + 8 * arms * (1 + 2 * outcomes.length);
  return 52 * rows + 6 * features + GROUP * arms * 4_096 + limit * perNode + ground.unitCount + WORK;
}

/** Grows one tree after the other in the same room. */
export class Grower {
  readonly #memory: Memory;
  readonly #ground: Ground;
  readonly #draws: Draws;
  readonly #run: number;
  readonly #draw: number;
  readonly #nodes: number;
  readonly #steps: number;
  readonly #sums: number;
  readonly #means: number;
  readonly #outcomes: number;
  readonly #counts: number;
  readonly #symmetric: boolean;

  constructor(memory: Memory, ground: Ground, growth: Growth, draws: Draws, limit: number) {
    this.#memory = memory;
    this.#symmetric = growth.symmetric;
    this.#ground = ground;
    this.#draws = draws;
    const { rows, features, armCount: arms, outcomes } = ground;
    const entries = memory.take(4 * rows);
    const stats = memory.take(CELL * rows);
    const spareEntries = memory.take(4 * rows);
    const spareStats = memory.take(CELL * rows);
    const others = memory.take(4 * rows);
    const otherWeights = memory.take(8 * rows);
    const binCounts = memory.put(ground.counts);
    const order = memory.take(4 * features);
    const histogram = memory.take(GROUP * arms * 4_096);
    this.#nodes = memory.take(limit * nodeBytes(arms));
    const stack = memory.take(4 * limit);
    this.#steps = memory.take(8 * limit);
    this.#sums = memory.take(8 * limit * arms * (1 + outcomes.length));
    this.#means = memory.take(8 * limit * arms * outcomes.length);
    this.#outcomes = memory.put(Uint32Array.from(outcomes));
    this.#counts = draws.bootstrap ? memory.take(ground.unitCount + 4) : 0;
    const work = memory.take(WORK);
    this.#run = memory.take(RUN);
    this.#draw = memory.take(DRAW);
    const [low, high] = halves(draws.seed);
    const { leastLeaf, leastArm, shrinkage, leastShare, normalised, maxDepth, tries } = growth;
    memory.floats(this.#run, 5).set([leastLeaf, leastArm, shrinkage, leastShare, 0]);
    memory
      .wholes(this.#run + 40, 24)
      .set([
        ...[low, high, ground.bins, ground.stride, features, binCounts, entries, stats, spareEntries, spareStats],
        ...[arms, histogram, this.#nodes, limit, 0, stack, 0, CRITERIA.indexOf(growth.criterion), Number(normalised)],
        ...[Math.min(maxDepth, 2 ** 31), Math.min(tries, features), order, work, 0],
      ]);
    memory.wholes(this.#draw, 2).set([low, high]);
    memory.floats(this.#draw + 8, 2).set([draws.share, draws.honest]);
    memory
      .wholes(this.#draw + 24, 14)
      .set([
        ...[rows, 0, 0, ground.arms, ground.units, ground.weights, ground.target, this.#counts, entries, stats],
        ...[0, others, otherWeights, 0],
      ]);
  }

  /**
   * Draws the rows of a tree and makes its root. Then call `grow` until it is true, and `finish`.
   * @param group trees of a group draw the same share of the units.
   */
  plant(tree: number, group: number): void {
    const memory = this.#memory;
    const { kernels } = memory;
    if (this.#counts) {
      const [low, high] = halves(this.#draws.seed);
      kernels.resample(this.#counts, this.#ground.unitCount, low, high, tree);
    }
    memory.wholes(this.#draw + 28, 2).set([group, tree]);
    kernels.drawRows(this.#draw);
    memory.wholes(this.#run + 132, 1)[0] = tree;
    kernels.plant(this.#run, this.#taken(64));
  }

  #taken(at: number): number {
    return this.#memory.wholes(this.#draw + at, 1)[0] as number;
  }

  /** Goes on for about `budget` readings of a number, or for a level; says whether the tree is done. */
  grow(budget: number): boolean {
    const { kernels } = this.#memory;
    return (this.#symmetric ? kernels.growLevel(this.#run) : kernels.grow(this.#run, budget)) === 1;
  }

  /** The tree with the means of its leaves; undefined where an arm has fewer than `least` rows among those that give the estimates. */
  finish(least: number): GrownTree | undefined {
    const memory = this.#memory;
    const { kernels } = memory;
    const { armCount: arms, outcomes } = this.#ground;
    kernels.layTree(this.#run, this.#steps);
    const [others, weights, estimateRows] = memory.wholes(this.#draw + 68, 3) as unknown as [number, number, number];
    const fallen = kernels.estimate(
      this.#run,
      this.#steps,
      others,
      weights,
      estimateRows,
      this.#outcomes,
      outcomes.length,
      least,
      this.#sums,
      this.#means,
    );
    if (fallen < 0) return undefined;
    const count = memory.wholes(this.#run + 96, 1)[0] as number;
    const size = nodeBytes(arms);
    const words = memory.wholes(this.#nodes, (count * size) / 4);
    const pick = (field: number) => (_: unknown, i: number) => words[(i * size) / 4 + field] as number;
    const numbers = memory.floats(this.#nodes, (count * size) / 8);
    return {
      feature: Int32Array.from({ length: count }, pick(6)),
      bin: Uint8Array.from({ length: count }, pick(7)),
      missingLeft: Uint8Array.from({ length: count }, pick(8)),
      left: Uint32Array.from({ length: count }, pick(9)),
      depth: Uint32Array.from({ length: count }, pick(5)),
      rows: Uint32Array.from({ length: count }, pick(4)),
      gain: Float64Array.from({ length: count }, (_, i) => numbers[(i * size) / 8] as number),
      means: memory.floats(this.#means, count * arms * outcomes.length).slice(),
      fallen,
      structureRows: this.#taken(64),
      estimateRows,
    };
  }
}

/** Trees of a model where `sumSpread` reads them. */
export interface PlacedTrees {
  nodes: number;
  roots: number;
  trees: number;
  values: number;
  outputs: number;
}

/** Rows that are read together. */
export const SPREAD_ROWS = 512;

/** Means and standard errors of tiles of rows, by trees in groups. */
export class Spread {
  readonly #memory: Memory;
  readonly #trees: PlacedTrees;
  readonly #width: number;
  readonly #rows: number;
  readonly #sums: number;
  readonly #mean: number;
  readonly #error: number;

  constructor(memory: Memory, trees: PlacedTrees, width: number) {
    this.#memory = memory;
    this.#trees = trees;
    this.#width = width;
    this.#rows = memory.take(8 * SPREAD_ROWS * width);
    const size = 8 * SPREAD_ROWS * trees.outputs;
    this.#sums = memory.take(3 * size);
    this.#mean = memory.take(size);
    this.#error = memory.take(size);
  }

  /** Where the rows of a tile go, one after another: valid until the memory grows. */
  get rows(): Float64Array {
    return this.#memory.floats(this.#rows, SPREAD_ROWS * this.#width);
  }

  /** Means, and standard errors, by row and output, of the first `count` rows of the tile: valid until the memory grows. */
  read(count: number, group: number): { mean: Float64Array; error: Float64Array } {
    const { nodes, roots, trees, values, outputs } = this.#trees;
    this.#memory.kernels.sumSpread(
      ...([nodes, roots, trees, group, values, outputs] as const),
      ...([this.#rows, this.#width, count, this.#sums, this.#mean, this.#error] as const),
    );
    const numbers = count * outputs;
    return { mean: this.#memory.floats(this.#mean, numbers), error: this.#memory.floats(this.#error, numbers) };
  }
}
