/** A hostile plan becomes a named error: its form by the published schema, then what fields say to each other. */
import { checkDraws, drawsOf, largest } from "./draws/check.js";
import { checkShape } from "./schema.js";
import type { Channel, Curve, DrawnCurve, Line, PlanProblem } from "./types.js";

/** Objectives that choose the spend themselves. */
const FREE = ["least-spend", "target-roas", "target-cpa", "profit"];
/** Fields of a channel that its campaigns have instead, where it has campaigns. */
const OF_CAMPAIGNS = [
  "curve",
  "current",
  "cost",
  "seasonality",
  "value",
  "longTerm",
  "regimes",
  "presence",
  "change",
] as const;
/** Channels (or campaigns) times periods. */
const MOST_COORDINATES = 2_000_000;
/** Units of the budget: whole numbers of which 1 more is another number. */
export const MOST_UNITS = 1e12;

/**
 * Checks a plan.
 * @throws {TypeError} for a wrong kind, an unknown field or a missing one; {RangeError} for a wrong value; both name the
 *   path of the field.
 */
export function checkPlan(problem: unknown): PlanProblem {
  checkShape(problem);
  const plan = problem as PlanProblem;
  const { periods = 1, regimes, start } = plan;
  if (start !== undefined && !isDate(start))
    throw new RangeError(`start must be a day of the calendar, got "${start}"`);
  if (regimes) wholeCalendar(regimes, "regimes", periods);
  checkBudget(plan);
  if (plan.unit !== undefined && (plan.budget ?? 0) / plan.unit > MOST_UNITS) {
    throw new RangeError(`unit must be at least the budget / ${MOST_UNITS}, got ${plan.unit} and ${plan.budget}`);
  }
  checkDraws(plan);
  const names = new Map<string, Channel>();
  let lines = 0;
  plan.channels.forEach((channel, c) => {
    const path = `channels[${c}]`;
    if (names.has(channel.name)) throw twice(`${path}.name`, channel.name);
    names.set(channel.name, channel);
    checkChannel(channel, path, plan);
    lines += channel.campaigns?.length ?? 1;
  });
  if (lines * periods > MOST_COORDINATES) {
    throw new RangeError(
      `periods times channels and campaigns must be at most ${MOST_COORDINATES}, got ${periods} × ${lines}`,
    );
  }
  checkGroups(plan, names);
  checkInteractions(plan, names);
  checkCommitments(plan, names);
  return plan;
}

function checkBudget({ budget, objective, reserve, spend }: PlanProblem): void {
  if (budget === undefined) {
    if (!FREE.includes(objective?.type ?? "response")) {
      throw new TypeError("budget is missing: the objective needs one, such as 100000");
    }
    if (reserve) throw new RangeError("reserve is a part of the budget, and budget is missing");
    if (spend === "exactly") throw new RangeError("spend is exactly, and budget is missing");
  } else if (reserve && "amount" in reserve && reserve.amount > budget) {
    throw new RangeError(`reserve.amount must be at most the budget of ${budget}, got ${reserve.amount}`);
  }
  if (spend === "exactly" && FREE.includes(objective?.type ?? "response")) {
    throw new RangeError(
      `spend must be atMost where the objective is ${objective?.type}, which chooses the spend itself`,
    );
  }
}

function checkChannel(channel: Channel, path: string, plan: PlanProblem): void {
  const { campaigns, total, smoothness, history, adstock } = channel;
  checkLine(channel, path, plan);
  if (campaigns) {
    for (const field of OF_CAMPAIGNS) {
      if (channel[field] === undefined) continue;
      throw new TypeError(`${path}.${field}: a channel with campaigns has none; it belongs to ${path}.campaigns`);
    }
    const names = new Set<string>();
    campaigns.forEach((campaign, k) => {
      const inner = `${path}.campaigns[${k}]`;
      if (names.has(campaign.name)) throw twice(`${inner}.name`, campaign.name);
      names.add(campaign.name);
      checkLine(campaign, inner, plan);
    });
  } else if (!channel.curve) {
    throw new TypeError(`${path}.curve is missing: a channel has a curve, or campaigns that have one each`);
  }
  rising(total?.atLeast, total?.atMost, `${path}.total.atLeast`, "atMost");
  if (smoothness && "share" in smoothness) needBudget(plan, `${path}.smoothness.share`);
  if (history && !adstock)
    throw new RangeError(`${path}.history is spend before the plan, and ${path}.adstock is missing`);
  if (adstock?.type === "kernel" && !adstock.weights.some((weight) => weight > 0)) {
    throw new RangeError(`${path}.adstock.weights must have one weight above 0`);
  }
}

function checkLine(line: Line, path: string, plan: PlanProblem): void {
  const { periods = 1 } = plan;
  for (const field of ["min", "max", "current", "cost", "seasonality"] as const) {
    const value = line[field];
    if (typeof value === "object") wholeCalendar(value, `${path}.${field}`, periods);
  }
  for (let t = 0; t < periods && line.min !== undefined && line.max !== undefined; t++) {
    rising(at(line.min, t), at(line.max, t), `${path}.min${typeof line.min === "object" ? `[${t}]` : ""}`, "max");
    if (typeof line.min !== "object" && typeof line.max !== "object") break;
  }
  if (line.presence && "share" in line.presence) needBudget(plan, `${path}.presence.share`);
  if (line.change && line.current === undefined) {
    throw new RangeError(`${path}.change is relative to ${path}.current, which is missing`);
  }
  if (line.curve) checkCurve(line.curve, `${path}.curve`, line);
  if (plan.objective?.type === "reach") {
    const other = [line.curve, ...Object.values(line.regimes ?? {})].find((curve) => curve && !isReach(curve as Curve));
    if (other)
      throw new RangeError(`${path}.curve must be reach or insertions under the objective reach, got ${other.type}`);
  }
  for (const [name, curve] of Object.entries(line.regimes ?? {})) {
    if (curve === undefined) continue;
    if (!plan.regimes?.includes(name)) {
      throw new RangeError(`${path}.regimes.${name}: no period of the plan's regimes is called "${name}"`);
    }
    checkCurve(curve, `${path}.regimes.${name}`, line);
  }
}

function checkCurve(curve: Curve | DrawnCurve, path: string, line: Line): void {
  if ((curve.type === "power" || curve.type === "root") && largest(curve.exponent) > 1 && line.max === undefined) {
    throw new RangeError(
      `${path}.exponent must be at most 1 where the channel has no max, got ${largest(curve.exponent)}`,
    );
  }
  if (curve.type === "insertions" && (curve.times ?? 1) > curve.most) {
    throw new RangeError(`${path}.times must be at most ${curve.most}, the most insertions, got ${curve.times}`);
  }
  if (curve.type !== "table") return;
  const { spend, response } = curve;
  if (spend.length !== response.length) {
    throw new RangeError(
      `${path}.response must have one entry for each of ${spend.length} spends, got ${response.length}`,
    );
  }
  for (let i = 0; i < spend.length; i++) {
    const [x, y] = [spend[i] as number, response[i] as number];
    if (i > 0 && x <= (spend[i - 1] as number))
      throw new RangeError(`${path}.spend[${i}] must be above the one before, got ${x}`);
    if (i > 0 && y < (response[i - 1] as number)) {
      throw new RangeError(`${path}.response[${i}] must not be below the one before, got ${y}`);
    }
    if (x === 0 && y !== 0) throw new RangeError(`${path}.response[${i}] must be 0 where spend is 0, got ${y}`);
  }
}

function isReach({ type }: Curve): boolean {
  return type === "reach" || type === "insertions";
}

function checkGroups(plan: PlanProblem, names: ReadonlyMap<string, Channel>): void {
  const { groups = [], periods = 1 } = plan;
  const seen = new Set<string>();
  groups.forEach((group, g) => {
    const path = `groups[${g}]`;
    if (seen.has(group.name)) throw twice(`${path}.name`, group.name);
    seen.add(group.name);
    const members = new Set<string>();
    group.channels.forEach((name, i) => {
      if (!names.has(name)) throw unknown(`${path}.channels[${i}]`, name, names);
      if (members.has(name)) throw twice(`${path}.channels[${i}]`, name);
      members.add(name);
    });
    const { atLeast, atMost, shareAtLeast, shareAtMost } = group;
    if ([atLeast, atMost, shareAtLeast, shareAtMost].every((limit) => limit === undefined)) {
      throw new TypeError(`${path} limits nothing: it needs atMost, atLeast, shareAtMost or shareAtLeast`);
    }
    rising(atLeast, atMost, `${path}.atLeast`, "atMost");
    rising(shareAtLeast, shareAtMost, `${path}.shareAtLeast`, "shareAtMost");
    if (shareAtLeast !== undefined) needBudget(plan, `${path}.shareAtLeast`);
    if (shareAtMost !== undefined) needBudget(plan, `${path}.shareAtMost`);
    checkPeriods(group.periods ?? [], `${path}.periods`, periods);
  });
}

function checkInteractions(plan: PlanProblem, names: ReadonlyMap<string, Channel>): void {
  const { interactions = [], periods = 1 } = plan;
  interactions.forEach((interaction, i) => {
    const path = `interactions[${i}]`;
    const ordered = interaction.type === "ordered";
    const named: [string, string][] = ordered
      ? [
          ["first", interaction.first],
          ["next", interaction.next],
        ]
      : interaction.channels.map((name, k): [string, string] => [`channels[${k}]`, name]);
    const seen = new Set<string>();
    for (const [field, name] of named) {
      const channel = names.get(name);
      if (!channel) throw unknown(`${path}.${field}`, name, names);
      if (seen.has(name)) throw twice(`${path}.${field}`, name);
      seen.add(name);
      if (channel.saturation !== "before" || !channel.adstock) continue;
      throw new RangeError(
        `${path}.${field}: "${name}" has saturation before its adstock, and interactions act on responses after it`,
      );
    }
    if (drawsOf(plan) > 0) throw new RangeError(`${path} cannot stand beside curves of posterior draws: leave one out`);
    if (ordered && (interaction.lag ?? 1) >= periods) {
      throw new RangeError(`${path}.lag must be below the ${periods} periods, got ${interaction.lag ?? 1}`);
    }
  });
}

function checkPeriods(list: readonly number[], path: string, periods: number): void {
  const seen = new Set<number>();
  list.forEach((period, i) => {
    if (period > periods)
      throw new RangeError(`${path}[${i}] must be at most ${periods}, the last period, got ${period}`);
    if (seen.has(period)) throw twice(`${path}[${i}]`, String(period));
    seen.add(period);
  });
}

function checkCommitments({ commitments = [], periods = 1 }: PlanProblem, names: ReadonlyMap<string, Channel>): void {
  commitments.forEach(({ channel, campaign, period }, i) => {
    const path = `commitments[${i}]`;
    const found = names.get(channel);
    if (!found) throw unknown(`${path}.channel`, channel, names);
    const campaigns = new Map(found.campaigns?.map((one) => [one.name, one]) ?? []);
    if (campaign !== undefined && !campaigns.has(campaign)) throw unknown(`${path}.campaign`, campaign, campaigns);
    if (period !== undefined && period > periods) {
      throw new RangeError(`${path}.period must be at most ${periods}, the last period, got ${period}`);
    }
  });
}

function needBudget({ budget }: PlanProblem, path: string): void {
  if (budget === undefined) throw new RangeError(`${path} is a share of the budget, and budget is missing`);
}

function rising(low: number | undefined, high: number | undefined, path: string, above: string): void {
  if (low !== undefined && high !== undefined && low > high) {
    throw new RangeError(`${path} must be at most ${above}, which is ${high}, got ${low}`);
  }
}

function wholeCalendar(list: readonly unknown[], path: string, periods: number): void {
  if (list.length !== periods) {
    throw new RangeError(`${path} must have one entry for each of ${periods} periods, got ${list.length}`);
  }
}

function twice(path: string, name: string): RangeError {
  return new RangeError(`${path}: "${name}" is named twice`);
}

function unknown(path: string, name: string, names: ReadonlyMap<string, unknown>): RangeError {
  const known = [...names.keys()].slice(0, 20).join(", ") || "there are none";
  return new RangeError(`${path}: there is no "${name}"; known are ${known}`);
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The entry of period t of a number that may be given by period. */
export function at(value: number | readonly number[], t: number): number {
  return typeof value === "number" ? value : (value[t] as number);
}
