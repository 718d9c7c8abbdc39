/**
 * The proven integer optimum of one budget by core expansion (ARCHITECTURE.md, "How the optimum is proven").
 *
 * What the quick solve chose is the first incumbent and its price the break price. The bound at that price settles most
 * users; the rest enter the core one by one, steepest first from both sides, until no state is left that could lead to more.
 */
import { CeilingError } from "../../engine/arena.js";
import type { Scratch } from "../../engine/scratch.js";
import type { Solved } from "../budget/solve.js";
import { budgetQuanta, type Counting } from "../counting.js";
import type { Offers } from "../offers.js";
import type { AllocationOptions, AllocationRequest } from "../types.js";
import { type Grid, gridOf } from "./grid.js";
import * as kernel from "./kernel.js";
import { Store } from "./store.js";
import { Target } from "./target.js";

/** Larger than any sum of quanta. */
const NO_LIMIT = 1n << 62n;
/** Rounding of the bounds, against Σ_i max_j (|p_ij| + λ|k_ij|): scores, slopes and their sums are off by a few 2^-53 of it. */
const ROUNDING = 2 ** -48;
/** Numbers of a table that a call of a kernel reads. */
const SLICE = 1 << 18;

export interface Task {
  offers: Offers;
  request: AllocationRequest;
  counting: Counting;
  scratch: Scratch;
  options: AllocationOptions;
  /** When the clock of `timeLimit` started, in ms. */
  start: number;
}

/** How a search ended, in quanta of value. */
export interface Ending {
  grid: Grid;
  /** What the choices bring. */
  value: bigint;
  /** No plan that costs the budget, and what rounding may hide of it, brings more. */
  bound: bigint;
  stopped: "time" | "memory" | undefined;
}

/** Proves the choices of `solved` optimal, or replaces them by better ones, as far as time and memory allow. */
export function search(task: Task, solved: Solved): Ending {
  const from = performance.now();
  try {
    return new Search(task, solved).run();
  } finally {
    solved.phases.exact = (performance.now() - from) / 1000;
  }
}

/** The next group from one side. */
type Side = { group: number; slope: number } | undefined;

class Search {
  readonly #task: Task;
  readonly #solved: Solved;
  readonly #grid: Grid;
  readonly #job: kernel.Job;
  /** The break price, in quanta of value for a quantum of money. */
  readonly #price: number;
  readonly #budget: bigint;
  readonly #delta: bigint;
  readonly #list: kernel.Moves = { moves: 0, count: 0, groups: 0, groupCount: 0 };
  #margin = 0;
  /** The bound of the linear relaxation, against the plan's value. */
  #upper = 0;
  #target = new Target({ a: 1n, b: 0n, d: 1n }, 0n);
  /** The prices at which the states as they are were bounded. */
  #slopes = { up: 0, down: 0 };

  constructor(task: Task, solved: Solved) {
    const { offers, request, counting, scratch } = task;
    this.#task = task;
    this.#solved = solved;
    this.#grid = gridOf(offers);
    this.#job = {
      offers,
      engine: offers.engine,
      exactlyOne: request.exactlyOne ?? false,
      choices: solved.choices,
      wide: solved.wide,
      counting: scratch.take(kernel.COUNTING_BYTES),
      planned: scratch.take(2 * offers.users),
    };
    const { price, rate } = solved.atPrice;
    this.#price = (counting.decimal ? rate : price) * counting.quantum * this.#grid.scale;
    this.#budget = request.budget === undefined ? NO_LIMIT : budgetQuanta(request.budget, counting);
    this.#delta = hidden(task);
  }

  run(): Ending {
    const plan = this.#plan();
    const weight = plan.cost - this.#budget;
    const given = plan.givenValue - plan.value;
    this.#margin = ROUNDING * plan.size;
    this.#slopes = { up: this.#price, down: this.#price };
    this.#upper = this.#price * Number(this.#delta - weight) + this.#margin;
    const end = (z: bigint, above: number, stopped?: "time" | "memory"): Ending => {
      const most = Math.min(this.#upper, above);
      const bound = plan.value + (most > Number(z) ? larger(z, BigInt(Math.floor(most))) : z);
      return { grid: this.#grid, value: plan.value + z, bound, stopped };
    };
    if (plan.unserved > 0) return end(given, Number.NEGATIVE_INFINITY);
    let store: Store;
    try {
      store = new Store(this.#job.engine, this.#task.scratch, this.#task.options.memory);
    } catch (error) {
      if (!(error instanceof CeilingError)) throw error;
      return end(given, Number.POSITIVE_INFINITY, "memory");
    }
    const { states } = store;
    store.start(weight, weight <= 0n ? larger(given, 0n) : given, this.#delta);
    const stopped = this.#stoppedBy(() => this.#core(store, weight));
    if (states.z > given) this.#write(states, plan.value + states.z);
    const open = stopped ? this.#reach(states) : Number.NEGATIVE_INFINITY;
    return end(states.z, Math.max(open, Number(states.beyond)), stopped);
  }

  /** The plan at the break price: the given choices where they are best at it. */
  #plan() {
    kernel.startCounting(this.#job, this.#task.counting, this.#grid.scale, this.#price);
    this.#eachSlice((from, to) => {
      kernel.planUsers(this.#job, from, to);
      return to;
    });
    return kernel.planned(this.#job);
  }

  /** Expands the core until nothing better is left. */
  #core(store: Store, weight: bigint): "time" | undefined {
    const { engine } = this.#job;
    const { states } = store;
    if (this.#isProven(states)) return undefined;
    if (this.#isLate()) return "time";
    this.#reduce(store, weight);
    this.#target.aim(states.z);
    const upward: kernel.Queue = { at: store.take(4 * this.#list.groupCount), count: 0, down: false };
    const downward: kernel.Queue = { at: store.take(4 * this.#list.groupCount), count: 0, down: true };
    kernel.enqueue(engine, this.#list, upward);
    kernel.enqueue(engine, this.#list, downward);
    const sides = () => [kernel.next(engine, this.#list, upward), kernel.next(engine, this.#list, downward)] as const;
    let [up, down] = sides();
    for (let entered = 0; ; entered++) {
      this.#slopes = this.#slopesOf(up, down);
      const next = (entered % 2 === 0 ? up : down) ?? up ?? down;
      if (states.count === 0 || !next || this.#isProven(states)) return undefined;
      if (this.#isLate()) return "time";
      const { z } = states;
      kernel.enter(engine, this.#list, next.group);
      [up, down] = sides();
      store.expand(this.#list, kernel.movesOf(engine, this.#list, next.group), this.#bounds(up, down, z));
      if (states.z !== z) this.#target.aim(states.z);
      this.#report(entered + 1, this.#list.groupCount);
    }
  }

  /** Lists what the bound at the break price does not settle. */
  #reduce(store: Store, weight: bigint): void {
    const { engine, offers } = this.#job;
    const { states } = store;
    const list = this.#list;
    const slack = this.#upper - Number(states.z) - this.#need(this.#price);
    let capacity = Math.max(offers.users >> 3, 1024) + offers.columns + 1;
    list.groups = store.take(kernel.GROUP_BYTES * offers.users);
    list.moves = store.take(kernel.MOVE_BYTES * capacity);
    this.#eachSlice((from, to) => {
      const next = kernel.reduce(this.#job, list, from, to, slack, capacity);
      if (next === to) return next;
      const before = kernel.MOVE_BYTES * capacity;
      list.moves = store.grow(list.moves, before, kernel.MOVE_BYTES * list.count, 2 * before);
      capacity *= 2;
      return next;
    });
    if (this.#delta === 0n) this.#target = new Target(kernel.latticeOf(engine, list), weight);
  }

  /** For users outside the core the plan is best at every price between these; rounding may have put them past the break price. */
  #slopesOf(up: Side, down: Side): { up: number; down: number } {
    return {
      up: up ? Math.min(up.slope, this.#price) : 0,
      down: down ? Math.max(down.slope, this.#price) : Number.POSITIVE_INFINITY,
    };
  }

  #bounds(above: Side, below: Side, z: bigint): kernel.Bounds {
    const { up, down } = this.#slopesOf(above, below);
    return {
      up,
      needUp: this.#need(up),
      down,
      needDown: down === Number.POSITIVE_INFINITY ? 0 : this.#need(down),
      most: this.#upper - Number(z) - this.#need(this.#price),
    };
  }

  /** How far above z a state must reach at this price to be of use, less what rounding may do. */
  #need(price: number): number {
    return 1 + this.#target.excess(price) - this.#margin;
  }

  #isProven({ z }: kernel.States): boolean {
    return this.#upper - Number(z) < this.#need(this.#price);
  }

  #isLate(): boolean {
    const { options, start } = this.#task;
    return options.timeLimit !== undefined && performance.now() - start >= 1000 * options.timeLimit;
  }

  /** The most that the states may still lead to, against the plan. */
  #reach(states: kernel.States): number {
    if (states.count === 0) return Number.NEGATIVE_INFINITY;
    const { up, down } = this.#slopes;
    return Number(states.z) + kernel.reach(this.#job.engine, states, up, down) + this.#margin;
  }

  /** Writes the best state into the choices and adds them up again. */
  #write(states: kernel.States, value: bigint): void {
    kernel.follow(this.#job, states, this.#list);
    const sums = this.#plan();
    if (sums.givenValue !== value || sums.givenCost > this.#budget) {
      throw new Error(
        `the choices found do not add up: value ${sums.givenValue}, not ${value}; cost ${sums.givenCost}`,
      );
    }
    this.#solved.cost = sums.givenCost;
  }

  #stoppedBy(work: () => "time" | undefined): "time" | "memory" | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof CeilingError) return "memory";
      throw error;
    }
  }

  #eachSlice(work: (from: number, to: number) => number): void {
    const { users, columns } = this.#task.offers;
    const slice = Math.max(16, Math.floor(SLICE / columns));
    for (let from = 0; from < users; ) {
      from = work(from, Math.min(users, from + slice));
      this.#report(from, users);
    }
    this.#solved.passes++;
  }

  #report(done: number, total: number): void {
    this.#task.options.onProgress?.({ phase: "exact", done, total });
    this.#task.options.signal?.throwIfAborted();
  }
}

/** Quanta of money that rounding up and narrowing may hide: a plan that fits the caller's money fits the budget and these. */
function hidden({ offers, request, counting }: Task): bigint {
  const { users, facts } = offers;
  const { roundedUp, narrowed, decimal, perMoney } = counting;
  const off = decimal ? 0 : narrowed;
  if (request.budget === undefined || (roundedUp === 0 && off === 0)) return 0n;
  const spent = Math.abs(request.budget) + 2 * users * Math.max(0, -facts.leastCost);
  const most = (users * roundedUp + 2 * off * spent) * perMoney;
  return BigInt(Math.min(2 ** 61, Math.ceil(most * (1 + 2 ** -40)) + 1));
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
