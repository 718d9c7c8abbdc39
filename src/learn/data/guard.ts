/**
 * The leakage guard. Arms are drawn without regard to what was known before: a feature whose bins lie otherwise in one arm than in
 * another came about after the treatment (how often the offer was opened), or the draw was broken. Neither may be learned from.
 *
 *   groups   neighbouring bins joined, at most 32, so that every cell expects ten rows or more; missing is a group where it can be
 *   test     Pearson's χ² of group × arm, Σ (n_ga − n_g n_a / n)² / (n_g n_a / n), (groups − 1)(arms − 1) degrees
 *   clusters one row of each, drawn: rows that come together are no independent witnesses
 *   chances  by row: Σ 1/p over the arm's rows of a group against the group's rows, its variance Σ (1 − p)/p², largest z² of all cells (Bonferroni)
 */
import type { Engine } from "../../engine/engine.js";
import { chiSquareTail } from "../../uplift/evaluate/kernel.js";
import type { ReadExperiment } from "./read.js";

/** An imbalance this unlikely is no chance, however many features are tested. */
export const LEAKS_BELOW = 1e-6;
const MOST_GROUPS = 32;
const LEAST_EXPECTED = 10;

/** How alike a feature is in all arms. */
export interface Balance {
  feature: string;
  /** Chance of such a difference, or a larger one, where the arms are drawn without regard to the feature. */
  p: number;
  statistic: number;
  degrees: number;
}

/** Rows that bear witness, and what they weigh. */
export interface Witnesses {
  rows: Uint32Array;
  arm: Uint16Array;
  arms: number;
  chance?: Float64Array;
}

/** One row of each unit, drawn by its number; chances where they differ within an arm. */
export function witnessesOf(read: ReadExperiment): Witnesses {
  const { rows, arm, names, units, unitCount, chance } = read;
  const differ = chancesDiffer(read);
  const shared = { arm, arms: names.length, ...(differ && { chance }) };
  if (unitCount === rows) return { rows: Uint32Array.from({ length: rows }, (_, i) => i), ...shared };
  const best = new Float64Array(unitCount).fill(-1);
  const row = new Uint32Array(unitCount);
  for (let i = 0; i < rows; i++) {
    const u = units[i] as number;
    const draw = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    if (draw <= (best[u] as number)) continue;
    best[u] = draw;
    row[u] = i;
  }
  return { rows: row, ...shared };
}

export function chancesDiffer({ names, arm, chance }: Pick<ReadExperiment, "names" | "arm" | "chance">): boolean {
  const first = new Float64Array(names.length);
  return chance.some((p, i) => {
    const a = arm[i] as number;
    if (first[a] === 0) first[a] = p;
    return first[a] !== p;
  });
}

/**
 * Tests one feature. `group` gives a row's bin: 0 missing, others in the order of their numbers; of categories any order.
 * @param bins how many there are, the missing one included.
 */
export function balanceOf(
  engine: Engine,
  feature: string,
  group: ArrayLike<number>,
  bins: number,
  witnesses: Witnesses,
): Balance {
  const { rows, arm, arms, chance } = witnesses;
  const counts = new Float64Array(bins * arms);
  for (const i of rows) {
    const at = (group[i] as number) * arms + (arm[i] as number);
    counts[at] = (counts[at] as number) + 1;
  }
  const armRows = new Float64Array(arms);
  counts.forEach((n, at) => {
    armRows[at % arms] = (armRows[at % arms] as number) + n;
  });
  const joined = join(counts, bins, arms, armRows, rows.length);
  if (joined.groups < 2) return { feature, p: 1, statistic: 0, degrees: 0 };
  if (chance) return byChances(engine, feature, group, joined, witnesses);
  const sums = new Float64Array(joined.groups * arms);
  counts.forEach((n, at) => {
    const to = (joined.of[Math.floor(at / arms)] as number) * arms + (at % arms);
    sums[to] = (sums[to] as number) + n;
  });
  let statistic = 0;
  for (let g = 0; g < joined.groups; g++) {
    const n = sums.subarray(g * arms, (g + 1) * arms).reduce((sum, x) => sum + x, 0);
    for (let a = 0; a < arms; a++) {
      const expected = (n * (armRows[a] as number)) / rows.length;
      if (expected > 0) statistic += ((sums[g * arms + a] as number) - expected) ** 2 / expected;
    }
  }
  const degrees = (joined.groups - 1) * (arms - 1);
  return { feature, p: tail(engine, statistic, degrees), statistic, degrees };
}

/** Groups of bins: of[bin], 0 to groups − 1. */
function join(counts: Float64Array, bins: number, arms: number, armRows: Float64Array, rows: number) {
  const rarest = armRows.reduce((least, n) => Math.min(least, n), Number.POSITIVE_INFINITY);
  const least = Math.max(rows / MOST_GROUPS, (LEAST_EXPECTED * rows) / Math.max(1, rarest));
  const rowsIn = (bin: number) => counts.subarray(bin * arms, (bin + 1) * arms).reduce((sum, n) => sum + n, 0);
  const of = new Uint16Array(bins);
  // Missing rows stand alone where there are enough of them.
  const alone = rowsIn(0) >= (LEAST_EXPECTED * rows) / Math.max(1, rarest);
  let groups = alone ? 1 : 0;
  let [open, sum] = [groups, 0];
  for (let bin = alone ? 1 : 0; bin < bins; bin++) {
    of[bin] = open;
    groups = open + 1;
    sum += rowsIn(bin);
    if (sum < least) continue;
    open++;
    sum = 0;
  }
  // The last is joined to the one before where it has too few.
  if (sum > 0 && sum < least && groups > (alone ? 2 : 1)) {
    const last = groups - 1;
    for (let bin = 0; bin < bins; bin++) if (of[bin] === last) of[bin] = last - 1;
    groups--;
  }
  return { of, groups };
}

function byChances(
  engine: Engine,
  feature: string,
  group: ArrayLike<number>,
  { of, groups }: { of: Uint16Array; groups: number },
  { rows, arm, arms, chance }: Witnesses,
): Balance {
  const [sums, variances] = [new Float64Array(groups * arms), new Float64Array(groups * arms)];
  for (const i of rows) {
    const g = of[group[i] as number] as number;
    const p = (chance as Float64Array)[i] as number;
    for (let a = 0; a < arms; a++) sums[g * arms + a] = (sums[g * arms + a] as number) - 1;
    const at = g * arms + (arm[i] as number);
    sums[at] = (sums[at] as number) + 1 / p;
    variances[at] = (variances[at] as number) + (1 - p) / (p * p);
  }
  let statistic = 0;
  sums.forEach((d, at) => {
    const variance = variances[at] as number;
    if (variance > 0) statistic = Math.max(statistic, (d * d) / variance);
  });
  return { feature, p: Math.min(1, groups * arms * tail(engine, statistic, 1)), statistic, degrees: 1 };
}

/** Far out the tail is 0 in f64, and its terms are not. */
function tail(engine: Engine, statistic: number, degrees: number): number {
  return statistic > 1400 + 2 * degrees ? 0 : chiSquareTail(engine, statistic, degrees);
}

/**
 * Refuses features that say which arm a row got.
 * @throws {RangeError} naming each, its p, and the way out.
 */
export function refuseLeaks(balances: readonly Balance[], allow: readonly string[] | true): void {
  if (allow === true) return;
  const leaks = balances.filter(({ feature, p }) => p < LEAKS_BELOW && !allow.includes(feature));
  if (leaks.length === 0) return;
  const named = leaks
    .slice(0, 8)
    .map(({ feature, p }) => `${JSON.stringify(feature)} (p = ${p === 0 ? "0" : p.toExponential(1)})`)
    .join(", ");
  const more = leaks.length > 8 ? ` and ${leaks.length - 8} more` : "";
  const [verb, they] = leaks.length === 1 ? ["differs", "it"] : ["differ", "they"];
  throw new RangeError(
    `${named}${more} ${verb} between the arms by more than chance: ${they} came about after the treatment, or the arms were not ` +
      `drawn alike. Leave ${they === "it" ? "it" : "them"} out of features, or allow ${they === "it" ? "it" : "them"} by name (allow) where you know better`,
  );
}
