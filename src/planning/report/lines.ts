/** What the plan does with each channel and campaign: the numbers that people ask for next. */
import type { Model } from "../model.js";
import type { Separable } from "../separable/separable.js";
import type { ChannelReport, LineReport } from "../types.js";
import { heldBy, heldGroup, type Prices } from "./kkt.js";

/** By coordinate. */
export interface Columns {
  x: Float64Array;
  values: Float64Array;
  slopes: Float64Array;
  /** At today's spend; slopes there, where the method has them. */
  today: Float64Array;
  todaySlopes?: Float64Array;
  /** The most that any spend brings; Infinity, or NaN, where there is no such number. */
  ceilings: Float64Array;
}

/** Values and slopes of a plan, of today's and of boundless spend, by coordinate. */
export function columnsOf(separable: Separable, x: Float64Array): Columns {
  const { coordinates, framed } = separable;
  const at = (spend: Float64Array) => {
    const { values, slopes } = coordinates.evaluate(separable.ordered(spend));
    return { values: separable.unordered(values.slice()), slopes: separable.unordered(slopes.slice()) };
  };
  const { values, slopes } = at(x);
  const { values: today, slopes: todaySlopes } = at(framed.model.current);
  const ceilings = at(new Float64Array(x.length).fill(Number.POSITIVE_INFINITY)).values;
  return { x, values, slopes, today, todaySlopes, ceilings };
}

export function reportChannels(model: Model, columns: Columns, held: readonly string[][]): ChannelReport[] {
  const total = columns.x.reduce((sum, x) => sum + x, 0);
  const byChannel = new Map<number, number[]>();
  model.lines.forEach(({ channel }, line) => {
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), line]);
  });
  const reports = model.problem.channels.map(({ name, campaigns }, c): ChannelReport => {
    const lines = byChannel.get(c) ?? [];
    const report: ChannelReport = summary(name, lines, model, columns, held, total);
    if (!campaigns) return report;
    report.campaigns = lines.map((line) => {
      const { campaign } = model.lines[line] as Model["lines"][number];
      const own = summary(campaigns[campaign]?.name ?? "", [line], model, columns, held, total);
      return { ...own, byPeriod: [...columns.x.subarray(line * model.periods, (line + 1) * model.periods)] };
    });
    rank(report.campaigns);
    return report;
  });
  rank(reports);
  return reports;
}

function summary(
  name: string,
  lines: readonly number[],
  model: Model,
  { x, values, slopes, today, todaySlopes, ceilings }: Columns,
  held: readonly string[][],
  total: number,
): LineReport {
  const sums = {
    spend: 0,
    response: 0,
    weighted: 0,
    steepest: 0,
    current: 0,
    today: 0,
    ceiling: 0,
    before: 0,
    steepestThen: 0,
  };
  const names = new Set<string>();
  for (const line of lines) {
    for (let i = line * model.periods; i < (line + 1) * model.periods; i++) {
      const spend = x[i] as number;
      sums.spend += spend;
      sums.response += values[i] as number;
      if (spend > 0) sums.weighted += spend * (slopes[i] as number);
      sums.steepest = Math.max(sums.steepest, slopes[i] as number);
      sums.current += model.current[i] as number;
      sums.today += today[i] as number;
      const then = todaySlopes?.[i] ?? Number.NaN;
      if ((model.current[i] as number) > 0) sums.before += (model.current[i] as number) * then;
      sums.steepestThen = Math.max(sums.steepestThen, then);
      sums.ceiling += ceilings[i] as number;
      for (const limit of held[i] as string[]) names.add(limit);
    }
  }
  const { spend, response, weighted, steepest } = sums;
  const report: LineReport = {
    name,
    spend,
    share: total > 0 ? spend / total : 0,
    response,
    average: spend > 0 ? response / spend : 0,
    marginal: spend > 0 ? weighted / spend : steepest,
    elasticity: response > 0 ? weighted / response : 0,
    rankByAverage: 0,
    rankByMarginal: 0,
    holds: [...names],
  };
  if (Number.isFinite(sums.ceiling) && sums.ceiling > 0) report.saturation = response / sums.ceiling;
  if (lines.length > 0 && lines.every((line) => model.hasCurrent[line])) {
    report.current = sums.current;
    report.change = spend - sums.current;
    if (sums.current > 0) report.relativeChange = report.change / sums.current;
    report.responseChange = response - sums.today;
    if (todaySlopes) report.currentMarginal = sums.current > 0 ? sums.before / sums.current : sums.steepestThen;
  }
  return report;
}

/** The names of the limits that hold each coordinate, by coordinate. */
export function holds(separable: Separable, x: Float64Array, { sums }: Prices): string[][] {
  const { tree, coordinates, low, high } = separable;
  const names: string[][] = Array.from(x, () => []);
  const ordered = separable.ordered(x);
  for (const group of tree.groups) {
    for (let p = group.from; p < group.own; p++) {
      const list = names[tree.order[p] as number] as string[];
      const here = ordered[p] as number;
      const held = heldBy(separable, p, here);
      if (held.high && (high[p] as number) > 0 && here > 0) list.push("max");
      if (held.low && here > 0)
        list.push((low[p] as number) < (coordinates.presences[p] as number) ? "presence" : "min");
    }
    if (!group.parent) continue;
    const { low: atLeast, high: atMost } = heldGroup(group, sums.get(group) as number);
    if (!atLeast && !atMost) continue;
    for (let p = group.from; p < group.to; p++) (names[tree.order[p] as number] as string[]).push(group.name);
  }
  return names;
}

function rank(reports: LineReport[]): void {
  const order = (key: "average" | "marginal") =>
    reports.map((_, i) => i).sort((a, b) => (reports[b] as LineReport)[key] - (reports[a] as LineReport)[key] || a - b);
  order("average").forEach((i, k) => {
    (reports[i] as LineReport).rankByAverage = k + 1;
  });
  order("marginal").forEach((i, k) => {
    (reports[i] as LineReport).rankByMarginal = k + 1;
  });
}
