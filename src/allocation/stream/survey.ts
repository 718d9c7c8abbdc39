/** What the first reading of a stream finds out: whether every number is legal, how they are counted, and a sample. */
import { type Counting, checkUnit, countingOf, type Facts, noFacts } from "../counting.js";
import { offUnit, scanRows } from "../kernel.js";
import type { Block } from "./block.js";

export class Survey {
  readonly #names: readonly string[];
  readonly #unit: number | undefined;
  readonly #columns: Facts[];
  /** The first cost of each option that is no whole multiple of the unit. */
  readonly #off: ({ row: number; cost: number } | undefined)[] = [];

  constructor(names: readonly string[], unit: number | undefined) {
    this.#names = names;
    this.#unit = unit;
    this.#columns = names.map(noFacts);
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
    return all;
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
