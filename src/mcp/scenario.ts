/** Scenarios of a conversation: what was asked, and what came of it, in few figures. */
import type { AllocationRequest, AllocationResult, PlanProblem, PlanResult } from "../index.js";

/** Users × options in the form of the HTTP API: one list an option. */
export interface OfferBody {
  options: string[];
  ids?: (string | number)[] | undefined;
  values: (number | null)[][];
  costs: (number | null)[][];
  resources?: Record<string, (number | null)[][]> | undefined;
}

/** What a result says at a glance. Infinite numbers, which JSON does not have, are null. */
export interface Summary {
  status: "met" | "impossible" | "not found";
  /** Response of a plan, value of an allocation. */
  gain: number | null;
  bound: number | null;
  gap: number | null;
  price: number | null;
  spent: number | null;
  budget: number | null;
  /** By channel, or by option. */
  parts: { name: string; spent: number | null; gain?: number | null; users?: number; marginal?: number | null }[];
  /** Limits that are met with equality, with the price of one more unit. */
  binding: { name: string; used: number | null; limit: number | null; price: number | null }[];
  /** Users without an offer. */
  none?: number;
  /** Of what is impossible: the limits that clash, and why. */
  clash?: { limits: string[]; reason: string; nearest: object | null };
}

export interface PlanScenario {
  name: string;
  plan: PlanProblem;
  summary: Summary;
  /** Money by channel and period. */
  spend: number[][];
}

export interface AllocationScenario {
  name: string;
  request: AllocationRequest;
  summary: Summary;
}

/** The scenarios of one problem, the first as it was asked, and which of them is current. */
export type Line =
  | { kind: "plan"; options: object; scenarios: PlanScenario[]; current: number }
  | { kind: "allocation"; offers: OfferBody; scenarios: AllocationScenario[]; current: number };

/** As many are kept: the first and the last ones. */
export const MOST_SCENARIOS = 8;

/** The list with one more, under a name that none of the others has. */
export function appended<S extends { name: string }>(scenarios: readonly S[], one: S): S[] {
  let { name } = one;
  for (let n = 2; scenarios.some((other) => other.name === name); n++) name = `${one.name} (${n})`;
  const all = [...scenarios, { ...one, name }];
  return all.length <= MOST_SCENARIOS ? all : [all[0] as S, ...all.slice(all.length + 1 - MOST_SCENARIOS)];
}

const finite = (x: number | undefined): number | null => (x !== undefined && Number.isFinite(x) ? x : null);

export function summaryOfPlan(result: PlanResult, plan: PlanProblem): Summary {
  const { status, response, bound, gap, price, spent, channels, limits, clash } = result;
  if (status !== "met") return { ...nothing(status, plan.budget), ...(clash ? { clash: clashOf(clash) } : {}) };
  return {
    ...{ status, gain: finite(response), bound: finite(bound), gap: finite(gap), price: finite(price) },
    ...{ spent: finite(spent), budget: finite(plan.budget) },
    parts: channels.map(({ name, spend, response, marginal }) => {
      return { name, spent: finite(spend), gain: finite(response), marginal: finite(marginal) };
    }),
    binding: bindingOf(limits),
  };
}

export function summaryOfAllocation(
  result: AllocationResult,
  { options, costs }: OfferBody,
  request: AllocationRequest,
): Summary {
  const { status, value, cost, bound, gap, price, limits, counts, none, choices, clash } = result;
  if (status !== "met") return { ...nothing(status, request.budget), ...(clash ? { clash: clashOf(clash) } : {}) };
  const spent = options.map(() => 0);
  choices.forEach((choice: number, i: number) => {
    if (choice > 0) spent[choice - 1] = (spent[choice - 1] as number) + (costs[choice - 1]?.[i] ?? 0);
  });
  return {
    ...{ status, gain: finite(value), bound: finite(bound), gap: finite(gap), price: finite(price) },
    ...{ spent: finite(cost), budget: finite(request.budget), none },
    parts: options.map((name, j) => ({ name, spent: spent[j] as number, users: counts[j] as number })),
    binding: bindingOf(limits),
  };
}

function nothing(status: Summary["status"], budget: number | undefined): Summary {
  const figures = { gain: null, bound: null, gap: null, price: null, spent: null };
  return { status, ...figures, budget: finite(budget), parts: [], binding: [] };
}

function clashOf({ limits, reason, nearest }: { limits: readonly string[]; reason: string; nearest?: object }) {
  return { limits: [...limits], reason, nearest: nearest ?? null };
}

interface Limit {
  name: string;
  used: number;
  limit: number;
  price: number;
}

function bindingOf(limits: readonly Limit[]): Summary["binding"] {
  const isTight = ({ used, limit, price }: Limit) => price !== 0 || Math.abs(used - limit) <= 1e-9 * Math.abs(limit);
  return limits.filter(isTight).map(({ name, used, limit, price }) => {
    return { name, used: finite(used), limit: finite(limit), price: finite(price) };
  });
}
