/** What the first reading of a stream finds out: whether every number is legal, how they are counted, and a sample. */
import type { Scratch } from "../../engine/scratch.js";
import { SAMPLED, sampleOf } from "../budget/search.js";
import { type Counting, checkUnit, countingOf, type Facts, noFacts } from "../counting.js";
import { offUnit, padColumns, scanRows } from "../kernel.js";
import { columnStride } from "../offers.js";
import type { Block } from "./block.js";
import * as kernel from "./kernel.js";

/** What the numbers of tiles lost when they became `f32`, where whoever gives the tiles knows. */
export type Narrowed = Pick<Facts, "inexact" | "below" | "lostValues">;

export class Survey {
  readonly #names: readonly string[];
  readonly #unit: number | undefined;
  readonly #columns: Facts[];
  /** The first cost of each option that is no whole multiple of the unit. */
  readonly #off: ({ row: number; cost: number } | undefined)[] = [];

  readonly #narrowed: Narrowed | undefined;

  constructor(names: readonly string[], unit: number | undefined, narrowed: Narrowed | undefined) {
    this.#names = names;
    this.#unit = unit;
    this.#columns = names.map(noFacts);
    this.#narrowed = narrowed;
  }

  /** @throws {RangeError} for a number that is not finite, naming tile, row and option. */
  add(block: Block): void {
    for (const [j, facts] of this.#columns.entries()) {
      const problem = scanRows(block, j, 0, block.users, facts);
      if (problem) {
        const { what, value } = problem;
        throw new RangeError(
          `${this.#where(block, problem.row, j)}: ${what} is ${value}, which is no finite number` +
            (what === "value" ? " (−Infinity closes an option)" : ""),
        );
      }
      if (this.#unit === undefined || this.#off[j]) continue;
      const off = offUnit(block, j, this.#unit);
      if (off) this.#off[j] = { row: block.from + off.row, cost: off.cost };
    }
  }

  get facts(): Facts {
    const all = noFacts();
    for (const facts of this.#columns) all.join(facts);
    return Object.assign(all, this.#narrowed);
  }

  /** Number of the first option that is worth nothing and costs nothing for everyone, 0 where there is none. */
  nothing(users: number): number {
    return (
      1 +
      this.#columns.findIndex(({ open, mostValue, mostCost }) => open === users && mostValue === 0 && mostCost === 0)
    );
  }

  /** @throws {RangeError} when a cost is no multiple of the unit. */
  counting(users: number): Counting {
    const { facts } = this;
    const unit = this.#unit;
    if (unit !== undefined && !checkUnit(facts, unit)) {
      const j = this.#off.findIndex((off) => off !== undefined);
      const off = this.#off[j];
      if (off) {
        throw new RangeError(
          `row ${off.row}, option "${this.#names[j]}": cost ${off.cost} is no whole multiple of unit ${unit}`,
        );
      }
    }
    return countingOf(facts, users, unit);
  }

  #where(block: Block, place: number, j: number): string {
    const row = block.from + place;
    return `tile ${block.tileOf(row)}, row ${row}, option "${this.#names[j]}"`;
  }
}

const LINE = 16;
const FIRST = 16_384;
/** A little more than is wanted, so that an uneven stretch does not halve it. */
const SLACK = 1.02;
/** What a full sample is thinned to: it holds the more in the end, and thinning is cheap beside a reading. */
const FEWER = 0.75;
const ALL = 0xffff_ffff;

/** The sample: it grows to what it may take, then a part of its users leaves (assembly/allocation/stream/pick.ts). */
export class Sample {
  readonly #engine: kernel.Engine;
  readonly #scratch: Scratch;
  readonly #most: number;
  #threshold = ALL;
  #picked: kernel.Picked;

  /** `most`: users it may hold. `expected`: users of the stream, where that is known. */
  constructor(engine: kernel.Engine, scratch: Scratch, options: number, most: number, expected?: number) {
    this.#engine = engine;
    this.#scratch = scratch;
    this.#most = Math.max(LINE, Math.floor(most / LINE) * LINE);
    const large = Math.min(SLACK * wantedOf(expected ?? 0), this.#most / SLACK);
    const wanted = expected === undefined ? FIRST : expected < SAMPLED ? expected : large;
    if (expected !== undefined) this.#threshold = thresholdFor(wanted / expected);
    const count = scratch.take(4);
    this.#picked = { ...this.#room(options, Math.min(this.#most, Math.ceil(Math.max(FIRST, SLACK * wanted)))), count };
    kernel.setNumber(engine, count, 0);
  }

  get table(): kernel.Picked {
    return this.#picked;
  }

  add(block: Block): void {
    const { columns, from: firstRow } = block;
    for (let from = 0; from < block.users; ) {
      from = kernel.pick(this.#engine, columns, from, firstRow, this.#threshold, this.#picked);
      if (from < block.users) this.#makeRoom();
    }
  }

  /** Leaves no more than a solve of so many users looks at, and closes the last line. */
  finish(users: number): void {
    const threshold = users < SAMPLED ? this.#threshold : thresholdFor(wantedOf(users) / users);
    if (threshold < this.#threshold) kernel.thin(this.#engine, this.#picked, threshold);
    padColumns(this.#engine, this.#picked);
  }

  release(): void {
    this.#scratch.give(this.#picked.values);
    this.#scratch.give(this.#picked.hashes);
  }

  #makeRoom(): void {
    const { options, capacity, users, count } = this.#picked;
    if (capacity === this.#most) {
      this.#threshold = Math.floor(FEWER * this.#threshold);
      kernel.thin(this.#engine, this.#picked, this.#threshold);
      return;
    }
    const before = this.#picked;
    this.#picked = { ...this.#room(options, Math.min(this.#most, 4 * capacity)), users, count };
    kernel.moveSample(this.#engine, before, this.#picked);
    this.#scratch.give(before.values);
    this.#scratch.give(before.hashes);
  }

  #room(options: number, users: number): Omit<kernel.Picked, "count"> {
    const capacity = Math.ceil(users / LINE) * LINE;
    const stride = columnStride(capacity);
    const values = this.#scratch.take(2 * options * stride);
    const hashes = this.#scratch.take(4 * capacity);
    return { values, costs: values + options * stride, stride, options, users: 0, origin: 0, hashes, capacity };
  }
}

/** Twice what a table of so many users takes: another reading costs more than a larger sample. */
function wantedOf(users: number): number {
  return 2 * sampleOf(users);
}

function thresholdFor(part: number): number {
  return part < 1 ? Math.floor(part * ALL) : ALL;
}
