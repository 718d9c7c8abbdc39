/** The sample of a stream: it grows to what it may take, then a part of its users leaves (assembly/…/stream/pick.ts). */
import type { Scratch } from "../../engine/scratch.js";
import { SAMPLED, sampleOf } from "../budget/search.js";
import { padColumns } from "../kernel.js";
import { columnStride } from "../offers.js";
import type { Block } from "./block.js";
import * as kernel from "./kernel.js";

const LINE = 16;
const FIRST = 16_384;
/** A little more than is wanted, so that an uneven stretch does not halve it. */
const SLACK = 1.02;
/** What a full sample is thinned to: it holds the more in the end, and thinning is cheap beside a reading. */
const FEWER = 0.75;
const ALL = 0xffff_ffff;

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
