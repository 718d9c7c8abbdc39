/**
 * Twins of the kernels in assembly/uplift/evaluate/: the same sums, row by row. Rows stand in the order of their score; `last`
 * says that the next row has another score.
 */
import { mix64 } from "../canonical.js";

export interface TwinRow {
  treated: boolean;
  last: boolean;
  y: number;
  /** Cost, or effect. */
  z: number;
  unit: number;
}

const GAMMA = 0x9e3779b97f4a7c15n;
const WORD = (1n << 64n) - 1n;

/** Poisson(1) counts of a resample. */
export function resampleTwin(units: number, seed: number, replicate: number): Uint8Array {
  const start = mix64((mix64(BigInt(seed)) + BigInt(replicate)) & WORD);
  const counts = new Uint8Array(units);
  for (let u = 0; u < units; u++) {
    const word = mix64((start + BigInt(u >> 1) * GAMMA) & WORD);
    counts[u] = poisson(Number(u % 2 === 0 ? word & 0xffff_ffffn : word >> 32n));
  }
  return counts;
}

/** By the distribution function in units of 2^-32, e^-1 as a quotient of whole numbers. */
function poisson(u: number): number {
  let [term, sum] = [Math.exp(-1), 0];
  for (let k = 0; k < 12; k++) {
    if (k > 0) term /= k;
    sum += term;
    if (u < Math.round(sum * 2 ** 32)) return k;
  }
  return u === 2 ** 32 - 1 ? 13 : 12;
}

const countOf = (counts: Uint8Array | undefined, { unit }: TwinRow) => (counts ? (counts[unit] as number) : 1);

/** As assembly/uplift/evaluate/gains.ts lists them. */
export function gainsTwin(rows: readonly TwinRow[], counts?: Uint8Array): number[] {
  const out = new Array<number>(18).fill(0);
  let [n_t, n_c, Y_t, Y_c, last] = [0, 0, 0, 0, 0];
  let before = [0, 0, 0, 0];
  let areas = [0, 0, 0, 0];
  const add = (at: number, x: number) => {
    out[at] = (out[at] as number) + x;
  };
  const curves = () => {
    const r = (n_t > 0 ? (Y_t / n_t) * n_c : 0) - Y_c;
    const q = -((n_c > 0 ? (Y_c / n_c) * n_t : 0) - Y_t);
    return [r, q] as const;
  };
  for (const row of rows) {
    for (let copy = 0; copy < countOf(counts, row); copy++) {
      if (row.treated) [n_t, Y_t] = [n_t + 1, Y_t + row.y];
      else [n_c, Y_c] = [n_c + 1, Y_c + row.y];
      const [r, q] = curves();
      add(8, Y_t);
      add(9, Y_c);
      if (n_c > 0 && out[14] === 0) [out[14], out[15]] = [n_t + n_c, n_t > 0 ? q : 0];
      if (n_t > 0 && n_c > 0) {
        if (out[16] === 0) [out[16], out[17]] = [n_t + n_c, r + q];
        add(10, r);
        add(11, q);
      } else {
        add(12, Y_t);
        add(13, Y_c);
      }
    }
    const k = n_t + n_c;
    if (!row.last || k === last) continue;
    const now = [...curves(), Y_t, Y_c];
    areas = areas.map((area, j) => area + (k - last) * ((now[j] as number) + (before[j] as number)));
    [before, last] = [now, k];
  }
  out.splice(0, 4, n_t, n_c, Y_t, Y_c);
  out.splice(4, 4, ...areas.map((area) => area / 2));
  return out;
}

/** n_t, n_c, Y_t, Y_c of the first `top` rows of an arm (undefined: of both); of tied rows the last come first. */
export function topTwin(
  rows: readonly TwinRow[],
  arm: boolean | undefined,
  top: number,
  counts?: Uint8Array,
): number[] {
  const order: TwinRow[] = [];
  let group: TwinRow[] = [];
  for (const row of rows) {
    group.unshift(row);
    if (!row.last) continue;
    order.push(...group);
    group = [];
  }
  const out = [0, 0, 0, 0] as [number, number, number, number];
  let left = top;
  for (const row of order) {
    if (arm !== undefined && row.treated !== arm) continue;
    const taken = Math.min(countOf(counts, row), left);
    left -= taken;
    out[row.treated ? 0 : 1] += taken;
    out[row.treated ? 2 : 3] += taken * row.y;
  }
  return out;
}

/** N, S_N, Σ S_k / k, Σ S_k. */
export function tocTwin(rows: readonly TwinRow[], counts?: Uint8Array): number[] {
  let [k, S, means, sums] = [0, 0, 0, 0];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    let [m, s] = [0, 0];
    do {
      const w = countOf(counts, rows[to] as TwinRow);
      [m, s] = [m + w, s + w * (rows[to] as TwinRow).z];
    } while (!(rows[to++] as TwinRow).last);
    for (let j = 1; j <= m; j++) {
      const S_k = S + j * (s / m);
      means += S_k / (k + j);
      sums += S_k;
    }
    [k, S, from] = [k + m, S + s, to];
  }
  return [k, S, means, sums];
}

/** Σ of the recorded d_r, D_r, D_c. */
export function costsTwin(rows: readonly TwinRow[], Q: number, counts?: Uint8Array): number[] {
  const copies = rows.flatMap((row) => Array.from({ length: countOf(counts, row) }, () => row));
  const of = (treated: boolean) => copies.filter((row) => row.treated === treated);
  const sum = (list: readonly TwinRow[], key: "y" | "z") => list.reduce((total, row) => total + row[key], 0);
  const [t, c] = [of(true), of(false)];
  const D_r = sum(t, "y") / t.length - sum(c, "y") / c.length;
  const D_c = sum(t, "z") / t.length - sum(c, "z") / c.length;
  let [d_r, d_c, recorded, j] = [0, 0, 0, 1];
  for (const row of copies) {
    const scale = row.treated ? 1 / t.length : -1 / c.length;
    d_r += scale * row.y;
    d_c += scale * row.z;
    if (j < Q && d_c >= (D_c * j) / Q) [recorded, j] = [recorded + d_r, j + 1];
  }
  return [recorded + d_r, D_r, D_c];
}

/** Gains and spends at ascending budgets; a row's z is its cost, y its gain. */
export function pathTwin(steps: readonly TwinRow[], budgets: readonly number[], counts?: Uint8Array) {
  return budgets.map((budget) => {
    let [spend, gain] = [0, 0];
    for (const step of steps) {
      const [cost, worth] = [countOf(counts, step) * step.z, countOf(counts, step) * step.y];
      if (spend + cost > budget) return { gain: gain + (worth * (budget - spend)) / cost, spend: budget };
      [spend, gain] = [spend + cost, gain + worth];
    }
    return { gain, spend };
  });
}
