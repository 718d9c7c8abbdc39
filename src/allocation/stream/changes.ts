/** What fill and swaps changed: few users, whatever the stream's length. */
import type { Scratch } from "../../engine/scratch.js";
import type { Job, Listed } from "../budget/kernel.js";
import type { Counting } from "../counting.js";
import { type Columns, MAGIC } from "../kernel.js";
import { columnStride } from "../offers.js";
import type { Block } from "./block.js";
import * as kernel from "./kernel.js";

/** The choices of some rows, made as the last reading comes by. */
export class Changes {
  readonly #rows: Uint32Array;
  readonly #choices: Uint8Array | Uint16Array;
  readonly #counting: Counting;
  #next = 0;
  /** What the changes add to the sums, in quanta. */
  cost = 0n;
  value = 0n;

  constructor({ rows, choices }: { rows: Uint32Array; choices: Uint8Array | Uint16Array }, counting: Counting) {
    this.#rows = rows;
    this.#choices = choices;
    this.#counting = counting;
  }

  /** Changes the choices of a block. */
  apply(job: Job, block: Block): void {
    const { engine, columns, from, users } = block;
    for (; this.#next < this.#rows.length; this.#next++) {
      const user = (this.#rows[this.#next] as number) - from;
      if (user >= users) return;
      const choices = kernel.choicesAt(job, users);
      const option = this.#choices[this.#next] as number;
      this.#add(kernel.offerAt(engine, columns, user, option), 1n);
      this.#add(kernel.offerAt(engine, columns, user, choices[user] as number), -1n);
      choices[user] = option;
    }
  }

  #add([value, cost]: [number, number], sign: bigint): void {
    const { costScale, costShift, valueQuantum } = this.#counting;
    const magic = MAGIC * valueQuantum;
    this.cost += sign * BigInt(Math.ceil(cost * costScale - costShift));
    this.value += sign * BigInt((value + magic - magic) / valueQuantum);
  }
}

/** The users around the break as a small table for the swaps. */
export class Narrow {
  readonly #engine: kernel.Engine;
  readonly #scratch: Scratch;
  readonly #options: number;
  readonly #blocks: number[] = [];
  /** Their numbers among the kept. */
  places: Uint32Array = new Uint32Array(0);

  constructor(engine: kernel.Engine, scratch: Scratch, options: number) {
    this.#engine = engine;
    this.#scratch = scratch;
    this.#options = options;
  }

  table(listed: Listed, rows: number): Columns {
    const options = this.#options;
    const users = listed.count;
    const stride = columnStride(users);
    const [copies, values, origin] = [8 * options * (users + 16), 2 * options * stride, 4 * users].map((bytes) =>
      this.#take(bytes),
    ) as [number, number, number];
    const table = { values, costs: values + options * stride, stride, options, users, origin };
    this.places = kernel.compact(this.#engine, listed, rows, copies, table);
    return table;
  }

  release(): void {
    for (const block of this.#blocks.splice(0)) this.#scratch.give(block);
  }

  #take(bytes: number): number {
    const block = this.#scratch.take(bytes);
    this.#blocks.push(block);
    return block;
  }
}
