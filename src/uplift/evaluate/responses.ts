/**
 * Plain response models: ridge least squares of the outcome on features, cross-fitted in five folds by unit, so that no
 * row is predicted from its own outcome, nor from its cluster's. Arithmetic alone, so the same bytes everywhere.
 */

const FOLDS = 5;
/** Of the number of rows: keeps columns that repeat others from dividing by zero. */
const RIDGE = 1e-6;

/** A design matrix, standardised: means of what is there stand for what is missing. */
export interface Design {
  rows: number;
  columns: Float64Array[];
}

export function designOf(features: readonly Float64Array[], rows: number): Design {
  const columns: Float64Array[] = [];
  for (const feature of features) {
    let [n, sum] = [0, 0];
    for (const x of feature) if (Number.isFinite(x)) [n, sum] = [n + 1, sum + x];
    const mean = n > 0 ? sum / n : 0;
    const centred = feature.map((x) => (Number.isFinite(x) ? x - mean : 0));
    const size = Math.sqrt(centred.reduce((total, x) => total + x * x, 0) / rows);
    if (size > 0 && Number.isFinite(size)) columns.push(centred.map((x) => x / size));
  }
  return { rows, columns };
}

/** Fold of a unit: by its number's bits, mixed (Knuth's multiplier). */
function foldOf(unit: number): number {
  return (Math.imul(unit + 1, 0x9e3779b1) >>> 16) % FOLDS;
}

/** Prediction for every row, from the rows of other folds of which `uses` is true. */
export function crossFitted(
  { rows, columns }: Design,
  outcome: Float64Array,
  units: Uint32Array,
  uses: (row: number) => boolean,
): Float64Array {
  const width = columns.length + 1;
  const folds = Uint8Array.from(units, foldOf);
  const sums = Array.from({ length: FOLDS }, () => new Float64Array(width * (width + 1)));
  const x = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    if (!uses(i)) continue;
    rowOf(columns, i, x);
    addRow(sums[folds[i] as number] as Float64Array, x, outcome[i] as number);
  }
  const weights = sums.map((own) => {
    const others = new Float64Array(own.length);
    for (const sum of sums)
      if (sum !== own) for (let k = 0; k < own.length; k++) others[k] = (others[k] as number) + (sum[k] as number);
    return solve(others, width);
  });
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    rowOf(columns, i, x);
    const w = weights[folds[i] as number] as Float64Array;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (w[k] as number) * (x[k] as number);
    out[i] = sum;
  }
  return out;
}

function rowOf(columns: readonly Float64Array[], i: number, into: Float64Array): void {
  into[0] = 1;
  for (let k = 0; k < columns.length; k++) into[k + 1] = (columns[k] as Float64Array)[i] as number;
}

/** x xᵀ below the diagonal, and x y behind it. */
function addRow(sum: Float64Array, x: Float64Array, y: number): void {
  const width = x.length;
  for (let a = 0; a < width; a++) {
    const xa = x[a] as number;
    for (let b = 0; b <= a; b++) sum[a * width + b] = (sum[a * width + b] as number) + xa * (x[b] as number);
    sum[width * width + a] = (sum[width * width + a] as number) + xa * y;
  }
}

/** (XᵀX + ridge) w = Xᵀy by Cholesky; a column that adds nothing gets no weight. */
function solve(sum: Float64Array, width: number): Float64Array {
  const L = sum.slice(0, width * width);
  const n = L[0] as number;
  const w = sum.slice(width * width);
  const at = (a: number, b: number) => L[a * width + b] as number;
  const good = new Uint8Array(width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let s = at(a, b) + (a === b && a > 0 ? RIDGE * n : 0);
      for (let k = 0; k < b; k++) s -= at(a, k) * at(b, k);
      if (a === b) {
        good[a] = s > 1e-9 * n ? 1 : 0;
        L[a * width + a] = good[a] ? Math.sqrt(s) : 1;
      } else L[a * width + b] = good[b] ? s / at(b, b) : 0;
    }
  }
  for (let a = 0; a < width; a++) {
    let s = good[a] ? (w[a] as number) : 0;
    for (let k = 0; k < a; k++) s -= at(a, k) * (w[k] as number);
    w[a] = good[a] ? s / at(a, a) : 0;
  }
  for (let a = width - 1; a >= 0; a--) {
    let s = w[a] as number;
    for (let k = a + 1; k < width; k++) s -= at(k, a) * (w[k] as number);
    w[a] = good[a] ? s / at(a, a) : 0;
  }
  return w;
}
