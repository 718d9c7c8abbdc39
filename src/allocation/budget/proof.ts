/** From a solve in quanta to the result with its proof: the same for a table and for a stream. */
import { type Counting, money } from "../counting.js";
import type { Proven } from "../exact/prove.js";
import type { AllocationOptions, AllocationRequest, AllocationResult } from "../types.js";
import { type Extent, fullBound, quickBound } from "./bound.js";
import type { Dual } from "./kernel.js";
import type { Solved } from "./solve.js";

/** Numbers of a small table. */
const SMALL = 1 << 20;

/** A solve without its choices. */
export type Planned = Omit<Solved, "choices" | "wide">;

/** What only another reading of the users can tell. */
export interface Readings {
  /** Exact totals of the choices; asked for where `needsTotals`. */
  totals: () => { cost: number; value: number };
  /** The dual at `dualPrice`; asked for where `needsDual`. */
  dual: (price: number) => Dual;
}

/** What the result still needs, and the result. `counts`: users by choice, none first. */
export class Proof {
  readonly impossible: boolean;
  /** The sums in quanta are not good to 1e-12: the totals must come from the table's own numbers. */
  readonly needsTotals: boolean;
  readonly #extent: Extent;
  readonly #request: AllocationRequest;
  readonly #counting: Counting;
  readonly #solved: Planned;
  readonly #counts: number[];
  readonly #unserved: boolean;
  readonly #precise: boolean;
  readonly #sharp: boolean;
  readonly #quick: number;
  readonly #proven: Proven | undefined;

  constructor(
    extent: Extent,
    request: AllocationRequest,
    counting: Counting,
    solved: Planned,
    counts: number[],
    bound: AllocationOptions["bound"],
    proven?: Proven,
  ) {
    const { users, columns, facts } = extent;
    const none = counts[0] as number;
    this.#extent = extent;
    this.#request = request;
    this.#counting = counting;
    this.#solved = solved;
    this.#counts = counts;
    this.#proven = proven;
    this.#unserved = (request.exactlyOne ?? false) && none > 0;
    this.impossible = !solved.feasible || this.#unserved;
    const { cost, value } = this.#sums();
    this.#precise =
      users * counting.valueQuantum <= 1e-12 * Math.abs(value) && users * counting.roundedUp <= 1e-12 * Math.abs(cost);
    this.needsTotals =
      proven !== undefined || (!this.#precise && !(solved.value === 0n && solved.cost === 0n && facts.open === 0));
    this.#quick = quickBound(extent, request.budget ?? 0, counting, solved, none === users);
    // A second reading of a small table costs less than a millisecond: worth it where the margin would show.
    const loose = this.#quick - value > 1e-8 * Math.abs(value) && users * columns < SMALL;
    this.#sharp = bound === "f64" || !this.#precise || loose;
  }

  /** The bound takes the dual of all users at `dualPrice`. */
  get needsDual(): boolean {
    return !this.impossible && !this.#proven && this.#sharp;
  }

  get dualPrice(): number {
    const { rate, price } = this.#solved.atPrice;
    return this.#counting.decimal ? rate : price;
  }

  result(readings: Readings): Omit<AllocationResult, "choices"> {
    const { atPrice, passes, phases } = this.#solved;
    const { price } = atPrice;
    const { budget } = this.#request;
    const { cost, value } = this.#totals(readings);
    const bound = Math.max(this.#bound(value, readings), value);
    const [none = 0, ...counts] = this.#counts;
    return {
      status: this.impossible ? "impossible" : "met",
      value,
      cost,
      bound,
      gap: (bound - value) / Math.max(Math.abs(bound), Number.MIN_VALUE),
      price,
      limits: budget === undefined ? [] : [{ name: "budget", kind: "at most", used: cost, limit: budget, price }],
      counts,
      none,
      passes,
      seconds: 0,
      phases,
      unit: this.#counting.quantum,
      ...(this.#proven && { valueUnit: this.#proven.unit }),
      ...(this.#proven?.stopped && { stopped: this.#proven.stopped }),
      ...(this.impossible && { clash: this.#clash(cost) }),
      schema: 1,
    };
  }

  #sums(): { cost: number; value: number } {
    const cost = money(this.#solved.cost, this.#counting);
    return { cost, value: Number(this.#solved.value) * this.#counting.valueQuantum };
  }

  #totals({ totals }: Readings): { cost: number; value: number } {
    const sums = this.#sums();
    if (!this.needsTotals) return sums;
    const exact = totals();
    const cost = this.#counting.decimal ? sums.cost : Math.min(sums.cost, exact.cost);
    return { cost, value: this.#proven?.value ?? exact.value };
  }

  #bound(value: number, { dual }: Readings): number {
    if (this.impossible) return value;
    if (this.#proven) return this.#proven.bound;
    if (!this.needsDual) return this.#quick;
    const price = this.dualPrice;
    const full = fullBound(this.#extent, this.#request.budget ?? 0, this.#counting, price, dual(price));
    return this.#precise ? Math.min(full, this.#quick) : full;
  }

  #clash(least: number): NonNullable<AllocationResult["clash"]> {
    const without = this.#counts[0] as number;
    const request = this.#request;
    if (this.#unserved) {
      return {
        limits: ["exactlyOne"],
        nearest: { ...request, exactlyOne: false },
        reason: `${without} ${without === 1 ? "user has" : "users have"} no open option, and every user must get exactly one`,
      };
    }
    return {
      limits: request.exactlyOne ? ["budget", "exactlyOne"] : ["budget"],
      nearest: { ...request, budget: least },
      reason: `the cheapest choices cost ${least} and the budget is ${request.budget}`,
    };
  }
}
