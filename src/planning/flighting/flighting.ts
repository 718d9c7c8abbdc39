/**
 * Channels × time (media-mix.md, section 7). The envelopes' problem is concave: climbed to its Frank–Wolfe gap, it bounds
 * every plan. Concave curves are their own envelopes, and the same climb is the answer; else the curves themselves are
 * climbed from the envelopes' plan, from pulses made of it, from today's and from seeded plans, and the best plan stands
 * beside the bound.
 */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import type { Model } from "../model.js";
import type { Solved } from "../separable/finish.js";
import type { Found } from "../separable/search.js";
import type { Ask, Reading, Solver } from "../solver.js";
import type { Stopped } from "../types.js";
import { boundByChains } from "./chains.js";
import { Climbs } from "./climbs.js";
import type { FramedFlight } from "./feasible.js";
import { finishFlight } from "./finish.js";
import { type Climbing, type Evaluated, Flight, type OverTime } from "./flight.js";
import { Column, type Simplex } from "./kernel.js";
import { keepsRows, readFlight } from "./reading.js";
import type { Row } from "./rows.js";
import { absentOf, mixed, startsOf } from "./starts.js";

export interface FlightSettings {
  tolerance: number;
  /** Most starts of climbs of curves that are not concave. */
  starts: number;
  seed: number;
  /** Milliseconds of performance.now at which to stop. */
  deadline: number;
  /** Called between turns; throws to stop. */
  watch: (done: number, total: number, value: number, bound: number) => void;
}

/** Of the budget, what climbs give together to curves that start vertically, whose slopes at none are no numbers. */
const HAIR = 1e-9;
/** Turns of one climb. */
const TURNS = 5000;

/** What a solve found, with what the report needs of its proof. */
export interface FoundFlight extends Found {
  /** By row. */
  rowPrices: Float64Array;
}

/** Where the climb of a budget ended. */
interface Ended {
  budget: number;
  x: Float64Array;
  prices: Float64Array;
}

/** Numbers that the ends of former climbs may hold together: 32 MiB. */
const REMEMBERED = 2 ** 22;

export class Flighting implements Solver {
  readonly method = "flighting";
  readonly model: Model;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly rows: readonly Row[];
  /** Every coordinate, as members of a row. */
  readonly everything: Int32Array;
  readonly #framed: FramedFlight;
  readonly #scratch: Scratch;
  readonly #engine: Engine;
  readonly #settings: FlightSettings;
  readonly #flight: OverTime;
  readonly #simplex: Simplex;
  readonly #climbs: Climbs;
  readonly #hasPresence: boolean;
  readonly #point: Column;
  readonly #slopes: Column;
  /** Ends of former climbs, by budget, and the last one of them. */
  readonly #ended: Ended[] = [];
  #last: Ended | undefined;
  /** Climbs of all solves. */
  nodes = 0;
  #best = Number.NEGATIVE_INFINITY;
  #bound = Number.POSITIVE_INFINITY;
  #late = false;

  /** `made` makes another function of the plan's spends than that of its curves. */
  constructor(engine: Engine, framed: FramedFlight, settings: FlightSettings, made?: (scratch: Scratch) => OverTime) {
    const { model, low, high, rows } = framed;
    this.model = model;
    this.#framed = framed;
    this.low = low;
    this.high = high;
    this.rows = rows;
    this.everything = Int32Array.from({ length: low.length }, (_, i) => i);
    this.#hasPresence = model.presence.some((least) => least > 0);
    this.#engine = engine;
    this.#settings = settings;
    const scratch = new Scratch(engine.arena);
    this.#scratch = scratch;
    try {
      this.#flight = made?.(scratch) ?? new Flight(engine, scratch, model);
      const column = () => new Column(engine, scratch, model.size);
      this.#simplex = {
        low: column(),
        floor: column(),
        high: column(),
        budget: model.budget,
        atMost: model.problem.spend !== "exactly",
      };
      [this.#point, this.#slopes] = [column(), column()];
      this.#climbs = new Climbs(engine, scratch, this.#simplex, rows, {
        tolerance: settings.tolerance,
        turns: TURNS,
        watch: () => this.#watch(),
      });
    } catch (error) {
      scratch.release();
      throw error;
    }
  }

  get flight(): OverTime {
    return this.#flight;
  }

  #watch(): void {
    const { watch, starts, deadline } = this.#settings;
    watch(this.nodes, starts, this.#best, this.#bound);
    if (performance.now() > deadline) this.#late = true;
  }

  solve(budget: number, fee: number, { decide, start, enough }: Ask = {}): FoundFlight {
    [this.#best, this.#bound, this.#late] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false];
    const found: FoundFlight = {
      ...{ budget, value: Number.NEGATIVE_INFINITY, bound: Number.NEGATIVE_INFINITY },
      ...{ rootBound: Number.NEGATIVE_INFINITY, price: fee, prices: new Map(), nodes: 0, cuts: [] },
      rowPrices: new Float64Array(this.rows.length),
    };
    if (!this.#setBudget(budget)) return found;
    const before = this.nodes;
    const lifted = !this.#flight.concave;
    // A weak bound that just decides would leave targets a weak cut: each climb goes to its end.
    const decided = (value: number, bound: number) => this.#late || (enough?.(value, bound) ?? false);
    const near = this.#last !== undefined;
    const known = this.#warm(budget) ?? start ?? this.#even(budget);
    const from = this.#flight.approach?.(this.#climbing(fee), known, lifted) ?? known;
    this.nodes++;
    const relaxed = this.#climbs.climb(this.solveGoal(lifted, fee), from, decided, {
      ...{ prices: this.#last?.prices, near },
    });
    this.#bound = relaxed.bound;
    [found.bound, found.rootBound, found.price] = [relaxed.bound, relaxed.bound, relaxed.price + fee];
    found.rowPrices = relaxed.prices;
    this.#remember({ budget, x: relaxed.x, prices: relaxed.prices });
    const stopped = this.#search(found, relaxed.x, { fee, decide, start });
    if (!found.x && this.rows.length > 0 && this.#climbs.leastBroken(from).proven) found.bound = found.value;
    found.bound = Math.max(found.bound, found.value);
    // No plan, and no proof that there is none.
    const lost = !found.x && found.bound > Number.NEGATIVE_INFINITY;
    found.cuts.push({ bound: found.bound, price: relaxed.price });
    found.nodes = this.nodes - before;
    const open = found.bound - found.value > this.#settings.tolerance * Math.abs(found.value);
    if (stopped || lost) found.stopped = stopped ?? "starts";
    else if (open && decide === undefined && !relaxed.done) found.stopped = "turns";
    return found;
  }

  /** The best plan: the climb's own, or climbs of the curves from many starts. */
  #search(
    found: FoundFlight,
    relaxed: Float64Array,
    { fee, decide, start }: { fee: number } & Ask,
  ): Stopped | undefined {
    const { starts, tolerance, seed } = this.#settings;
    const lifted = !this.#flight.concave;
    const present = this.#hasPresence;
    const consider = (x: Float64Array | undefined) => {
      if (!x || !this.#isPresent(x)) return;
      const value = this.#valueOf(x, fee);
      if (value <= found.value) return;
      [found.x, found.value, this.#best] = [x, value, value];
    };
    const enough = () =>
      (found.x !== undefined && found.bound - found.value <= tolerance * Math.abs(found.value)) ||
      (decide !== undefined && (found.value >= decide || found.bound < decide));
    consider(this.#climbs.feasible(relaxed));
    if (start) consider(this.#climbs.feasible(start));
    if ((!lifted && !present) || enough()) return this.#late && !enough() ? "time" : undefined;
    const goal = this.solveGoal(false, fee);
    const near = this.#chains(found, relaxed, fee);
    this.#bound = found.bound;
    for (const from of startsOf(this.#engine, this, { relaxed, near, start, budget: found.budget, starts, seed })) {
      if (this.#late) return "time";
      consider(this.#local(goal, from));
      if (enough()) return undefined;
    }
    return enough() ? undefined : "starts";
  }

  /** A bound by the prices of money alone where lines are chains of states; plans near those that it is made of. */
  #chains(found: FoundFlight, relaxed: Float64Array, fee: number): Float64Array[] {
    const chain = this.#flight.chain?.();
    if (!chain) return [];
    const watch = () => {
      this.#watch();
      return this.#late;
    };
    const { rowPrices, budget } = found;
    const limits = { low: this.low, high: this.#simplex.high.view.slice(), presence: this.model.presence, budget, fee };
    const price = found.price - fee;
    const by = boundByChains(chain, { ...limits, rows: this.rows, rowPrices }, { price, relaxed, watch });
    if (!by) return [];
    if (by.bound < found.bound) [found.bound, found.price] = [by.bound, by.price + fee];
    return mixed(by.plans, this.model.periods, budget);
  }

  /** The curves' climb from a start; with presence, after choosing who is present. */
  #local(goal: ReturnType<Flighting["solveGoal"]>, start: Float64Array): Float64Array | undefined {
    const { presence } = this.model;
    const never = () => this.#late;
    const climb = (from: Float64Array) => {
      this.nodes++;
      return this.#climbs.climb(goal, from, never).x;
    };
    const chosen = presence.some((least) => least > 0);
    const free = chosen && this.#isPresent(start) ? start : climb(start);
    if (!chosen) return this.#climbs.feasible(free);
    const { low, high } = this.#simplex;
    const [least, most] = [low.view.slice(), high.view.slice()];
    const absent = absentOf(this.model, this.low, this.#simplex.budget, free);
    try {
      low.view.set(
        least.map((l, i) => (absent[i] ? l : Math.min(most[i] as number, Math.max(l, presence[i] as number)))),
      );
      high.view.set(most.map((u, i) => (absent[i] ? Math.min(u, least[i] as number) : u)));
      if (low.view.reduce((sum, l) => sum + l, 0) > this.#simplex.budget) return undefined;
      return this.#climbs.feasible(climb(free));
    } finally {
      low.view.set(least);
      high.view.set(most);
    }
  }

  /** Climbs and readings of goals of the plan's function itself; the fee is taken off here. */
  #climbing(fee: number): Climbing {
    const net = (goal: (x: Column, g: Column) => number) => (x: Column, g: Column) => {
      const value = goal(x, g);
      const [money, slopes] = [x.view, g.view];
      let spent = 0;
      for (let i = 0; fee > 0 && i < money.length; i++) {
        spent += money[i] as number;
        slopes[i] = (slopes[i] as number) - fee;
      }
      return value - fee * spent;
    };
    return {
      tolerance: this.#settings.tolerance,
      climb: (goal, from, tolerance) => {
        const before = this.#climbs.turns;
        const enough = (value: number, bound: number) => this.#late || bound - value <= tolerance * Math.abs(bound);
        const { x } = this.#climbs.climb(net(goal), from, enough);
        return { x, turns: this.#climbs.turns - before };
      },
      read: (goal, x) => {
        let [value, slopes] = [Number.NEGATIVE_INFINITY, this.low];
        const { bound, price } = this.#climbs.climb(
          net((at, g) => {
            value = goal(at, g);
            slopes = g.view.slice();
            return value;
          }),
          x,
          () => true,
        );
        const spent = fee > 0 ? x.reduce((sum, money) => sum + money, 0) : 0;
        return { value: value - fee * spent, bound, price, slopes };
      },
    };
  }

  /** The response, or its envelopes', less the fee. */
  solveGoal(lifted: boolean, fee: number): (x: Column, g: Column) => number {
    const flight = this.#flight;
    if (fee === 0) return (x, g) => flight.respond(x, g, lifted);
    return (x, g) => {
      const value = flight.respond(x, g, lifted);
      const [money, slopes] = [x.view, g.view];
      let spent = 0;
      for (let i = 0; i < money.length; i++) {
        spent += money[i] as number;
        slopes[i] = (slopes[i] as number) - fee;
      }
      return value - fee * spent;
    };
  }

  /** Boxes and envelopes for a budget; false where the floors alone exceed it. */
  #setBudget(budget: number): boolean {
    const { low, floor = low, high } = this.#simplex;
    const most = Math.min(budget, Number.MAX_VALUE);
    const tops = new Float64Array(this.high.length);
    let [floors, ceilings] = [0, 0];
    for (let i = 0; i < tops.length; i++) {
      const least = this.low[i] as number;
      tops[i] = Math.max(least, Math.min(this.high[i] as number, most));
      floors += least;
      ceilings += tops[i] as number;
    }
    if (floors > most * (1 + 1e-12)) return false;
    if (!this.#simplex.atMost && ceilings < budget * (1 - 1e-12)) return false;
    floor.view.set(this.low);
    low.view.set(this.#inside(tops, Math.max(0, Math.min(budget, 1e300) - floors)));
    high.view.set(tops);
    this.#simplex.budget = budget;
    this.#flight.bound(this.low, tops, budget);
    return true;
  }

  /** Floors of a climb: where a curve starts vertically, a hair of the room above the floors more than none. */
  #inside(tops: Float64Array, room: number): Float64Array {
    const { low, model } = this;
    const hair = (HAIR * room) / model.size;
    const inside = low.slice();
    for (let i = 0; i < inside.length; i++) {
      const free = (low[i] as number) < hair && model.presence[i] === 0 && this.#flight.vertical?.(i);
      if (free) inside[i] = Math.min(hair, tops[i] as number);
    }
    return inside;
  }

  #remember(end: Ended): void {
    const ended = this.#ended;
    if ((ended.length + 1) * this.model.size > REMEMBERED) ended.length = 0;
    const from = ended.findIndex(({ budget }) => budget >= end.budget);
    ended.splice(from < 0 ? ended.length : from, ended[from]?.budget === end.budget ? 1 : 0, end);
    this.#last = end;
  }

  /** A plan near the best of this budget, from those of others. */
  #warm(budget: number): Float64Array | undefined {
    const ended = this.#ended;
    if (!this.#last) return undefined;
    const from = ended.findIndex((end) => end.budget >= budget);
    // Between two budgets: the cubic through two on either side, or the line; both lessen what climbs leave open.
    if (from > 0) return between(ended.slice(Math.max(0, from - 2), from + 2), budget);
    const near = from < 0 ? ended.slice(-2) : ended.slice(0, 2);
    const step = Math.abs((near[1]?.budget ?? 0) - (near[0]?.budget ?? 0));
    const way = Math.min(...near.map((end) => Math.abs(budget - end.budget)));
    // Beyond them: the line through the nearest two, not far.
    if (near.length === 2 && way <= 2 * step) return between(near, budget);
    const { x } = (from < 0 ? near.at(-1) : near[0]) as Ended;
    const spent = x.reduce((sum, money) => sum + money, 0);
    return spent > 0 && Number.isFinite(budget) ? x.map((money) => (money * budget) / spent) : x;
  }

  #even(budget: number): Float64Array {
    const share = Number.isFinite(budget) ? budget / this.model.size : 0;
    return this.low.map((least) => Math.max(least, share));
  }

  #isPresent(x: Float64Array): boolean {
    if (!this.#hasPresence) return true;
    const { presence } = this.model;
    return x.every((money, i) => money === 0 || money >= (presence[i] as number) * (1 - 1e-12));
  }

  #valueOf(x: Float64Array, fee: number): number {
    this.#point.view.set(x);
    return this.solveGoal(false, fee)(this.#point, this.#slopes);
  }

  evaluate(x: Float64Array): Evaluated {
    this.#point.view.set(x);
    return this.#flight.evaluate(this.#point, this.#slopes);
  }

  responseOf(plan: Float64Array): number {
    return this.#valueOf(plan, 0);
  }

  keepsLimits(plan: Float64Array): boolean {
    return keepsRows(this, plan);
  }

  finish(found: Found, fee: number, extra: Solved["extra"]): Solved {
    return finishFlight(this, found, fee, extra);
  }

  read(solved: Solved): Reading {
    return readFlight(this, solved);
  }

  span(): { least: number; most: number } {
    const sum = (of: Float64Array) => of.reduce((total, money) => total + money, 0);
    const tops = this.model.sums.filter(({ members }) => members.length === this.model.size).map(({ high }) => high);
    return { least: sum(this.low), most: Math.min(sum(this.high), ...tops) };
  }

  worthAtMost(fee: number): number {
    const name = (line: number) => this.model.lines[line]?.name ?? "";
    const budget = Math.min(
      this.#flight.worthAtMost(fee, this.#framed.feasible, name),
      this.high.reduce((sum, top) => sum + top, 0),
    );
    this.high.forEach((top, i) => {
      this.high[i] = Math.max(this.low[i] as number, Math.min(top, budget));
    });
    return budget;
  }

  floors(): string[] {
    const rows = this.rows.map(({ kind, source }) => (kind === "at least" ? source?.path : undefined));
    return [...new Set([...this.model.lowSource.map((source) => source?.path), ...rows])].filter(
      (path) => path !== undefined,
    );
  }

  /** Turns of all climbs. */
  get turns(): number {
    return this.#climbs.turns;
  }

  unordered(x: Float64Array): Float64Array {
    return x;
  }

  release(): void {
    this.#scratch.release();
  }
}

/** The polynomial in the budget through these plans, none below zero (Lagrange's form). */
function between(ends: readonly Ended[], budget: number): Float64Array {
  const [first] = ends as [Ended];
  const plan = new Float64Array(first.x.length);
  for (const end of ends) {
    let weight = 1;
    for (const other of ends) {
      if (other !== end) weight *= (budget - other.budget) / (end.budget - other.budget);
    }
    for (let i = 0; i < plan.length; i++) plan[i] = (plan[i] as number) + weight * (end.x[i] as number);
  }
  for (let i = 0; i < plan.length; i++) plan[i] = Math.max(0, plan[i] as number);
  return plan;
}
