/** The border of the kernels that evaluate: the only place here that calls the module's exports. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";

/** Sums of assembly/uplift/evaluate/gains.ts, by name. */
export interface GainSums {
  treated: number;
  controls: number;
  treatedSum: number;
  controlSum: number;
  /** ∫ r, ∫ q, ∫ Y_t and ∫ Y_c over the points where the score changes. */
  areaR: number;
  areaQ: number;
  areaTreated: number;
  areaControl: number;
  /** Σ Y_t, Σ Y_c over all rows; Σ r, Σ q over those where both arms are there. */
  rowsTreated: number;
  rowsControl: number;
  rowsR: number;
  rowsQ: number;
  /** Σ Y_t while there is no control, Σ Y_c while there is no treated. */
  aloneTreated: number;
  aloneControl: number;
  /** First row with a control and its q, first row with both arms and its u; 0 where there is none. */
  firstControl: number;
  firstQ: number;
  firstBoth: number;
  firstU: number;
}

const TREATED = 1;
const LAST = 2;
const GAINS = 18;
/** Counts go four at a time. */
const FOUR = 4;
const WORK = 1024;

/** Which rows a top is of. */
export const ARM = { control: 0, treated: 1, both: 2 } as const;

/** Resamples of units: `draw` puts the counts of one where the columns made with it look for them. */
export class Resamples {
  readonly #engine: Engine;
  readonly #counts: number;
  readonly #units: number;
  readonly #seed: number;
  #drawn = false;

  /** `units` rows or clusters; `seed` a whole number below 2^53. */
  constructor(engine: Engine, scratch: Scratch, units: number, seed: number) {
    this.#engine = engine;
    this.#units = units;
    this.#seed = seed;
    this.#counts = scratch.take(units + FOUR);
  }

  /** Resample number `replicate`; −1: every unit once. */
  draw(replicate: number): void {
    this.#drawn = replicate >= 0;
    if (!this.#drawn) return;
    const above = Math.floor(this.#seed / 2 ** 32);
    this.#engine.kernels.resample(this.#counts, this.#units, this.#seed >>> 0, above, replicate);
  }

  /** Address of the counts, 0 where every unit stands once. */
  get at(): number {
    return this.#drawn ? this.#counts : 0;
  }

  /** How often each unit was drawn; a view until memory grows. */
  get counts(): Uint8Array {
    return new Uint8Array(this.#engine.memory.buffer, this.#counts, this.#units);
  }
}

/** Rows of one comparison in the order of a score. */
export interface OrderedRows {
  order: Uint32Array;
  scores: Float64Array;
  /** 1: treated, 0: control; by row. */
  treated: Uint8Array;
  outcome: Float64Array;
  /** Γ of each row, where tops of it are asked for. */
  effects?: Float64Array;
  /** Cost that arose, where its curve is asked for. */
  cost?: Float64Array;
  /** Unit of each row. */
  units: Uint32Array;
}

/** One score's rows in memory, in its order. */
export class Ordered {
  readonly rows: number;
  readonly #engine: Engine;
  readonly #resamples: Resamples;
  readonly #arms: number;
  readonly #y: number;
  readonly #units: number;
  readonly #effects: number;
  readonly #cost: number;
  readonly #out: number;

  constructor(engine: Engine, scratch: Scratch, resamples: Resamples, ordered: OrderedRows) {
    const { order, scores, treated, outcome, effects, cost, units } = ordered;
    const n = order.length;
    this.rows = n;
    this.#engine = engine;
    this.#resamples = resamples;
    this.#arms = scratch.take(n);
    this.#y = scratch.take(8 * n);
    this.#units = scratch.take(4 * n);
    this.#effects = effects ? scratch.take(8 * n) : 0;
    this.#cost = cost ? scratch.take(8 * n) : 0;
    this.#out = scratch.take(8 * GAINS);
    const { buffer } = engine.memory;
    const arms = new Uint8Array(buffer, this.#arms, n);
    const unitOf = new Uint32Array(buffer, this.#units, n);
    for (let k = 0; k < n; k++) {
      const i = order[k] as number;
      const next = order[k + 1];
      const last = next === undefined || scores[next] !== scores[i];
      arms[k] = (treated[i] ? TREATED : 0) | (last ? LAST : 0);
      unitOf[k] = units[i] as number;
    }
    this.#place(this.#y, order, outcome);
    if (effects) this.#place(this.#effects, order, effects);
    if (cost) this.#place(this.#cost, order, cost);
  }

  /** Sums for every Qini and AUUC. */
  gains(): GainSums {
    this.#engine.kernels.upliftSums(this.rows, this.#arms, this.#y, this.#units, this.#resamples.at, this.#out);
    const [treated, controls, treatedSum, controlSum, areaR, areaQ, areaTreated, areaControl, ...more] = this.#read(18);
    const [rowsTreated, rowsControl, rowsR, rowsQ, aloneTreated, aloneControl, ...first] = more;
    const [firstControl, firstQ, firstBoth, firstU] = first;
    return {
      ...{
        treated,
        controls,
        treatedSum,
        controlSum,
        areaR,
        areaQ,
        areaTreated,
        areaControl,
        rowsTreated,
        rowsControl,
      },
      ...{ rowsR, rowsQ, aloneTreated, aloneControl, firstControl, firstQ, firstBoth, firstU },
    } as GainSums;
  }

  /** Counts and sums of outcomes of the first `top` rows of an arm, or of both: treated, controls, treatedSum, controlSum. */
  top(arm: number, top: number): number[] {
    const { kernels } = this.#engine;
    kernels.topSums(this.rows, this.#arms, this.#y, this.#units, this.#resamples.at, arm, top, this.#out);
    return this.#read(4);
  }

  /** N, Σ Γ, Σ_k S_k / k, Σ_k S_k. */
  toc(): number[] {
    const { kernels } = this.#engine;
    kernels.tocSums(this.rows, this.#arms, this.#effects, this.#units, this.#resamples.at, this.#out);
    return this.#read(4);
  }

  /** Σ of the recorded d_r, D_r, D_c. */
  costs(points: number): number[] {
    const { kernels } = this.#engine;
    const counts = this.#resamples.at;
    kernels.costSums(this.rows, this.#arms, this.#y, this.#cost, this.#units, counts, points, this.#out);
    return this.#read(3);
  }

  #place(at: number, order: Uint32Array, column: Float64Array): void {
    const into = new Float64Array(this.#engine.memory.buffer, at, order.length);
    for (let k = 0; k < order.length; k++) into[k] = column[order[k] as number] as number;
  }

  #read(length: number): number[] {
    return Array.from(new Float64Array(this.#engine.memory.buffer, this.#out, length));
  }
}

/** Columns of rows in memory whose sums over a resample are asked for. */
export class Columns {
  readonly width: number;
  readonly #engine: Engine;
  readonly #resamples: Resamples;
  readonly #rows: number;
  readonly #units: number;
  readonly #columns: number;
  readonly #work: number;
  readonly #out: number;

  constructor(
    engine: Engine,
    scratch: Scratch,
    resamples: Resamples,
    units: Uint32Array,
    columns: readonly Float64Array[],
  ) {
    const n = units.length;
    this.width = columns.length;
    this.#rows = n;
    this.#engine = engine;
    this.#resamples = resamples;
    this.#units = scratch.take(4 * n);
    this.#columns = scratch.take(8 * n * columns.length);
    this.#work = scratch.take(WORK);
    this.#out = scratch.take(8 * (columns.length + 1));
    const { buffer } = engine.memory;
    new Uint32Array(buffer, this.#units, n).set(units);
    columns.forEach((column, j) => {
      new Float64Array(buffer, this.#columns + 8 * n * j, n).set(column);
    });
  }

  /** Rows of the resample, then Σ of each column. */
  sums(): Float64Array {
    const { kernels, memory } = this.#engine;
    const n = this.#rows;
    const counts = this.#resamples.at;
    kernels.weighedSums(n, this.#units, counts, this.#columns, 8 * n, this.width, this.#work, this.#out);
    return new Float64Array(memory.buffer, this.#out, this.width + 1).slice();
  }
}

/** Steps of a path in memory, in the order in which a growing budget takes them. */
export class Path {
  readonly #engine: Engine;
  readonly #resamples: Resamples;
  readonly #steps: number;
  readonly #units: number;
  readonly #costs: number;
  readonly #gains: number;
  readonly #points: number;
  readonly #budgets: number;
  readonly #out: number;

  constructor(
    engine: Engine,
    scratch: Scratch,
    resamples: Resamples,
    steps: { units: Uint32Array; costs: Float64Array; gains: Float64Array },
    points: number,
  ) {
    const n = steps.units.length;
    this.#engine = engine;
    this.#resamples = resamples;
    this.#steps = n;
    this.#points = points;
    this.#units = scratch.take(4 * n);
    this.#costs = scratch.take(8 * n);
    this.#gains = scratch.take(8 * n);
    this.#budgets = scratch.take(8 * points);
    this.#out = scratch.take(16 * points);
    const { buffer } = engine.memory;
    new Uint32Array(buffer, this.#units, n).set(steps.units);
    new Float64Array(buffer, this.#costs, n).set(steps.costs);
    new Float64Array(buffer, this.#gains, n).set(steps.gains);
  }

  /** Gains and spends at ascending budgets, all in all. */
  at(budgets: Float64Array): { gains: Float64Array; spends: Float64Array } {
    const { kernels, memory } = this.#engine;
    const points = this.#points;
    new Float64Array(memory.buffer, this.#budgets, points).set(budgets);
    const spends = this.#out + 8 * points;
    const counts = this.#resamples.at;
    kernels.gainPath(
      ...([this.#steps, this.#units, this.#costs, this.#gains, counts, points, this.#budgets] as const),
      this.#out,
      spends,
    );
    const both = new Float64Array(memory.buffer, this.#out, 2 * points).slice();
    return { gains: both.subarray(0, points), spends: both.subarray(points) };
  }
}

/** Random scores by row: a counter-based draw, the same on every runtime. */
export function randomScores(engine: Engine, scratch: Scratch, rows: number, seed: number): Float64Array {
  const at = scratch.take(8 * rows);
  const keys = new BigUint64Array(engine.memory.buffer, at, rows);
  // Its own stream: the bootstrap's starts from the seed as it is.
  const start = BigInt(seed) << 33n;
  for (let i = 0; i < rows; i++) keys[i] = BigInt.asUintN(64, start + BigInt(i));
  engine.kernels.mixKeys(at, rows);
  const words = new Uint32Array(engine.memory.buffer, at, 2 * rows);
  const scores = Float64Array.from({ length: rows }, (_, i) => (words[2 * i + 1] as number) / 2 ** 32);
  scratch.give(at);
  return scores;
}

/** Functions of assembly/math/each.ts. */
const EXP = 0;

/** P(χ² with `degrees` degrees of freedom > x); exponentials are the engine's own. */
export function chiSquareTail({ kernels }: Engine, x: number, degrees: number): number {
  if (!(x > 0)) return 1;
  const h = x / 2;
  const decay = kernels.ofOne(EXP, -h);
  // Even: e^-h Σ h^j / j!. Odd: erfc √h + e^-h Σ h^(j − ½) / Γ(j + ½).
  let [term, sum] = degrees % 2 ? [Math.sqrt(h / Math.PI) * 2, 0] : [1, 1];
  if (degrees % 2 === 0) {
    for (let j = 1; j < degrees / 2; j++) {
      term *= h / j;
      sum += term;
    }
    return decay * sum;
  }
  for (let j = 1; j <= (degrees - 1) / 2; j++) {
    sum += term;
    term *= h / (j + 0.5);
  }
  return Math.min(1, errorTail(Math.sqrt(h), decay) + decay * sum);
}

/** erfc z for z ≥ 0, given e^(−z²): its series, or the continued fraction where that converges fast. */
function errorTail(z: number, decay: number): number {
  if (z < 2) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 60; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * decay * sum;
  }
  let fraction = z;
  for (let n = 120; n > 0; n--) fraction = z + n / 2 / fraction;
  return decay / Math.sqrt(Math.PI) / fraction;
}
