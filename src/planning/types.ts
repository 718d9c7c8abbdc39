/** What a plan is asked; what it answers is in result.ts. The published form of the problem is plan.schema.json. */
import type { Engine } from "../engine/engine.js";

export type * from "./result.js";

/** Response to spend x in one period; every parameter above zero, zero at zero (but for `carry`). */
export type Curve =
  /** max · (x + carry)^shape / (half^shape + (x + carry)^shape); the value at x = 0 is kept. */
  | { type: "hill"; max: number; half: number; shape: number; carry?: number }
  /** max · (σ(slope (x − midpoint)) − σ(−slope · midpoint)) */
  | { type: "logit"; max: number; slope: number; midpoint: number }
  /** max · tanh(x ln 3 / (2 half)) */
  | { type: "logistic"; max: number; half: number }
  /** max · tanh(x / (max · scale)) */
  | { type: "tanh"; max: number; scale: number }
  /** max · x / (half + x) */
  | { type: "michaelis-menten"; max: number; half: number }
  /** scale · x^exponent; an exponent above 1 only under a ceiling */
  | { type: "power" | "root"; scale: number; exponent: number }
  /** scale · ln(1 + x / unit) */
  | { type: "log"; scale: number; unit: number }
  /** max · (1 − e^(−rate x)) */
  | { type: "exponential"; max: number; rate: number }
  /** slope · x */
  | { type: "linear"; slope: number }
  /**
   * An incentive for each sale of a market, at which the share σ(intercept + slope · incentive) buys: response
   * value · market · (share − share without), by the money that all the incentives cost.
   */
  | { type: "unit-incentive"; market: number; value: number; intercept: number; slope: number }
  /**
   * People of a population with `times` contacts or more (default 1), where spend, divided by the channel's `cost`, is contacts
   * that fall on them at random (Poisson). `frequencyAtMost` is a ceiling: contacts by person reached at all.
   */
  | { type: "reach"; population: number; times?: number; frequencyAtMost?: number }
  /**
   * The same where spend, divided by `cost`, is insertions, at most `most` of them, and a person sees an insertion with a chance
   * of their own, Beta(alpha, beta) over the population (beta-binomial); straight between whole insertions.
   */
  | {
      type: "insertions";
      population: number;
      alpha: number;
      beta: number;
      most: number;
      times?: number;
      frequencyAtMost?: number;
    }
  /** Straight between the points, from (0, 0) on, level after the last; spend strictly and response weakly rising. */
  | { type: "table"; spend: readonly number[]; response: readonly number[] };

type Families =
  | "hill"
  | "logit"
  | "logistic"
  | "tanh"
  | "michaelis-menten"
  | "power"
  | "root"
  | "log"
  | "exponential"
  | "linear";
type OfDraws<C> = C extends unknown ? { [K in keyof C]: K extends "type" ? C[K] : number | readonly number[] } : never;

/**
 * A curve under posterior draws: parameters are one number, or one number for each draw. All lists of a plan are of one
 * length, and entry j of each belongs to draw j of the joint posterior. Tables are not drawn.
 */
export type DrawnCurve = OfDraws<Extract<Curve, { type: Families }>>;

/** A geometric adstock whose decay is drawn too, or that ends: `length` periods of work, the spend's own included. */
export type DrawnAdstock = {
  type: "geometric";
  decay: number | readonly number[];
  length?: number;
  normalised?: boolean;
};

/**
 * What is made best over posterior draws. R is the response of the whole plan in one draw. An expectation, a CVaR and a
 * regret of concave curves have a certified bound, and so has mean − k · sd where it weighs no draw negatively; quantiles
 * and chances are not concave, and their best plan found stands beside the bound of a relaxation.
 */
export type Risk =
  /** Mean of R (default). */
  | { type: "expectation" }
  /** Mean of R − k · standard deviation of R. */
  | { type: "mean-sd"; k: number }
  /** The ⌈level · draws⌉-th smallest R. */
  | { type: "quantile"; level: number }
  /** Mean of R over the worst `level` of the draws. */
  | { type: "cvar"; level: number }
  /** The share of draws with R ≥ target. */
  | { type: "chance"; target: number }
  /** The most that the best plan for a single draw brings more than this plan in that draw; as little as possible. */
  | { type: "regret" };

/** How much of the spend of one period works in the next ones. */
export type Adstock =
  | { type: "geometric"; decay: number; normalised?: boolean }
  | { type: "delayed"; decay: number; peak: number; length: number; normalised?: boolean }
  | { type: "binomial"; decay: number; length: number; normalised?: boolean }
  | { type: "weibull"; form: "pdf" | "cdf"; shape: number; scale: number; length: number; normalised?: boolean }
  | { type: "kernel"; weights: readonly number[] };

/** What a channel without campaigns and a campaign have in common. Money is by period: one number, or a list of them. */
export interface Line {
  name: string;
  curve?: Curve | DrawnCurve;
  /** Least and most spend in a period (default 0 and no limit). */
  min?: number | readonly number[];
  max?: number | readonly number[];
  /** Today's plan. */
  current?: number | readonly number[];
  /** Money for one unit of media, where the curve is over units: f(x / cost) (default 1). */
  cost?: number | readonly number[];
  /** Factors on the response (default 1). */
  seasonality?: number | readonly number[];
  /** What one unit of this curve's response is worth, so that channels compare (default 1). */
  value?: number;
  /** Later response for each unit of response, for the objective `blend` (default 1). */
  longTerm?: number;
  /** Curves for regimes by name, in place of `curve` in their periods. */
  regimes?: Readonly<Record<string, Curve | DrawnCurve>>;
  /** Zero, or at least so much in a period: an amount, or a share of the budget divided by the periods. */
  presence?: { atLeast: number } | { share: number };
  /** How far spend may move from `current`, as shares of it. */
  change?: { down?: number; up?: number };
}

export type Campaign = Line & { curve: Curve | DrawnCurve };

/** A channel has a curve, or campaigns that have one each; then its own limits hold for their sum. */
export interface Channel extends Line {
  campaigns?: readonly Campaign[];
  /** Money over all periods. */
  total?: { atLeast?: number; atMost?: number };
  /** How far spend may move from a period to the next: an amount, or a share of the budget divided by the periods. */
  smoothness?: { amount: number } | { share: number };
  adstock?: Adstock | DrawnAdstock;
  /** Spend before the plan, oldest first. */
  history?: readonly number[];
  /** Whether the curve comes after the adstock (default) or before. */
  saturation?: "after" | "before";
}

/** Money of some channels together. Shares are of the budget. */
export interface ChannelGroup {
  name: string;
  channels: readonly string[];
  atMost?: number;
  atLeast?: number;
  shareAtMost?: number;
  shareAtLeast?: number;
  /** Only these periods, counted from 1 (default: all periods together). */
  periods?: readonly number[];
}

export interface Commitment {
  channel: string;
  campaign?: string;
  /** Counted from 1 (default: every period). */
  period?: number;
  amount: number;
  type?: "exact" | "atLeast";
}

export type Objective =
  /** Most response for the budget. */
  | { type: "response" }
  /** Least spend whose response reaches the target. */
  | { type: "least-spend"; target: number }
  /** Most response while response / spend ≥ atLeast. */
  | { type: "target-roas"; atLeast: number }
  /** Most response while spend / response ≤ atMost. */
  | { type: "target-cpa"; atMost: number }
  /** Most reach, all curves being of reach, while no channel's frequency in a period (contacts by person reached) is above this. */
  | { type: "reach"; frequencyAtMost: number }
  /** Most margin · response − spend. */
  | { type: "profit"; margin?: number }
  /** Most weight · response + (1 − weight) · longTerm · response. */
  | { type: "blend"; weight: number };

/** What channels do to each other's response, period by period; A and B are responses as the objective counts them. */
export type Interaction =
  /** Two channels bring more together: + strength · √(A B), or + strength · A · B. */
  | { type: "synergy"; name?: string; channels: readonly string[]; strength: number; form?: "geometric" | "product" }
  /** They draw on one pool: together size · (1 − e^(−(A + B + …) / size)) in place of A + B + …. */
  | { type: "pool"; name?: string; channels: readonly string[]; size: number }
  /** One works better after the other: + strength · √(A B), A of the first `lag` periods before (default 1). */
  | { type: "ordered"; name?: string; first: string; next: string; strength: number; lag?: number };

export interface PlanProblem {
  $schema?: string;
  name?: string;
  /** Most money over all channels and periods; needed but for objectives that choose the spend themselves. */
  budget?: number;
  /** `exactly`: the whole budget is spent, or the plan is impossible (default `atMost`; curves never fall). */
  spend?: "atMost" | "exactly";
  channels: readonly Channel[];
  /** Default 1. */
  periods?: number;
  start?: string;
  period?: "day" | "week" | "month";
  currency?: string;
  /** Spend is a whole multiple of this. */
  unit?: number;
  objective?: Objective;
  /** What is made best where curves are posterior draws (default: the expected response). */
  risk?: Risk;
  groups?: readonly ChannelGroup[];
  commitments?: readonly Commitment[];
  /** What channels do to each other. */
  interactions?: readonly Interaction[];
  /** Taken off the top of the budget and kept for tests. */
  reserve?: { amount: number } | { share: number };
  /** Regime of each period. */
  regimes?: readonly string[];
  /** Whether response after the last period counts (default false). */
  carryOut?: boolean;
}

export interface PlanProgress {
  phase: "relax" | "branch" | "climb" | "budgets";
  /** Nodes, or starts of climbs, or budgets, done so far. */
  done: number;
  total: number;
  /** The best response so far and its bound. */
  response: number;
  bound: number;
}

/**
 * `separable`: periods and channels do not act on each other; concave envelopes, prices, branch and bound. `flighting`:
 * channels × time; a projected gradient with its Frank–Wolfe bound.
 */
export type Method = "separable" | "flighting";

/** Why a search ended before its proof reached the tolerance: nodes, or turns of a climb, or starts of climbs. */
export type Stopped = "time" | "nodes" | "turns" | "starts";

/** What the naive plans beside the result are made of. */
export interface BaselineOptions {
  /** Shares by channel for "fixed shares" (default: the same for every channel, campaign and period). */
  shares?: Readonly<Record<string, number>>;
  /** "Last mix" spends today's money times 1 + growth (default: it spends the budget). */
  growth?: number;
  /** Amounts that "hand edits" puts in place of the plan's. */
  edits?: readonly { channel: string; period?: number; amount: number }[];
}

export interface PlanOptions {
  /** Whose memory to work in (default: one that all plans share). */
  engine?: Engine;
  baselines?: BaselineOptions;
  /** Default: `separable` where periods and channels do not act on each other and limits do not cross, else `flighting`. */
  method?: Method;
  /** The search ends when (bound − response) ≤ tolerance · |response| (default 1e-6). */
  tolerance?: number;
  /** Most nodes of the branch and bound (default 20,000). */
  nodes?: number;
  /** Most seconds. Left out: none. With it the answer depends on the machine; its bound holds all the same. */
  seconds?: number;
  /** Starts of climbs over time where curves are not concave (default 16). */
  starts?: number;
  /** Of the starts that are drawn (default 1); the separable method draws none. */
  seed?: number;
  signal?: AbortSignal;
  onProgress?: (progress: PlanProgress) => void;
}
