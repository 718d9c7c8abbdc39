/**
 * The small linear program of a column generation (Dantzig and Wolfe 1960), solved by the revised simplex with an explicit
 * inverse of the basis: at most some hundred rows.
 *
 *   max Σ_p V_p x_p − Σ_k M_k t_k     Σ_p u_kp x_p + s_k − t_k = b_k     Σ_{p of block g} x_p = 1     x, s, t ≥ 0
 *
 * Column p is what the users of block g use and bring in one pricing. Its duals are the prices π of the rows, held within
 * 0 ≤ π ≤ M, and the worth θ_g of each block; the same duals minimise the cutting-plane model of the dual function whose
 * cuts the columns are (Kelley 1960). The caller scales rows and values to about one.
 */
export interface Column {
  block: number;
  value: number;
  uses: Float64Array;
}

/** Smaller than this is zero: reduced costs, pivots, what a basic variable may fall below zero by. */
const TINY = 1e-11;
const PIVOT = 1e-9;
/** Gains below this part of their terms are rounding. */
const ROUNDING = 1e-12;
/** Pivots between two fresh inverses. */
const REFRESH = 120;
/** Pivots without progress before the rule that cannot cycle is used. */
const STALL = 60;
const MOST_PIVOTS = 20_000;
/** … and before the search is left with what it has, a row: rounding has closed a circle then. */
const GIVE_UP = 8;
/** Columns a row before the worst are dropped. */
const MOST_COLUMNS = 60;

export class Master {
  readonly rows: number;
  readonly blocks: number;
  readonly #limits: Float64Array;
  readonly #penalties: Float64Array;
  #columns: Column[] = [];
  /** Variables in the basis by row: k slack of row k, K + k what breaks row k, 2K + p column p. */
  #basis: Int32Array;
  #inverse: Float64Array;
  #x: Float64Array;
  #y: Float64Array;
  #since = 0;
  #stalled = 0;
  #largest = 0;
  #isIn = new Set<number>();

  /** The first columns, one a block, are the start. */
  constructor(limits: Float64Array, penalties: Float64Array, first: readonly Column[]) {
    this.rows = limits.length;
    this.blocks = first.length;
    this.#limits = limits;
    this.#penalties = penalties;
    this.#columns = [...first];
    const size = this.rows + this.blocks;
    this.#basis = new Int32Array(size);
    this.#inverse = new Float64Array(size * size);
    this.#x = new Float64Array(size);
    this.#y = new Float64Array(size);
    for (let k = 0; k < this.rows; k++) {
      let rest = limits[k] as number;
      for (const { uses } of first) rest -= uses[k] as number;
      this.#basis[k] = rest >= 0 ? k : this.rows + k;
    }
    for (let g = 0; g < this.blocks; g++) this.#basis[this.rows + g] = 2 * this.rows + g;
    this.#refresh();
  }

  /** Prices of the rows. */
  get prices(): Float64Array {
    return this.#y.slice(0, this.rows).map((y, k) => Math.min(this.#penalties[k] as number, Math.max(0, y)));
  }

  /** Worth of block g. */
  worth(g: number): number {
    return this.#y[this.rows + g] as number;
  }

  /** The optimum over the columns so far. */
  get value(): number {
    let value = 0;
    this.#basis.forEach((variable, i) => {
      value += this.#cost(variable) * (this.#x[i] as number);
    });
    return value;
  }

  /** By how much row k is broken. */
  get broken(): Float64Array {
    const broken = new Float64Array(this.rows);
    this.#basis.forEach((variable, i) => {
      const k = variable - this.rows;
      if (k >= 0 && k < this.rows) broken[k] = Math.max(0, this.#x[i] as number);
    });
    return broken;
  }

  /** Shares of the columns in the optimum. */
  *shares(): Generator<{ column: Column; share: number }> {
    for (let i = 0; i < this.#basis.length; i++) {
      const p = (this.#basis[i] as number) - 2 * this.rows;
      if (p >= 0) yield { column: this.#columns[p] as Column, share: this.#x[i] as number };
    }
  }

  add(column: Column): void {
    this.#columns.push(column);
  }

  /** What a column would gain at the prices as they are; 0 where that is no more than rounding. */
  gain({ value, uses, block }: Column): number {
    const worth = this.#y[this.rows + block] as number;
    let gain = value - worth;
    let size = Math.abs(value) + Math.abs(worth);
    for (let k = 0; k < this.rows; k++) {
      const paid = (this.#y[k] as number) * (uses[k] as number);
      gain -= paid;
      size += Math.abs(paid);
    }
    return Math.abs(gain) > ROUNDING * size ? gain : 0;
  }

  /** Pivots to the optimum over the columns so far. */
  solve(): void {
    this.#drop();
    this.#stalled = 0;
    for (let pivots = 0; pivots < MOST_PIVOTS; pivots++) {
      const entering = this.#entering(this.#stalled > STALL);
      if (entering < 0) {
        if (this.#since === 0) return;
        // Optimal by an inverse that has aged: look again with a fresh one.
        this.#refresh();
        continue;
      }
      if (!this.#pivot(entering) || this.#stalled > STALL + GIVE_UP * this.#basis.length) return;
    }
  }

  #cost(variable: number): number {
    if (variable < this.rows) return 0;
    if (variable < 2 * this.rows) return -(this.#penalties[variable - this.rows] as number);
    return (this.#columns[variable - 2 * this.rows] as Column).value;
  }

  #gainOf(variable: number): number {
    if (variable < this.rows) return this.#more(-(this.#y[variable] as number));
    if (variable < 2 * this.rows) {
      const k = variable - this.rows;
      return this.#more((this.#y[k] as number) - (this.#penalties[k] as number));
    }
    return this.gain(this.#columns[variable - 2 * this.rows] as Column);
  }

  /** A gain of prices, as large as the largest of which it is rounding. */
  #more(gain: number): number {
    return gain > ROUNDING * this.#largest ? gain : 0;
  }

  /** The variable of largest gain, or the first of any (Bland 1977); −1 at the optimum. */
  #entering(first: boolean): number {
    let best = TINY;
    let entering = -1;
    this.#largest = this.#y.reduce((most, y, k) => (k < this.rows ? Math.max(most, Math.abs(y)) : most), 0);
    const end = 2 * this.rows + this.#columns.length;
    for (let variable = 0; variable < end; variable++) {
      const gain = this.#gainOf(variable);
      if (gain <= best || this.#isIn.has(variable)) continue;
      best = gain;
      entering = variable;
      if (first) break;
    }
    return entering;
  }

  /** B⁻¹ a of a variable. */
  #direction(variable: number): Float64Array {
    const size = this.#basis.length;
    const w = new Float64Array(size);
    const add = (column: number, factor: number) => {
      if (factor === 0) return;
      for (let i = 0, at = column; i < size; i++, at += size) {
        w[i] = (w[i] as number) + factor * (this.#inverse[at] as number);
      }
    };
    if (variable < this.rows) add(variable, 1);
    else if (variable < 2 * this.rows) add(variable - this.rows, -1);
    else {
      const { uses, block } = this.#columns[variable - 2 * this.rows] as Column;
      for (let k = 0; k < this.rows; k++) add(k, uses[k] as number);
      add(this.rows + block, 1);
    }
    return w;
  }

  /** Takes a variable into the basis; false where nothing bounds it, which rounding alone can bring about. */
  #pivot(entering: number): boolean {
    const size = this.#basis.length;
    const w = this.#direction(entering);
    const leaving = this.#leaving(w);
    if (leaving < 0) return false;
    const pivot = w[leaving] as number;
    const gain = this.#gainOf(entering);
    const step = Math.max(0, this.#x[leaving] as number) / pivot;
    this.#stalled = step * gain > TINY ? 0 : this.#stalled + 1;
    const inverse = this.#inverse;
    const row = leaving * size;
    for (let j = 0; j < size; j++) inverse[row + j] = (inverse[row + j] as number) / pivot;
    for (let i = 0; i < size; i++) {
      const factor = w[i] as number;
      if (i === leaving || factor === 0) continue;
      this.#x[i] = (this.#x[i] as number) - factor * step;
      const at = i * size;
      for (let j = 0; j < size; j++)
        inverse[at + j] = (inverse[at + j] as number) - factor * (inverse[row + j] as number);
    }
    this.#x[leaving] = step;
    for (let j = 0; j < size; j++) this.#y[j] = (this.#y[j] as number) + gain * (inverse[row + j] as number);
    this.#isIn.delete(this.#basis[leaving] as number);
    this.#isIn.add(entering);
    this.#basis[leaving] = entering;
    if (++this.#since >= REFRESH) this.#refresh();
    return true;
  }

  /** The row that bounds the step: of nearly equal ones the largest pivot; by Bland's rule the lowest variable. */
  #leaving(w: Float64Array): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < w.length; i++) {
      const wi = w[i] as number;
      if (wi > PIVOT) least = Math.min(least, (Math.max(0, this.#x[i] as number) + TINY) / wi);
    }
    if (least === Number.POSITIVE_INFINITY) return -1;
    const bland = this.#stalled > STALL;
    let leaving = -1;
    for (let i = 0; i < w.length; i++) {
      const wi = w[i] as number;
      if (!(wi > PIVOT) || Math.max(0, this.#x[i] as number) / wi > least) continue;
      const isBetter = bland
        ? (this.#basis[i] as number) < (this.#basis[leaving] as number)
        : wi > (w[leaving] as number);
      if (leaving < 0 || isBetter) leaving = i;
    }
    return leaving;
  }

  /** Inverse, values and duals of the basis as it is, afresh (Gauss and Jordan, rows exchanged for the largest pivot). */
  #refresh(): void {
    const size = this.#basis.length;
    const matrix = new Float64Array(size * size);
    this.#basis.forEach((variable, j) => {
      if (variable < this.rows) matrix[variable * size + j] = 1;
      else if (variable < 2 * this.rows) matrix[(variable - this.rows) * size + j] = -1;
      else {
        const { uses, block } = this.#columns[variable - 2 * this.rows] as Column;
        for (let k = 0; k < this.rows; k++) matrix[k * size + j] = uses[k] as number;
        matrix[(this.rows + block) * size + j] = 1;
      }
    });
    this.#inverse = invert(matrix, size);
    const right = new Float64Array(size).fill(1);
    right.set(this.#limits);
    for (let i = 0; i < size; i++) {
      let x = 0;
      for (let j = 0; j < size; j++) x += (this.#inverse[i * size + j] as number) * (right[j] as number);
      this.#x[i] = x;
    }
    this.#y.fill(0);
    for (let i = 0; i < size; i++) {
      const cost = this.#cost(this.#basis[i] as number);
      if (cost === 0) continue;
      for (let j = 0; j < size; j++)
        this.#y[j] = (this.#y[j] as number) + cost * (this.#inverse[i * size + j] as number);
    }
    this.#isIn = new Set(this.#basis);
    this.#since = 0;
  }

  /** Drops columns that gain least once there are many. */
  #drop(): void {
    const most = MOST_COLUMNS * (this.rows + this.blocks);
    if (this.#columns.length <= 2 * most) return;
    const base = 2 * this.rows;
    const order = this.#columns
      .map((column, p) => ({
        p,
        column,
        rank: this.#isIn.has(base + p) ? Number.POSITIVE_INFINITY : this.gain(column),
      }))
      .sort((a, b) => b.rank - a.rank || b.p - a.p)
      .slice(0, most);
    const numbers = new Map(order.map(({ p }, n) => [base + p, base + n]));
    this.#columns = order.map(({ column }) => column);
    this.#basis = this.#basis.map((variable) => numbers.get(variable) ?? variable);
    this.#isIn = new Set(this.#basis);
  }
}

function invert(matrix: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) inverse[i * size + i] = 1;
  for (let column = 0; column < size; column++) {
    let largest = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(matrix[i * size + column] as number) > Math.abs(matrix[largest * size + column] as number))
        largest = i;
    }
    for (const rows of [matrix, inverse]) if (largest !== column) exchange(rows, size, largest, column);
    const pivot = matrix[column * size + column] as number;
    for (const rows of [matrix, inverse]) {
      for (let j = 0; j < size; j++) rows[column * size + j] = (rows[column * size + j] as number) / pivot;
    }
    for (let i = 0; i < size; i++) {
      const factor = matrix[i * size + column] as number;
      if (i === column || factor === 0) continue;
      for (const rows of [matrix, inverse]) {
        for (let j = 0; j < size; j++) {
          rows[i * size + j] = (rows[i * size + j] as number) - factor * (rows[column * size + j] as number);
        }
      }
    }
  }
  return inverse;
}

function exchange(rows: Float64Array, size: number, a: number, b: number): void {
  const row = rows.slice(a * size, (a + 1) * size);
  rows.copyWithin(a * size, b * size, (b + 1) * size);
  rows.set(row, b * size);
}
