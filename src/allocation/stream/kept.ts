/** The core of a stream: the steps that a reading kept, with the rows of their users. Grows to what it may hold. */
import type { Scratch } from "../../engine/scratch.js";
import { type Job, STEP_BYTES, type Steps } from "../budget/kernel.js";
import type { Columns } from "../kernel.js";
import * as kernel from "./kernel.js";

const FIRST = 4096;

/** Bytes that a step and its user take, all told: with its entry in the order and two marks. */
export function bytesPerStep(options: number): number {
  return STEP_BYTES + 16 + 2 + 8 * options + 4 + 2;
}

export class Core {
  readonly #scratch: Scratch;
  readonly #options: number;
  readonly #wide: boolean;
  readonly kept: kernel.Kept;
  /** Steps, and users, that there is room for. */
  #capacity = 0;
  /** Most steps. */
  readonly #most: number;

  constructor(scratch: Scratch, options: number, wide: boolean, most: number) {
    this.#scratch = scratch;
    this.#options = options;
    this.#wide = wide;
    this.#most = most;
    this.kept = { steps: 0, count: 0, rows: 0, numbers: 0, chosen: 0, users: 0 };
  }

  /** Keeps the steps of a block; false, and nothing done, when they are too many. */
  add(job: Job, steps: Steps, table: Columns, firstRow: number): boolean {
    const { kept } = this;
    if (kept.count + steps.count > this.#most) return false;
    while (kept.count + steps.count > this.#capacity) this.#grow();
    kernel.keep(job, steps, table, firstRow, kept, STEP_BYTES);
    return true;
  }

  release(): void {
    if (this.#capacity === 0) return;
    for (const at of [this.kept.steps, this.kept.rows, this.kept.numbers, this.kept.chosen]) this.#scratch.give(at);
    this.#capacity = 0;
  }

  #grow(): void {
    const { kept } = this;
    const to = Math.min(Math.max(this.#most, 1), Math.max(FIRST, 2 * this.#capacity));
    const move = (at: number, filled: number, each: number) =>
      this.#capacity ? this.#scratch.move(at, each * filled, each * to) : this.#scratch.take(each * to);
    // Largest first: what each leaves behind serves those that follow.
    kept.rows = move(kept.rows, kept.users, 8 * this.#options);
    kept.steps = move(kept.steps, kept.count, STEP_BYTES);
    kept.numbers = move(kept.numbers, kept.users, 4);
    kept.chosen = move(kept.chosen, kept.users, this.#wide ? 2 : 1);
    this.#capacity = to;
  }
}
