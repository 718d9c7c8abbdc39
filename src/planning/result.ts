/** What a plan answers. */
import type { Interaction, Method, PlanProblem, Risk, Stopped } from "./types.js";

/** Responses over posterior draws. Quantiles are order statistics: the ⌈level · draws⌉-th smallest. */
export interface Outcome {
  mean: number;
  /** Standard deviation over draws. */
  sd: number;
  /** 5 %, 50 % and 95 % of the draws respond at most so much. */
  low: number;
  median: number;
  high: number;
}

/** What a risk objective reached, and what is proven of it. */
export interface RiskResult {
  objective: Risk;
  /** The objective at this plan. For regret: no draw regrets more. */
  value: number;
  /** No plan within the limits has more; for regret, less. */
  bound: number;
  /** |bound − value| / max(|value|, |bound|, tiny). */
  gap: number;
  /**
   * `concave`: value and bound are of one concave problem, and the gap is what the climb left. `relaxation`: the problem is
   * not concave (or its curves are not): the bound holds, and how far the best plan lies below it is not known.
   */
  proof: "concave" | "relaxation";
}

/** What the plan does with one channel, or with one campaign of it. Money and response over all periods. */
export interface LineReport {
  name: string;
  spend: number;
  /** Of all spend. */
  share: number;
  response: number;
  /** Response / spend; 0 where nothing is spent. */
  average: number;
  /** Response to one more unit of money, spread as the plan spreads it; Infinity where a curve starts vertically. */
  marginal: number;
  /** Per cent of response for one per cent of spend. */
  elasticity: number;
  /** Response as a part of the most that any spend would bring; absent where the curve has no ceiling. */
  saturation?: number;
  /** 1 for the channel with the most response a unit of money, and for the largest marginal. */
  rankByAverage: number;
  rankByMarginal: number;
  /** With `current` only: the change, as an amount and as a part of current, and what it does to response. */
  current?: number;
  change?: number;
  relativeChange?: number;
  responseChange?: number;
  /** Response to one more unit of money at today's plan, spread as today's plan spreads it. */
  currentMarginal?: number;
  /** What holds it: limits that are met with equality. */
  holds: string[];
  /** Under posterior draws: its response over them. */
  outcome?: Outcome;
}

export interface ChannelReport extends LineReport {
  campaigns?: (LineReport & { byPeriod: number[] })[];
}

/** What became of one limit on a sum. */
export interface PlanLimit {
  /** "budget", "group NAME", "channel NAME", "channel NAME in period 3". */
  name: string;
  kind: "at most" | "at least";
  used: number;
  limit: number;
  /** Change of the bound for one more unit of the limit: not negative for at most, not positive for at least. */
  price: number;
}

export interface Kkt {
  /** Largest difference of a marginal from the price that its limits allow, relative to that price (or a billionth of the average). */
  stationarity: number;
  /** Largest amount by which a limit is broken, in money. */
  feasibility: number;
  /** Largest price · slack of a limit on a sum, relative to the response. */
  complementarity: number;
  /** Largest wrong sign of a price, relative to the marginal of the plan. */
  dual: number;
}

export interface Baseline {
  /** "fixed shares", "last mix", "hand edits", "static", "proportional to return". */
  name: string;
  spend: number[][];
  response: number;
  /** Whether it keeps every limit of the plan. */
  feasible: boolean;
  /** Response of the plan less its own. */
  shortfall: number;
  /** For hand edits, one after another: what each costs, or, below 0, brings. */
  edits?: { channel: string; period?: number; amount: number; cost: number }[];
}

/** Money that would gain by moving, more than the certificate's gap. */
export interface Move {
  from: string;
  to: string;
  amount: number;
  gain: number;
}

export interface PlanResult {
  status: "met" | "impossible" | "not found";
  /** Money by channel and period. */
  spend: number[][];
  /** Value of the objective's curves at the plan: Σ value · seasonality · curve(spend). */
  response: number;
  /** No plan within the limits brings more. For least spend: no plan that reaches the target spends less than `leastSpend`. */
  bound: number;
  /** (bound − response) / max(|bound|, tiny). */
  gap: number;
  /** The price of money in the proof: the multiplier of the budget. */
  price: number;
  /** What one more unit of money would bring at this plan; differs from the price where the problem has a duality gap. */
  marginal: number;
  /** Where it would bring that: "tv", "tv / spring in period 3"; absent where nothing has room for it. */
  marginalAt?: string;
  /** All money of the plan. */
  spent: number;
  /** Money of the budget, less the reserve, that the plan leaves: 0 but where the limits let no more through. */
  unspent: number;
  /** Kept for tests. */
  reserve: number;
  channels: ChannelReport[];
  limits: PlanLimit[];
  kkt: Kkt;
  /** What each interaction adds to the channels' own response, or takes from it. */
  interactions?: { name: string; type: Interaction["type"]; response: number }[];
  /** Naive plans, scored by the same curves. */
  baselines: Baseline[];
  moves: Move[];
  /** For targets: what was asked, what the plan has, and whether more budget would still keep it. */
  target?: { kind: "response" | "roas" | "cpa"; asked: number; reached: number; slack: boolean };
  /** Under posterior draws: how many, and the plan's response over them; `response` is its mean. */
  draws?: number;
  outcome?: Outcome;
  /** For a risk objective; `bound` and `gap` of the result stay those of the expected response. */
  risk?: RiskResult;
  /** For least spend: no plan that reaches the target spends less. */
  leastSpend?: number;
  /** For a blend: its two ends, Σ value · response and Σ value · longTerm · response. */
  terms?: { shortTerm: number; longTerm: number };
  /** For profit: margin · response − spend, and what no plan exceeds. */
  profit?: { value: number; bound: number };
  method: Method;
  /** Nodes of the branch and bound, or climbs over time. */
  nodes: number;
  /** (bound at the root − response) / |bound|: what branching closed. */
  rootGap: number;
  stopped?: Stopped;
  seconds: number;
  /** When impossible: the limits that clash, why, and the nearest problem that is possible. */
  clash?: { limits: string[]; reason: string; nearest: PlanProblem };
  schema: 1;
}
