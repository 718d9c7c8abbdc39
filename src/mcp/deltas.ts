/** Changes to the last scenario: "ten percent less on TV" is { channel: "TV", change: -0.1 }. Each says what it changed, from and to. */
import type { AllocationRequest, Channel, Commitment, PlanProblem } from "../index.js";
import { Problem } from "../serve/problem.js";
import type { AllocationScenario, PlanScenario } from "./scenario.js";

/** One change. Exactly one of `change`, `by`, `to` and `set`. */
export interface Delta {
  channel?: string | undefined;
  option?: string | undefined;
  group?: string | undefined;
  what?: string | undefined;
  period?: number | undefined;
  change?: number | undefined;
  by?: number | undefined;
  to?: number | null | undefined;
  set?: Record<string, unknown> | undefined;
}

type Amount = number | readonly number[];

/** What a change did. */
export interface Echo {
  what: string;
  from: unknown;
  to: unknown;
}

export interface Changed<T> {
  value: T;
  echoes: Echo[];
}

/** The plan with every change, one after the other; `spend` is of the plan as it was. */
export function changedPlan({ plan, spend }: PlanScenario, deltas: readonly Delta[]): Changed<PlanProblem> {
  const echoes: Echo[] = [];
  const value = deltas.reduce((before, delta, i) => {
    const { value, echo } = changeOfPlan(before, spend, delta, `/changes/${i}`);
    echoes.push(echo);
    return value;
  }, plan);
  return { value, echoes };
}

interface One<T> {
  value: T;
  echo: Echo;
}

function changeOfPlan(plan: PlanProblem, spend: number[][], delta: Delta, at: string): One<PlanProblem> {
  const { channel, what = channel === undefined ? "budget" : "spend", set } = delta;
  if (set) return setOfPlan(plan, delta, at);
  if (channel === undefined) {
    if (delta.group !== undefined) return changeOfGroup(plan, delta, at);
    requireOne(["budget"], what, at);
    const to = changed(plan.budget, delta, "the budget", at);
    return { value: { ...plan, budget: to as number }, echo: { what: "budget", from: plan.budget ?? null, to } };
  }
  const c = plan.channels.findIndex(({ name }) => name === channel);
  if (c < 0) throw unknown("channel", channel, names(plan.channels), `${at}/channel`);
  if (what === "spend") return changeOfSpend(plan, spend[c], channel, delta, at);
  requireOne(["spend", "min", "max", "current"], what, at);
  const before = plan.channels[c] as Channel;
  const field = what as "min" | "max" | "current";
  const to = changed(before[field], delta, `${field} of "${channel}"`, at);
  const after = { ...before, [field]: to };
  if (to === undefined) delete after[field];
  return {
    value: { ...plan, channels: plan.channels.with(c, after) },
    echo: { what: `${field} of ${channel}`, from: before[field] ?? null, to: to ?? null },
  };
}

/** The spend itself: held at a part of what the plan spends on it, period by period, in place of what held it before. */
function changeOfSpend(
  plan: PlanProblem,
  spend: number[] | undefined,
  channel: string,
  delta: Delta,
  at: string,
): One<PlanProblem> {
  const isSame = (commitment: Commitment) =>
    commitment.channel === channel &&
    commitment.campaign === undefined &&
    commitment.type !== "atLeast" &&
    (delta.period === undefined || commitment.period === delta.period);
  const kept = (plan.commitments ?? []).filter((commitment) => !isSame(commitment));
  const { commitments: _, ...free } = plan;
  const others = kept.length > 0 ? { commitments: kept } : {};
  const what = `spend on ${channel}${delta.period === undefined ? "" : ` in period ${delta.period}`}`;
  if (delta.to === null) {
    return { value: { ...free, ...others }, echo: { what, from: sum(spend), to: "as the plan finds best" } };
  }
  if (!spend) {
    throw invalid(
      `the last scenario has no plan, so there is no spend on "${channel}" to change: loosen a limit first, or change max or min`,
      at,
    );
  }
  const periods = delta.period === undefined ? spend.map((_, t) => t + 1) : [delta.period];
  if (periods.some((period) => !(period >= 1 && period <= spend.length))) {
    throw invalid(`period must be from 1 to ${spend.length}`, `${at}/period`);
  }
  const from = periods.map((period) => spend[period - 1] as number);
  const to = from.map((amount) => wholeUnits(changed(amount, delta, what, at) as number, plan.unit));
  const exact = periods.map((period, t) => ({ channel, period, amount: to[t] as number, type: "exact" as const }));
  return { value: { ...free, commitments: [...kept, ...exact] }, echo: { what, from: sum(from), to: sum(to) } };
}

function changeOfGroup(plan: PlanProblem, delta: Delta, at: string): One<PlanProblem> {
  const { value, echo } = limitOfGroup(plan.groups ?? [], delta, at);
  return { value: { ...plan, groups: value } as PlanProblem, echo };
}

function setOfPlan(plan: PlanProblem, { channel, set }: Delta, at: string): One<PlanProblem> {
  if (channel === undefined) {
    const from = Object.fromEntries(Object.keys(set ?? {}).map((name) => [name, own(plan, name)]));
    return { value: { ...plan, ...set } as PlanProblem, echo: { what: "the plan", from, to: set } };
  }
  const c = plan.channels.findIndex(({ name }) => name === channel);
  if (c < 0) throw unknown("channel", channel, names(plan.channels), `${at}/channel`);
  const before = plan.channels[c] as Channel;
  const from = Object.fromEntries(Object.keys(set ?? {}).map((name) => [name, own(before, name)]));
  const value = { ...plan, channels: plan.channels.with(c, { ...before, ...set } as Channel) };
  return { value, echo: { what: channel, from, to: set } };
}

/** The request with every change, one after the other. */
export function changedRequest(
  { request }: AllocationScenario,
  options: readonly string[],
  deltas: readonly Delta[],
): Changed<AllocationRequest> {
  const echoes: Echo[] = [];
  const value = deltas.reduce((before, delta, i) => {
    const { value, echo } = changeOfRequest(before, options, delta, `/changes/${i}`);
    echoes.push(echo);
    return value;
  }, request);
  return { value, echoes };
}

function changeOfRequest(
  request: AllocationRequest,
  options: readonly string[],
  delta: Delta,
  at: string,
): One<AllocationRequest> {
  const { option, group, set } = delta;
  if (set) {
    const from = Object.fromEntries(Object.keys(set).map((name) => [name, own(request, name)]));
    return { value: { ...request, ...set } as AllocationRequest, echo: { what: "the request", from, to: set } };
  }
  if (group !== undefined) {
    const { value, echo } = limitOfGroup(request.groups ?? [], delta, at);
    return { value: { ...request, groups: value } as AllocationRequest, echo };
  }
  const { what = option === undefined ? "budget" : "stock" } = delta;
  if (option !== undefined) {
    if (!options.includes(option)) throw unknown("option", option, options, `${at}/option`);
    requireOne(["stock"], what, at);
    const from = request.stock && Object.hasOwn(request.stock, option) ? request.stock[option] : undefined;
    const amount = changed(from, delta, `the stock of "${option}"`, at);
    const to = amount === undefined ? null : Math.floor(amount as number);
    // From entries, so that an option of any name is a field and no prototype.
    const others = Object.entries(request.stock ?? {}).filter(([name]) => name !== option);
    const stock = Object.fromEntries(to === null ? others : [...others, [option, to]]);
    return { value: { ...request, stock }, echo: { what: `stock of ${option}`, from: from ?? null, to } };
  }
  requireOne(["budget", "minReturn", "minSpend"], what, at);
  const field = what as "budget" | "minReturn" | "minSpend";
  const to = changed(request[field], delta, field, at);
  const value = { ...request, [field]: to };
  if (to === undefined) delete value[field];
  return { value, echo: { what: field, from: request[field] ?? null, to: to ?? null } };
}

interface Group {
  name: string;
  atMost?: number;
  atLeast?: number;
}

function limitOfGroup<G extends Group>(groups: readonly G[], delta: Delta, at: string): One<G[]> {
  const { group, what = "atMost" } = delta;
  const g = groups.findIndex(({ name }) => name === group);
  if (g < 0) throw unknown("group", group as string, names(groups), `${at}/group`);
  requireOne(["atMost", "atLeast"], what, at);
  const field = what as "atMost" | "atLeast";
  const before = groups[g] as G;
  const to = changed(before[field], delta, `${field} of "${group}"`, at);
  const after = { ...before, [field]: to };
  if (to === undefined) delete after[field];
  return {
    value: groups.with(g, after),
    echo: { what: `${field} of ${group}`, from: before[field] ?? null, to: to ?? null },
  };
}

/** The amount after a change; undefined where the limit is taken away. Of a list, every entry changes. */
function changed(from: unknown, { change, by, to }: Delta, what: string, at: string): Amount | undefined {
  const given = [change, by, to].filter((one) => one !== undefined).length;
  if (given !== 1) {
    throw invalid(
      `say exactly one of change (-0.1 is ten percent less), by (-5 is 5 less), to (an amount; null takes the limit away) or set, got ${given}`,
      at,
    );
  }
  if (to !== undefined) return to ?? undefined;
  if (from === undefined) throw invalid(`there is no ${what} yet: give it with "to"`, at);
  const amounts = (Array.isArray(from) ? from : [from]) as readonly number[];
  const after = amounts.map((amount) => (change === undefined ? amount + (by as number) : amount * (1 + change)));
  const below = after.findIndex((amount) => amount < 0);
  if (below >= 0) throw invalid(`${what} would be ${after[below]}: it must not be below 0`, at);
  return Array.isArray(from) ? after : (after[0] as number);
}

/** Spend that is held must be a whole multiple of the unit. */
function wholeUnits(amount: number, unit: number | undefined): number {
  return unit === undefined ? amount : Math.round(amount / unit) * unit;
}

function requireOne(known: readonly string[], what: string, at: string): void {
  if (known.includes(what)) return;
  throw invalid(`"what" must be one of ${known.join(", ")} here, got "${what}"`, `${at}/what`);
}

function unknown(kind: string, name: string, known: readonly string[], at: string): Problem {
  const there = known.length > 0 ? `there are ${known.slice(0, 20).join(", ")}` : "there are none";
  return invalid(`there is no ${kind} "${name}"; ${there}`, at);
}

function invalid(detail: string, pointer: string): Problem {
  return new Problem("invalid-value", detail, { pointer });
}

function names(list: readonly { name: string }[]): string[] {
  return list.map(({ name }) => name);
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
}

function sum(list: readonly number[] | undefined): number | null {
  return list ? list.reduce((total, one) => total + one, 0) : null;
}
