/** A result in sentences that are true by construction: each says figures of the result and nothing else. */
import type { ChannelReport, PlanProblem, PlanResult } from "../types.js";

/** Numbers as the caller writes them. */
export type Write = (x: number) => string;

const plain: Write = (x) => String(Number(x.toPrecision(6)));

/**
 * Says what a plan does, what holds it, what one more unit of money buys and where, and what each change from today brings.
 *
 * @param result of `planBudget`.
 * @param problem whose plan it is, for the names of money and periods.
 * @param write how to write numbers (default: six digits).
 * @returns sentences, the most important first.
 * @example for (const sentence of explain(planBudget(problem), problem)) console.log(sentence);
 */
export function explain(result: PlanResult, problem: PlanProblem, write: Write = plain): string[] {
  const { clash } = result;
  const money: Write = (x) => `${write(x)}${problem.currency ? ` ${problem.currency}` : ""}`;
  if (result.status !== "met") {
    const said = clash ? [`${sentence(clash.reason)}`, `The limits that clash: ${clash.limits.join(", ")}.`] : [];
    return ["No plan keeps all limits.", ...said];
  }
  return [
    ...proof(result, write, money),
    ...overDraws(result, write),
    ...nextUnit(result, write, money),
    ...holding(result, (problem.periods ?? 1) > 1, money),
    ...acting(result, write),
    ...changes(result, write, money),
    ...naive(result, write),
  ];
}

function proof(
  { spent, response, bound, gap, unspent, reserve, leastSpend, target, profit, stopped, risk, nodes }: PlanResult,
  write: Write,
  money: Write,
): string[] {
  const said: string[] = [`The plan spends ${money(spent)} and brings a response of ${write(response)}.`];
  if (leastSpend !== undefined) {
    said.push(`No plan that reaches ${write(target?.asked ?? 0)} spends less than ${money(leastSpend)}.`);
  } else if (profit) {
    said.push(
      `Its profit is ${money(profit.value)}, and no plan within the limits has more than ${money(profit.bound)}.`,
    );
  } else {
    said.push(
      `No plan within the limits brings more than ${write(bound)}: this one is at most ${percent(gap)} below the best.`,
    );
  }
  if (target && target.kind !== "response") {
    const name = target.kind === "roas" ? "response per unit of money" : "money per response";
    const end = target.slack ? "; the target does not bind, another limit ends the spend first" : "";
    said.push(
      `Its ${name} is ${write(target.reached)} and was to be ${target.kind === "roas" ? "at least" : "at most"} ${write(target.asked)}${end}.`,
    );
  }
  if (unspent > 1e-9 * spent && !target) {
    said.push(
      `${money(unspent)} of the budget stay unspent: ${profit ? "they would not come back" : risk ? "they would not serve the risk, or the limits let no more through" : "the limits let no more through, or more would bring nothing"}.`,
    );
  }
  if (reserve > 0) said.push(`${money(reserve)} are kept in reserve.`);
  if (stopped === "starts" && risk) {
    said.push(
      `What risk asks for leaves room between a plan and its bound: of ${nodes} climbs none found a better plan.`,
    );
  } else if (stopped === "starts") {
    said.push(
      `Curves that start slowly leave room between a plan over time and its bound: of ${nodes} climbs none found a better plan.`,
    );
  } else if (stopped) said.push(`The search ended for want of ${stopped}; the bound holds all the same.`);
  return said;
}

/** How posterior draws respond, and what is proven of a risk. */
function overDraws({ draws, outcome, risk }: PlanResult, write: Write): string[] {
  if (!outcome) return [];
  const said = [
    `That is the mean: over ${draws} posterior draws its response is ${write(outcome.low)} or less in 5 %, ${write(outcome.high)} or less in 95 %, and ${write(outcome.median)} in the middle.`,
  ];
  if (!risk) return said;
  const { value, bound, proof: proven, objective } = risk;
  if (objective.type === "regret") {
    const end = proven === "concave" ? "" : "; the plan is the best found";
    said.push(
      `Against the best plan for a single draw, no draw regrets more than ${write(value)}; no plan within the limits keeps that below ${write(bound)}${end}.`,
    );
    return said;
  }
  const name = {
    chance: "share of draws that reach the target",
    quantile: "quantile",
    cvar: "mean of the worst draws",
  };
  const what = name[objective.type as keyof typeof name] ?? "mean less the deviations";
  const end = proven === "concave" ? "" : ", and the plan is the best found: the bound is of a relaxation";
  said.push(
    `Its ${what}, which the plan was made for, is ${write(value)}; no plan within the limits has more than ${write(bound)}${end}.`,
  );
  return said;
}

function nextUnit({ marginal, marginalAt, price, rootGap, risk }: PlanResult, write: Write, money: Write): string[] {
  const said: string[] = [];
  if (marginal > 0) {
    const where = marginalAt === undefined ? "" : `, in ${marginalAt}`;
    const weighed = risk ? ", with every draw weighed as the risk weighs it" : "";
    said.push(`One more unit of money would bring about ${write(marginal)}${where}${weighed}.`);
  } else said.push("One more unit of money would bring nothing: no limit leaves room for it.");
  if (rootGap > 1e-6 && Math.abs(price - marginal) > 0.01 * Math.max(price, marginal)) {
    said.push(
      `The proof starts from a relaxation that prices a unit of money at ${money(price)}: the two differ where curves start slowly or limits leave no halves.`,
    );
  }
  return said;
}

/** What channels do to each other. */
function acting({ interactions = [] }: PlanResult, write: Write): string[] {
  return interactions.map(({ name, response }) => {
    const does = response >= 0 ? "adds" : "takes";
    return `The interaction "${name}" ${does} ${write(Math.abs(response))} ${response >= 0 ? "to" : "from"} the response of its channels.`;
  });
}

function holding({ channels, limits }: PlanResult, timed: boolean, money: Write): string[] {
  const at = (limit: string) => channels.filter(({ holds }) => holds.includes(limit)).map(({ name }) => name);
  const said: string[] = [];
  const where = timed ? " in some period" : "";
  const [floors, ceilings, present] = [at("min"), at("max"), at("presence")];
  if (ceilings.length > 0) said.push(`At the most they may spend${where}: ${list(ceilings)}.`);
  if (floors.length > 0) said.push(`At the least they must spend${where}: ${list(floors)}.`);
  if (present.length > 0) said.push(`At the least at which they are present at all: ${list(present)}.`);
  const none = channels.filter(({ spend }) => spend === 0).map(({ name }) => name);
  if (none.length > 0) said.push(`Not used: ${list(none)}.`);
  for (const { name, kind, used, limit, price } of limits) {
    if (price === 0 || name === "budget") continue;
    said.push(`The limit "${name}", ${kind} ${money(limit)}, holds with ${money(used)}.`);
  }
  return said;
}

function changes({ channels }: PlanResult, write: Write, money: Write): string[] {
  const moved = channels.filter(
    ({ change, current }) => change !== undefined && Math.abs(change) > 1e-9 * Math.max(1, current ?? 0),
  );
  return moved
    .toSorted((a, b) => Math.abs(b.change as number) - Math.abs(a.change as number))
    .slice(0, 12)
    .map((channel) => change(channel, write, money));
}

function change(
  { name, change = 0, relativeChange, responseChange = 0, current = 0, spend, currentMarginal, ...plan }: ChannelReport,
  write: Write,
  money: Write,
): string {
  const direction = change > 0 ? "more" : "less";
  const part = relativeChange === undefined ? "" : ` (${change > 0 ? "+" : "−"}${percent(Math.abs(relativeChange))})`;
  const effect = responseChange >= 0 ? "brings" : "costs";
  // Why: what the next unit brought there, and what it brings now.
  const steep =
    currentMarginal === undefined || !Number.isFinite(currentMarginal + plan.marginal)
      ? ""
      : ` Its next unit would bring ${write(currentMarginal)} at today's spend, and ${write(plan.marginal)} at the plan's.`;
  return `${name}: ${money(Math.abs(change))} ${direction} than today, from ${money(current)} to ${money(spend)}${part}, which ${effect} ${write(Math.abs(responseChange))} of response.${steep}`;
}

function naive({ baselines, response }: PlanResult, write: Write): string[] {
  return baselines.flatMap(({ name, shortfall, feasible, response: own }) => {
    if (!feasible) return [`The naive plan "${name}" would break a limit.`];
    const part = response > 0 ? ` (${percent(Math.abs(shortfall) / response)})` : "";
    return [
      `The naive plan "${name}" would bring ${write(own)}, ${write(Math.abs(shortfall))}${part} ${shortfall >= 0 ? "less" : "more"}.`,
    ];
  });
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12);
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}

function percent(x: number): string {
  if (x === 0) return "0 %";
  return `${Number((100 * x).toPrecision(3))} %`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
