/**
 * The frontier under several limits: the budget sweeps, the others hold. Each point is a solve of its own that starts from
 * the prices of the point before it.
 */
import type { Scratch } from "../../engine/scratch.js";
import type { Counting } from "../counting.js";
import type { Offers } from "../offers.js";
import type { AllocationOptions, AllocationRequest, FrontierOptions, FrontierPoint, FrontierResult } from "../types.js";
import { reportOf } from "./answer.js";
import { solveDual } from "./dual/dual.js";
import { leastProof, searchOf } from "./impossible/proof.js";
import { Problem } from "./problem.js";
import { repair } from "./repair.js";
import { signOf } from "./rows.js";

const PENALTIES = [1e3, 1e6, 1e9, 1e12];
const LEAST_EFFORT = { tolerance: 1e-9, most: 200, penalty: 1e6 };
/** What a mix of plans is worth is good to this, relative. */
const MIXED = 1e-9;

type Ends = Pick<FrontierResult, "least" | "most">;

export class Sweep {
  readonly #offers: Offers;
  readonly #request: AllocationRequest;
  readonly #money: Counting;
  readonly #scratch: Scratch;
  readonly #options: AllocationOptions;
  /** Prices of the last point, of rows with a budget. */
  #prices: Float64Array | undefined;
  passes = 0;

  constructor(
    offers: Offers,
    request: AllocationRequest,
    money: Counting,
    scratch: Scratch,
    { signal, onProgress }: FrontierOptions,
  ) {
    this.#offers = offers;
    this.#request = request;
    this.#money = money;
    this.#scratch = scratch;
    this.#options = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  }

  /** The least that the other limits let be spent and what is spent without a budget; undefined where they clash. */
  ends(): Ends | undefined {
    const { budget: _, ...others } = this.#request;
    const free = this.#problem(others);
    const dual = this.#solve(free);
    if (!dual) return undefined;
    const most = dual.mix?.cost ?? reportOf(free, dual.choices, dual.prices).cost;
    this.#give(dual.choices);
    const least = this.#snapped(this.#least());
    return { least, most: Math.max(least, this.#snapped(most)) };
  }

  /** What rounding left beside a whole multiple of the unit of money is that multiple: beside 0 above all. */
  #snapped(spend: number): number {
    const { decimal, perMoney } = this.#money;
    const whole = decimal ? Math.round(spend * perMoney) / perMoney : 0;
    return Math.abs(spend - whole) <= MIXED * this.#offers.facts.mostCost ? whole : spend;
  }

  point(budget: number): FrontierPoint {
    const problem = this.#problem({ ...this.#request, budget });
    const dual = this.#solve(problem, this.#prices);
    if (!dual) {
      const none = Number.NEGATIVE_INFINITY;
      return { budget, value: none, bound: none, spend: Number.NaN, price: Number.POSITIVE_INFINITY };
    }
    this.#prices = dual.prices;
    const k = problem.rows.findIndex(({ name }) => name === "budget");
    const price = dual.prices[k] as number;
    try {
      if (dual.mix) {
        const { value, cost } = dual.mix;
        const least = value - MIXED * Math.abs(value);
        return { budget, value: least, bound: Math.max(dual.bound, least), spend: Math.min(budget, cost), price };
      }
      const { held } = repair(problem, dual, dual.choices);
      const { value, cost } = reportOf(problem, dual.choices, dual.prices, held);
      const bound = dual.bound;
      return held
        ? { budget, value, bound: Math.max(bound, value), spend: cost, price }
        : { budget, value: Number.NEGATIVE_INFINITY, bound, spend: Number.NaN, price };
    } finally {
      this.#give(dual.choices);
      this.passes += problem.passes;
    }
  }

  #problem(request: AllocationRequest): Problem {
    return new Problem(this.#offers, request, this.#money, this.#scratch, this.#options);
  }

  #give(choices: number): void {
    this.#scratch.give(choices);
  }

  /** Undefined where the limits are proven to clash. */
  #solve(problem: Problem, start?: Float64Array) {
    for (const penalty of PENALTIES) {
      const dual = solveDual(problem, { penalty, ...(start && { start }) }, (_, work) => work());
      if (dual.unserved === 0 && dual.held) return dual;
      if (dual.unserved > 0 || leastProof(problem) || penalty === PENALTIES.at(-1)) {
        this.#give(dual.choices);
        return undefined;
      }
      this.#give(dual.choices);
    }
    return undefined;
  }

  #least(): number {
    const problem = this.#problem({ ...this.#request, budget: 0 });
    const k = problem.rows.findIndex(({ name }) => name === "budget");
    const { facts } = this.#offers;
    const needsNothing = problem.accounts.every(
      ({ row, limit }, n) => n === k || (row.kind === "at most" ? limit >= 0 : limit <= 0),
    );
    if (needsNothing && !problem.exactlyOne && facts.leastCost >= 0) return 0;
    const found = searchOf(problem).minimise({ alpha: 0, row: k }, LEAST_EFFORT);
    return -signOf(problem.rows[k] as (typeof problem.rows)[number]) * found.lower;
  }
}
