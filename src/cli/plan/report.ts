/** A plan that people can read: where the money goes, what it brings, why, and what else it could be. */
import { explain } from "../../planning/report/explain.js";
import type { PlanFrontierPoint } from "../../planning/scenarios.js";
import type { ChannelReport, PlanProblem, PlanResult } from "../../planning/types.js";
import { drawChart } from "../chart.js";
import { amount, bar, count, counted, seconds, share, table, tinyShare } from "../format.js";
import { facts, wrap } from "../report.js";
import type { Terminal } from "../terminal.js";
import { weekLines } from "./weeks.js";

/** Of many channels those with the most money. */
const SHOWN = 30;

export function planLines(
  name: string,
  problem: PlanProblem,
  result: PlanResult,
  points: readonly PlanFrontierPoint[],
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colours;
  const { periods = 1, channels } = problem;
  const size = `${counted(channels.length, "channel")}${periods > 1 ? `, ${counted(periods, problem.period ?? "period")}` : ""}`;
  return [
    "",
    `${bold(name)}   ${dim(size)}`,
    "",
    ...channelTable(result.channels, terminal),
    "",
    ...((problem.periods ?? 1) > 1 ? [...weekLines(problem, result, terminal), ""] : []),
    ...facts(figures(problem, result), terminal),
    "",
    ...(points.length > 1 ? [...chart(points, result, terminal), ""] : []),
    ...sentences(problem, result, terminal),
    "",
  ];
}

function channelTable(channels: readonly ChannelReport[], terminal: Terminal): string[] {
  const { dim, cyan } = terminal.colours;
  const shown = channels.length > SHOWN ? channels.toSorted((a, b) => b.spend - a.spend).slice(0, SHOWN) : channels;
  const compared = shown.some(({ current }) => current !== undefined);
  const rows = shown.map((channel) => [
    channel.name,
    ...(compared ? [channel.current === undefined ? "" : amount(channel.current)] : []),
    amount(channel.spend),
    share(channel.share),
    amount(channel.response),
    amount(channel.average),
    Number.isFinite(channel.marginal) ? amount(channel.marginal) : "∞",
    channel.saturation === undefined ? "" : share(channel.saturation),
  ]);
  const head = [
    "channel",
    ...(compared ? ["today"] : []),
    "spend",
    "share",
    "response",
    "average",
    "next unit",
    "saturated",
  ];
  const lines = table([head, ...rows], head.map((_, i) => i).slice(1));
  const most = Math.max(...shown.map(({ spend }) => spend), Number.MIN_VALUE);
  const room = Math.min(24, terminal.columns - (lines[0]?.length ?? 0) - 6);
  const bars = shown.map(({ spend }) => (room > 4 ? cyan(bar(spend / most, room, terminal.unicode)) : ""));
  return [
    `  ${dim(lines[0] ?? "")}`,
    ...bars.map((drawn, i) => `  ${lines[i + 1]}  ${drawn}`.trimEnd()),
    ...(channels.length > shown.length ? [`  ${dim(`and ${count(channels.length - shown.length)} more`)}`] : []),
  ];
}

function figures({ budget, currency = "" }: PlanProblem, result: PlanResult): [string, string, string][] {
  const { spent, unspent, response, marginal, price, gap, bound, nodes } = result;
  const rows: [string, string, string][] = [];
  if (budget !== undefined) rows.push(["budget", amount(budget), currency]);
  rows.push(["spent", amount(spent), unspent > 0 ? `${amount(unspent)} left over` : ""]);
  rows.push(["response", amount(response), spent > 0 ? `${amount(response / spent)} for every 1 spent` : ""]);
  rows.push(["marginal", amount(marginal), "what 1 more would bring at this plan"]);
  if (Math.abs(price - marginal) > 0.01 * Math.max(price, marginal)) {
    rows.push(["price in the proof", amount(price), "of the relaxation that the proof starts from"]);
  }
  const proof =
    result.leastSpend === undefined
      ? `at most: no plan within the limits brings more than ${amount(bound)}`
      : `at most: no plan that reaches the target spends less than ${amount(result.leastSpend)}`;
  rows.push(["off the optimum", tinyShare(gap), proof]);
  const [one, many] = result.method === "flighting" ? ["climb", "climbs"] : ["node", "nodes"];
  const work = `${count(nodes)} ${nodes === 1 ? one : many}${result.method === "flighting" ? "" : " of branch and bound"}`;
  rows.push(["time", seconds(result.seconds), work]);
  return rows;
}

function chart(points: readonly PlanFrontierPoint[], { spent, response }: PlanResult, terminal: Terminal): string[] {
  const { cyan, yellow } = terminal.colours;
  return drawChart(
    points.map((point) => ({ x: point.budget, y: point.response })),
    {
      width: Math.min(terminal.columns, 110) - 4,
      height: 12,
      unicode: terminal.unicode,
      xName: "budget",
      yName: "best response",
      marks: [{ x: spent, y: response, sign: terminal.unicode ? "●" : "o" }],
      paint: cyan,
      paintMark: yellow,
    },
  ).map((line) => `  ${line}`);
}

function sentences(problem: PlanProblem, result: PlanResult, terminal: Terminal): string[] {
  const room = Math.min(terminal.columns, 110) - 4;
  return explain(result, problem, amount).flatMap((text) =>
    wrap(text, room).map((line, i) => (i === 0 ? `  ${terminal.unicode ? "·" : "-"} ${line}` : `    ${line}`)),
  );
}
