/**
 * An experiment in an engine's memory: bins, arms, units, weights, outcomes. Every learner starts here.
 *
 *   bins     u8, column by column, strideOf(rows) bytes apart: 0 missing, else 1 + how many borders lie below
 *   arms     u8 by row     units  u32 by row where there are clusters     weights  f64 by row where they are not all 1
 */
import { CeilingError, mebibytes } from "../../engine/arena.js";
import { breath } from "../../engine/breath.js";
import type { NumberColumn } from "../../uplift/evaluate/types.js";
import { Binner, foldsOf, type Memory, MOST_BINS, strideOf } from "../kernel.js";
import { type Categories, encode, FOLDS, NO_CATEGORY, readCategories, type Statistic } from "./category.js";
import { type Balance, balanceOf, refuseLeaks, witnessesOf } from "./guard.js";
import { type ReadExperiment, readAllowed, requireKind } from "./read.js";
import type { CategoryColumn, Dropped, Experiment, TrainOptions, TrainProgress } from "./types.js";

/** A column of bins, and what a test of it means to whoever scores. */
export interface BinnedColumn {
  /** Number of the feature in `features`. */
  feature: number;
  /** A row's bin is 1 + how many of these lie below its number. */
  borders: Float64Array;
  /** Of categories: the number that each stands for. A test by border is a test by set. */
  categories?: Float64Array;
}

export interface Binned {
  memory: Memory;
  rows: number;
  /** Names of the features that are left, as a model asks for them. */
  features: string[];
  /** Names of the categories of a feature, by its name: their places are what a model scores. */
  categories: Record<string, readonly string[]>;
  dropped: Dropped[];
  columns: BinnedColumn[];
  /** Precision of the features: f64 where one is a Float64Array, and differs from its f32. */
  compares: "f32" | "f64";
  bins: number;
  stride: number;
  /** Bins by column, the missing one included. */
  counts: Uint16Array;
  arms: number;
  units: number;
  unitCount: number;
  weights: number;
  /** How alike each feature is in all arms. */
  balances: Balance[];
  /** Fold, of five, of each row: rows of a unit share it. Only where categories were encoded. */
  folds?: Uint8Array;
}

/** Bytes of the engine's memory that the bins of an experiment take, while they are made. */
export function binnedBytes(rows: number, columns: number): number {
  return columns * strideOf(rows) + Binner.bytes(rows) + 13 * rows;
}

/** A feature as it comes, categories read. */
interface Read {
  name: string;
  numbers?: NumberColumn;
  categories?: Categories;
}

/**
 * Says what a training takes before it takes it.
 * @throws {CeilingError} where the engine's ceiling is lower.
 */
export function stateMemory(memory: Memory, bytes: number): number {
  const { used, ceiling } = memory.engine.arena;
  if (used + bytes <= ceiling) return bytes;
  throw new CeilingError(
    `this training needs ${mebibytes(bytes)} of memory beside ${mebibytes(used)} in use, and the engine's ceiling is ` +
      `${mebibytes(ceiling)}: raise it with new Engine({ ceiling }), use fewer rows or features, or fewer bins`,
  );
}

/** Puts an experiment into memory. `beside`: bytes that the learner will take, for what is stated. */
export async function binned(
  data: Experiment,
  read: ReadExperiment,
  memory: Memory,
  options: TrainOptions & { seed: number; bins: number },
  beside: (columns: number) => number,
): Promise<Binned & { stated: number }> {
  const { rows } = read;
  const given = readFeatures(data, rows);
  const width = (one: Read) => (one.categories ? 2 : 1);
  const columnCount = given.reduce((sum, one) => sum + width(one), 0);
  const stride = strideOf(rows);
  const stated = stateMemory(memory, binnedBytes(rows, columnCount) + beside(columnCount));
  const report = (done: number): TrainProgress => ({ phase: "features", done, total: given.length, memory: stated });
  options.signal?.throwIfAborted();
  options.onProgress?.(report(0));
  const clustered = read.unitCount < rows;
  const units = clustered ? memory.put(read.units) : 0;
  const place = {
    bins: memory.take(columnCount * stride),
    stride,
    arms: memory.put(Uint8Array.from(read.arm)),
    units,
    unitCount: read.unitCount,
    weights: read.weight ? memory.put(read.weight) : 0,
  };
  const folds = given.some((one) => one.categories) ? foldsOf(memory, units, rows, FOLDS, options.seed) : undefined;
  const statistics = folds ? statisticsOf(read) : [];
  const allow = readAllowed(options.allow, given);
  const witnesses = witnessesOf(read);
  const balances: Balance[] = [];
  const binner = new Binner(memory, rows);
  const columns: BinnedColumn[] = [];
  const dropped: Dropped[] = [];
  const features: string[] = [];
  const names: Record<string, readonly string[]> = {};
  let compares: "f32" | "f64" = "f32";
  for (const [done, one] of given.entries()) {
    const feature = features.length;
    const made: BinnedColumn[] = [];
    let why: Dropped["why"] = "constant";
    for (const source of sourcesOf(one, statistics, read, folds)) {
      const to = place.bins + (columns.length + made.length) * stride;
      const borders = binner.bin(source.numbers, options.bins, to);
      if (typeof borders === "number") {
        if (borders > -(2 ** 31)) refuse(one.name, -1 - borders, source.numbers);
        why = "missing";
        continue;
      }
      // One border at least, or a bin for those who have none.
      const some = borders.length > 0 || source.numbers.some((x) => Number.isNaN(x));
      if (some) made.push({ feature, borders, ...(source.categories && { categories: source.categories }) });
    }
    if (made.length === 0) dropped.push({ feature: one.name, why });
    else {
      features.push(one.name);
      columns.push(...made);
      if (one.categories) names[one.name] = one.categories.names;
      if (read.names.length > 1) {
        const group = groupsOf(one, memory.bytes(place.bins + (columns.length - made.length) * stride, rows));
        balances.push(balanceOf(memory.engine, one.name, group.of, group.count, witnesses));
      }
      if (one.numbers instanceof Float64Array) compares = "f64";
    }
    options.onProgress?.(report(done + 1));
    if ((done & 15) === 15) await breath();
    options.signal?.throwIfAborted();
  }
  binner.release();
  refuseLeaks(balances, allow);
  if (columns.length === 0) {
    const why = dropped.map(
      ({ feature, why }) => `${feature} is ${why === "constant" ? "the same in" : "missing in"} all rows`,
    );
    throw new RangeError(`no feature says anything: ${why.slice(0, 5).join(", ") || "there is none"}; name others`);
  }
  const counts = Uint16Array.from(columns, ({ borders }) => borders.length + 2);
  return {
    ...{ memory, rows, features, categories: names, dropped, balances, columns, compares, counts, stated, ...place },
    ...(folds && { folds }),
  };
}

function readFeatures(data: Experiment, rows: number): Read[] {
  const entries = Object.entries(data.features);
  if (entries.length === 0)
    throw new RangeError("features is empty: name what is known of the rows before the treatment");
  return entries.map(([name, column]) => {
    const path = `features[${JSON.stringify(name)}]`;
    if (name === "") throw new RangeError("a feature has no name: give each a name of its own");
    requireKind(column, path);
    if (!(column instanceof Float32Array || column instanceof Float64Array)) {
      return { name, categories: readCategories(column as CategoryColumn, path, rows) };
    }
    if (column.length !== rows) throw new RangeError(`${path} has ${column.length} rows, outcome has ${rows}`);
    return { name, numbers: column };
  });
}

/** Which group of a feature each row is in, 0 where it is missing: its bin, or its category. */
function groupsOf({ categories }: Read, bins: Uint8Array): { of: ArrayLike<number>; count: number } {
  if (!categories) return { of: bins, count: 256 };
  const { codes, names } = categories;
  return { of: codes.map((code) => (code === NO_CATEGORY ? 0 : code + 1)), count: names.length + 1 };
}

interface Source {
  numbers: NumberColumn;
  categories?: Float64Array;
}

/** Columns of numbers that a feature gives: itself, or of categories one a statistic. */
function* sourcesOf(
  { numbers, categories }: Read,
  statistics: Statistic[],
  { weight }: ReadExperiment,
  folds: Uint8Array | undefined,
): Generator<Source> {
  if (numbers) yield { numbers };
  if (!categories || !folds) return;
  for (const statistic of statistics) {
    const made = encode(categories, statistic, weight, folds);
    yield { numbers: made.rows, categories: made.categories };
  }
}

function statisticsOf({ arm, outcome, armRows }: ReadExperiment): Statistic[] {
  // Without arms there is no effect.
  if (armRows.length === 1) return [{ name: "response", z: outcome }];
  const all = armRows.reduce((sum, n) => sum + n, 0);
  const control = (armRows[0] as number) / all;
  const effect = outcome.map((y, i) => (arm[i] === 0 ? -y / control : y / (1 - control)));
  return [
    { name: "response", z: outcome },
    { name: "effect", z: effect },
  ];
}

function refuse(name: string, row: number, column: NumberColumn): never {
  throw new RangeError(
    `features[${JSON.stringify(name)}][${row}] is ${column[row]}: numbers are finite, NaN where one is missing`,
  );
}

/** The bins option. */
export const BINS = MOST_BINS - 1;
