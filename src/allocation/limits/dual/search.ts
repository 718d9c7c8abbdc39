/**
 * The dual to its optimum: column generation over blocks of users.
 *
 * At prices π each block's best choices are a column of the master (master.ts) and a cut of the dual function. Prices tried
 * are between the best so far and the master's own (Wentges 1997), which alone jump about. It ends when no block has a
 * column to gain with, or the best dual value meets the master's.
 */
import type { Source } from "../kernel.js";
import type { Priced, Problem } from "../problem.js";
import { type Row, rightSide, signOf } from "../rows.js";
import { type Column, Master } from "./master.js";

/** What is minimised: the dual of the values (α = 1), of the limits alone, or of what one row uses. */
export interface Goal {
  alpha: 0 | 1;
  /** Row whose use is made least (of at least: most) instead of the value; its own limit does not hold then. */
  row?: number;
  /** Rows that hold; all where left out. */
  only?: ReadonlySet<number>;
  /** Users may have none, whatever was asked. */
  orNone?: boolean;
}

export interface Found {
  /** Prices π ≥ 0 of all rows, in normal form, at which the dual was least. */
  prices: Float64Array;
  /** The dual there and at the start, as steered by: f64 sums without margins. */
  upper: number;
  first: number;
  /** What the master mixes: at most the optimum where nothing is broken. */
  lower: number;
  /** Whether the master's mix breaks no row. */
  held: boolean;
  /** By how much it breaks each, in units of the row. */
  broken: Float64Array;
  /** Cost and value of the master's mix. */
  mix: { value: number; cost: number };
}

/** Blocks of users at most: one each where there are few. */
const MOST_BLOCKS = 48;
/** How far prices go toward the master's own. */
const TOWARD = 0.6;
/** Pricings between two looks at the signal: of a large table each looks itself. */
const REPORT = 16;
/** A column that gains no more than this, in units of the value, gains nothing. */
const NOTHING = 1e-12;

export interface SearchOptions {
  /** A sample of the table, with the limits in proportion. */
  source?: Source;
  blocks?: number;
  /** In f32 where the table allows it. */
  quick?: boolean;
  /** Added to what each row is held against. */
  shift?: Float64Array;
}

export interface Effort {
  /** Of the dual, relative. */
  tolerance: number;
  /** Pricings of all users at most. */
  most: number;
  /** Prices are held below this, in per cent of value a per cent of limit. */
  penalty?: number;
  /** Instead, of some rows. */
  penalties?: ReadonlyMap<number, number>;
  start?: Float64Array;
}

interface Cut extends Column {
  total: { value: number; cost: number };
}

export class DualSearch {
  readonly #problem: Problem;
  readonly #source: Source;
  readonly #bounds: number[];
  readonly #share: number;
  readonly #quick: boolean;
  readonly #shift: Float64Array;
  readonly #rowScale: Float64Array;
  #valueScale = 1;
  /** Pricings of all users so far. */
  evaluations = 0;

  constructor(
    problem: Problem,
    { source = problem.source, blocks = MOST_BLOCKS, quick = false, shift }: SearchOptions = {},
  ) {
    this.#problem = problem;
    this.#shift = shift ?? new Float64Array(problem.rows.length);
    this.#quick = quick;
    this.#source = source;
    this.#share = source.users / problem.offers.users;
    const many = Math.min(source.users, blocks);
    // Quick pricing takes whole lines of users.
    const lines = (users: number) => (quick ? users - (users % 16) : users);
    this.#bounds = Array.from({ length: many + 1 }, (_, g) => lines(Math.floor((g * source.users) / many)));
    this.#bounds[many] = source.users;
    this.#rowScale = new Float64Array(problem.rows.length).fill(1);
  }

  /**
   * Minimises the dual from `start` to a relative `tolerance`, in at most `most` pricings. Prices stay below `penalty`, in
   * elasticities: where the master's mix breaks a row at the end, either no plan can hold it or the price is still higher.
   */
  minimise(goal: Goal, { tolerance, most, penalty = 1, penalties: own, start }: Effort): Found {
    let best = { prices: start ?? new Float64Array(this.#problem.rows.length), upper: Number.POSITIVE_INFINITY };
    const first = this.#priced(goal, best.prices);
    this.#setScales(goal, first.blocks);
    best = { ...best, upper: first.upper };
    const penalties = this.#scaled(goal, (_, k) => own?.get(k) ?? penalty);
    const cutsOf = (blocks: Priced[]) => blocks.map((priced, g) => this.#cut(goal, g, priced));
    const master = new Master(this.#limits(goal), penalties, cutsOf(first.blocks));
    const { users } = this.#problem.offers;
    for (let toward = TOWARD, n = 1; n < most; n++) {
      if (n % REPORT === 0) this.#problem.report("dual", Math.floor((users * n) / most), users);
      master.solve();
      const size = Math.max(Math.abs(best.upper), this.#valueScale);
      if (best.upper - master.value * this.#valueScale <= tolerance * size) break;
      const outer = this.#unscaled(master.prices);
      const prices = best.prices.map((p, k) => p + toward * ((outer[k] as number) - p));
      const next = this.#priced(goal, prices);
      let gained = 0;
      for (const cut of cutsOf(next.blocks)) {
        const gain = master.gain(cut);
        if (gain > NOTHING) master.add(cut);
        gained = Math.max(gained, gain);
      }
      if (next.upper < best.upper) best = { prices, upper: next.upper };
      else if (gained <= NOTHING && toward === 1) break;
      toward = gained > NOTHING ? TOWARD : 1;
    }
    return { ...this.#found(master, best), first: first.upper };
  }

  /** What row k is measured in: the larger of its limit and what the start used, of this source. */
  sizeOf(k: number): number {
    return this.#rowScale[k] as number;
  }

  #found(master: Master, best: { prices: Float64Array; upper: number }): Omit<Found, "first"> {
    const mix = { value: 0, cost: 0 };
    for (const { column, share } of master.shares()) {
      const { total } = column as Cut;
      mix.value += share * total.value;
      mix.cost += share * total.cost;
    }
    const { broken } = master;
    const held = !broken.some((by) => by > 1e-9);
    const inUnits = broken.map((by, k) => by * (this.#rowScale[k] as number));
    return { ...best, lower: master.value * this.#valueScale, held, broken: inUnits, mix };
  }

  /** A row counts in units of its limit, or of what is used without one; values in units of the best without limits. */
  #setScales(goal: Goal, blocks: readonly Priced[]): void {
    const { rows } = this.#problem;
    rows.forEach((row, k) => {
      const limit = Math.abs(rightSide(row)) * this.#share;
      const used = blocks.reduce((sum, priced) => sum + Math.abs(priced.used[k] as number), 0);
      this.#rowScale[k] = Math.max(limit, used) || 1;
    });
    const value = blocks.reduce((sum, priced) => sum + Math.abs(priced.value), 0);
    this.#valueScale = (goal.row === undefined ? goal.alpha * value : (this.#rowScale[goal.row] as number)) || 1;
  }

  #scaled(goal: Goal, of: (row: Row, k: number) => number): Float64Array {
    return Float64Array.from(this.#problem.rows, (row, k) => (isOut(goal, k) ? 0 : of(row, k)));
  }

  #limits(goal: Goal): Float64Array {
    return this.#scaled(goal, (row, k) => (signOf(row) * this.#limitOf(row, k)) / (this.#rowScale[k] as number));
  }

  /** What this source is held to. */
  #limitOf(row: Row, k: number): number {
    return rightSide(row) * this.#share + (this.#shift[k] as number);
  }

  #unscaled(prices: Float64Array): Float64Array {
    return prices.map((p, k) => (p * this.#valueScale) / (this.#rowScale[k] as number));
  }

  /** The best choices of all blocks at some prices, and the dual there. */
  #priced(goal: Goal, prices: Float64Array): { blocks: Priced[]; upper: number } {
    const asked = prices.slice();
    if (goal.row !== undefined) asked[goal.row] = 1;
    const how = { alpha: goal.alpha, quick: this.#quick, exactlyOne: this.#problem.exactlyOne && !goal.orNone };
    const blocks: Priced[] = [];
    let upper = 0;
    for (let g = 0; g + 1 < this.#bounds.length; g++) {
      const [from, to] = [this.#bounds[g] as number, this.#bounds[g + 1] as number];
      const priced = this.#problem.price(asked, { source: this.#source, from, to, ...how });
      upper += priced.score;
      blocks.push(priced);
    }
    const constants = this.#scaled(goal, (row, k) => (prices[k] as number) * signOf(row) * this.#limitOf(row, k));
    for (const constant of constants) upper += constant;
    this.evaluations++;
    return { blocks, upper };
  }

  #cut(goal: Goal, block: number, { used, value, cost }: Priced): Cut {
    const use = (row: Row, k: number) => signOf(row) * (used[k] as number);
    const uses = this.#scaled(goal, (row, k) => use(row, k) / (this.#rowScale[k] as number));
    const { row } = goal;
    const worth = row === undefined ? goal.alpha * value : -use(this.#problem.rows[row] as Row, row);
    return { block, value: worth / this.#valueScale, uses, total: { value, cost } };
  }
}

function isOut(goal: Goal, k: number): boolean {
  return goal.row === k || (goal.only !== undefined && !goal.only.has(k));
}
