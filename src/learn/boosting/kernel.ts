/** The border of the kernels that boost. Layouts: assembly/learn/boost/run.ts. */
import type { Grown } from "../forest.js";
import { halves, type Memory } from "../kernel.js";

const CELL = 16;
const NODE = 96;
const RUN = 192;
/** Bytes of histograms that are kept, so that of two children one is made: what is beyond is made twice. */
const KEPT = 2 ** 28;

/** Numbers of the losses. */
export const LOSSES = ["squared", "logistic", "tweedie"] as const;
export type Loss = (typeof LOSSES)[number];

/** What trees grow from: addresses of columns in an engine's memory, by row. */
export interface BoostGround {
  rows: number;
  columns: { at: number; bins: number; monotone: -1 | 0 | 1 }[];
  y: Float64Array;
  weight: Float64Array | undefined;
  training: Uint32Array;
  validation: Uint32Array;
  /** Raw score that all rows start from. */
  start: number;
}

export interface BoostSettings {
  loss: Loss;
  power: number;
  leaves: number;
  rate: number;
  leastRows: number;
  l2: number;
  rowShare: number;
  columnShare: number;
  seed: number;
}

export interface BoostedTree extends Grown {
  value: Float64Array;
}

interface Shape {
  cells: number;
  slotBytes: number;
  slots: number;
}

function shapeOf(columns: number, cells: number, leaves: number): Shape {
  const slotBytes = CELL * cells * columns;
  return { cells, slotBytes, slots: Math.max(1, Math.min(leaves, Math.floor(KEPT / slotBytes))) };
}

/** Bytes that boosting takes beside the bins, with columns of so many bins at most. */
export function boosterBytes(rows: number, columns: number, bins: number, leaves: number): number {
  const { slotBytes, slots } = shapeOf(columns, bins, leaves);
  return 81 * rows + (slots + 1) * slotBytes + NODE * 2 * leaves + 4 * slots + 11 * columns + RUN + 1024;
}

/** Bins of the column that has most. */
export function mostBins(columns: readonly { bins: number }[]): number {
  return columns.reduce((most, { bins }) => Math.max(most, bins), 2);
}

/** Grows one tree after the other on what the ones before it left. */
export class Booster {
  readonly #memory: Memory;
  readonly #rows: number;
  readonly #run: number;
  readonly #nodes: number;
  readonly #score: number;
  readonly #best: number;
  readonly #training: { at: number; count: number };
  readonly #validation: { at: number; count: number };
  readonly #sums: number;
  readonly #taken: number[] = [];
  readonly #sees: boolean;

  constructor(memory: Memory, ground: BoostGround, settings: BoostSettings) {
    this.#memory = memory;
    const { rows, columns, training, validation } = ground;
    const take = (bytes: number) => this.#note(memory.take(bytes));
    const put = (column: Float64Array | Uint32Array | Uint16Array | Uint8Array) => this.#note(memory.put(column));
    this.#rows = rows;
    const { cells, slotBytes, slots } = shapeOf(columns.length, mostBins(columns), settings.leaves);
    this.#training = { at: put(training), count: training.length };
    this.#validation = { at: put(validation), count: validation.length };
    const y = put(ground.y);
    const weights = ground.weight ? put(ground.weight) : 0;
    this.#score = take(8 * rows);
    memory.floats(this.#score, rows).fill(ground.start);
    this.#best = validation.length > 0 ? take(8 * rows) : 0;
    const entries = take(4 * training.length);
    const stats = take(CELL * (training.length + 1));
    const spareEntries = take(4 * training.length);
    const spareStats = take(CELL * training.length);
    const histograms = take((slots + 1) * slotBytes);
    const free = take(4 * slots);
    this.#nodes = take(NODE * 2 * settings.leaves);
    const seen = take(rows);
    this.#sums = take(16);
    this.#run = take(RUN);
    // Every row is a training row, and no tree leaves one out: none has to follow.
    this.#sees = training.length === rows && settings.rowShare >= 1;
    const columnAt = put(Uint32Array.from(columns, ({ at }) => at));
    const counts = put(Uint16Array.from(columns, ({ bins }) => bins));
    const monotone = put(Uint8Array.from(columns, ({ monotone }) => monotone & 255));
    const isMonotone = Number(columns.some((column) => column.monotone !== 0));
    const used = take(4 * columns.length);
    const [low, high] = halves(settings.seed);
    const { l2, rate, leastRows, power, rowShare, columnShare, loss, leaves } = settings;
    memory.floats(this.#run, 5).set([l2, rate, leastRows, 0, power]);
    memory.wholes(this.#run + 40, 2).set([low, high]);
    memory.floats(this.#run + 48, 2).set([rowShare, columnShare]);
    memory
      .wholes(this.#run + 64, 32)
      .set([
        ...[LOSSES.indexOf(loss), rows, columns.length, columnAt, counts, monotone, isMonotone, used, 0, cells],
        ...[
          y,
          weights,
          this.#score,
          this.#training.at,
          this.#training.count,
          entries,
          stats,
          0,
          spareEntries,
          spareStats,
        ],
        ...[histograms, slotBytes, slots, free, 0, this.#nodes, 0, leaves, 0, seen],
      ]);
  }

  #note(start: number): number {
    this.#taken.push(start);
    return start;
  }

  /** Grows a tree and adds it to all rows' scores. */
  grow(tree: number): BoostedTree {
    const { kernels } = this.#memory;
    kernels.plantBoost(this.#run, tree);
    const count = kernels.growBoost(this.#run);
    if (!this.#sees) kernels.followBoost(this.#run);
    return this.#read(count);
  }

  #read(count: number): BoostedTree {
    const floats = this.#memory.floats(this.#nodes, (count * NODE) / 8);
    const wholes = this.#memory.wholes(this.#nodes, (count * NODE) / 4);
    const float = (field: number) => Float64Array.from({ length: count }, (_, i) => floats[12 * i + field] as number);
    const whole = (field: number) => (_: unknown, i: number) => wholes[24 * i + field] as number;
    const left = Uint32Array.from({ length: count }, whole(21));
    return {
      feature: Int32Array.from({ length: count }, (_, i) => (left[i] === 0 ? -1 : (wholes[24 * i + 18] as number))),
      bin: Uint8Array.from({ length: count }, whole(19)),
      missingLeft: Uint8Array.from({ length: count }, whole(20)),
      left,
      gain: float(0),
      depth: Uint32Array.from({ length: count }, whole(23)),
      // Gains are sums over rows already.
      rows: new Uint32Array(count).fill(1),
      value: float(3),
    };
  }

  /** Mean loss, by weight: of the rows that trees learn from, or of those that validate. */
  loss(which: "training" | "validation"): number {
    const { at, count } = which === "training" ? this.#training : this.#validation;
    this.#memory.kernels.lossOf(this.#run, at, count, this.#sums);
    const [sum, weight] = this.#memory.floats(this.#sums, 2) as unknown as [number, number];
    return sum / weight;
  }

  /** Keeps the scores as they are now. */
  keep(): void {
    const scores = this.#memory.floats(this.#score, this.#rows);
    this.#memory.floats(this.#best, this.#rows).set(scores);
  }

  /** Raw scores of all rows, as they are or as they were kept. */
  scores(kept: boolean): Float64Array {
    return this.#memory.floats(kept ? this.#best : this.#score, this.#rows).slice();
  }

  release(): void {
    for (const start of this.#taken) this.#memory.give(start);
  }
}
