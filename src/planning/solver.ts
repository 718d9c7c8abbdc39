/** What a method of planning gives to the objectives and to the report: solves at a budget, and readings of a plan. */
import type { Model } from "./model.js";
import type { Columns } from "./report/lines.js";
import type { Solved } from "./separable/finish.js";
import type { Found } from "./separable/search.js";
import type { Kkt, Method, Move, PlanLimit, PlanResult } from "./types.js";

export interface Ask {
  /** Ends the solve as soon as the answer to "is it at least this?" is known. */
  decide?: number;
  /** A price, and a plan, from a problem like this one. */
  guess?: number;
  start?: Float64Array;
  /** Ends a climb that has this value and this bound. */
  enough?: (value: number, bound: number) => boolean;
}

/** What the report needs to know of one plan. By coordinate. */
export interface Reading {
  columns: Columns;
  /** What each interaction adds to the response of the lines. */
  interactions?: NonNullable<PlanResult["interactions"]>;
  /** Names of the limits that hold each coordinate. */
  held: string[][];
  limits: PlanLimit[];
  kkt: Kkt;
  /** What one more unit of money would bring. */
  marginal: number;
  /** The name of the coordinate that would take it. */
  marginalAt?: string;
  /** Moves of money that gain more than `worth`. */
  moves(worth: number): Move[];
}

export interface Solver {
  readonly method: Method;
  readonly model: Model;
  /** Upper ends of boxes, in the method's own order. */
  readonly high: Float64Array;
  /** Nodes, or climbs, of all solves. */
  readonly nodes: number;
  /** The best plan of at most (or, where the plan says so, of exactly) `budget`; each unit of money kept is worth `fee`. */
  solve(budget: number, fee: number, ask?: Ask): Found;
  /** The plan in whole units, its sums within the limits to the last digit. */
  finish(found: Found, fee: number, extra: Solved["extra"]): Solved;
  /** Least and most money that the limits allow, whatever the budget. */
  span(): { least: number; most: number };
  /** Lowers `high` to where no plan of most response − fee · spend goes beyond it; returns a budget that none exceeds. */
  worthAtMost(fee: number): number;
  /** Field paths of all floors. */
  floors(): string[];
  /** A plan in the method's own order, by coordinate: line · periods + period. */
  unordered(x: Float64Array): Float64Array;
  read(solved: Solved): Reading;
  /** Of a plan by coordinate. */
  responseOf(plan: Float64Array): number;
  /** Whether a plan by coordinate keeps every limit, to a relative 1e-9. */
  keepsLimits(plan: Float64Array): boolean;
  release(): void;
}
