/**
 * Resources of a table: what options use beside money, each with its own f32 columns in a block of their own, which only
 * tables with resources have.
 *
 *   at + (k · columns + j) · stride + 4 i     amount of resource k that option j uses for user i; 0 until it is set
 */
import { floats, kind, wholeNumber } from "../../engine/check.js";
import { type Facts, noFacts } from "../counting.js";
import type { Offers } from "../offers.js";
import { MOST_RESOURCES } from "../request.js";
import * as kernel from "./kernel.js";

export type FillResource = (amounts: Float32Array) => void;

export class Resources {
  readonly names: readonly string[];
  readonly #offers: Offers;
  #bytes: number;
  readonly #facts: (Facts | undefined)[];
  #block: number;

  constructor(offers: Offers, names: readonly string[]) {
    this.#offers = offers;
    this.names = resourceNames(names);
    this.#facts = new Array(names.length * offers.columns);
    this.#bytes = names.length * offers.columns * offers.stride;
    this.#block = names.length > 0 ? offers.engine.arena.take(this.#bytes) : 0;
    if (this.#block) new Uint8Array(offers.engine.memory.buffer, this.#block, this.#bytes).fill(0);
  }

  /** Address of the first column, 0 where there are no resources. */
  get at(): number {
    return this.#block;
  }

  /** What is known of the amounts of resource k, in the fields of costs. */
  factsOf(k: number): Facts {
    const all = noFacts();
    const { columns } = this.#offers;
    for (const facts of this.#facts.slice(k * columns, (k + 1) * columns)) if (facts) all.join(facts);
    return all;
  }

  /** Number of the resource of this name. @throws {RangeError} when the table has none. */
  numberOf(name: string, place: string): number {
    const k = this.names.indexOf(name);
    if (k >= 0) return k;
    const known = this.names.length > 0 ? `there are ${this.names.join(", ")}` : "the table was made without any";
    throw new RangeError(`${place}: the table has no resource "${name}"; ${known}`);
  }

  fill(name: string, j: number, write: FillResource): void {
    const k = this.numberOf(name, "fillResource");
    if (typeof write !== "function")
      throw new TypeError(`fillResource needs a function that writes, got ${kind(write)}`);
    const { engine, users } = this.#offers;
    const { buffer } = engine.memory;
    this.#facts[this.#number(k, j)] = undefined;
    write(new Float32Array(buffer, this.#column(k, j), users));
    if (engine.memory.buffer !== buffer) {
      throw new TypeError(
        `the engine's memory grew while resource "${name}" was being filled: make tables before or after, not inside fill`,
      );
    }
    this.#scan(k, j, 0, users, noFacts());
  }

  set(name: string, j: number, from: number, amounts: Float64Array | Float32Array): void {
    const k = this.numberOf(name, "setResource");
    wholeNumber(from, "from", 0, this.#offers.users);
    floats(amounts, "amounts");
    if (from + amounts.length > this.#offers.users) {
      throw new RangeError(
        `column ${j} of ${this.#offers.users} users cannot take ${amounts.length} amounts from row ${from}`,
      );
    }
    const facts = this.#facts[this.#number(k, j)] ?? noFacts();
    const loss = kernel.setAmounts(this.#offers.engine, this.#column(k, j) + 4 * from, amounts);
    facts.inexact ||= loss > 0;
    facts.below ||= loss >= 2;
    this.#scan(k, j, from, amounts.length, facts);
  }

  /** Columns `stride` bytes apart, longer than they were. @throws {CeilingError}, and they stay as they were. */
  resize(stride: number): void {
    if (!this.#block) return;
    const { engine, stride: before } = this.#offers;
    const bytes = this.#facts.length * stride;
    const block = engine.arena.take(bytes);
    const all = new Uint8Array(engine.memory.buffer).fill(0, block, block + bytes);
    for (const c of this.#facts.keys()) {
      const from = this.#block + c * before;
      all.copyWithin(block + c * stride, from, from + before);
    }
    this.release();
    [this.#block, this.#bytes] = [block, bytes];
  }

  release(): void {
    if (this.#block) this.#offers.engine.arena.give(this.#block, this.#bytes);
    this.#block = 0;
  }

  #number(k: number, j: number): number {
    return k * this.#offers.columns + j;
  }

  #column(k: number, j: number): number {
    return this.#block + this.#number(k, j) * this.#offers.stride;
  }

  #scan(k: number, j: number, from: number, rows: number, facts: Facts): void {
    const problem = kernel.scanAmounts(this.#offers.engine, this.#column(k, j) + 4 * from, rows, facts);
    if (problem !== undefined) {
      const { row, value } = problem;
      throw new RangeError(
        `row ${from + row}, option ${this.#offers.columnName(j)}: resource "${this.names[k]}" is ${value}, which is no finite number`,
      );
    }
    this.#facts[this.#number(k, j)] = facts;
  }
}

function resourceNames(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names)) throw new TypeError(`resources must be an array of names, got ${kind(names)}`);
  if (names.length > MOST_RESOURCES) {
    throw new RangeError(`a table has at most ${MOST_RESOURCES} resources, got ${names.length}`);
  }
  for (const [k, name] of names.entries()) {
    if (typeof name !== "string") throw new TypeError(`the name of resource ${k} must be a string, got ${kind(name)}`);
    if (name === "") throw new RangeError(`the name of resource ${k} is empty`);
    if (names.indexOf(name) < k) throw new RangeError(`two resources are named "${name}"`);
  }
  return [...names];
}
