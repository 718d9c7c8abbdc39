/** The answer in words: first what a marketer asks, then what an engineer asks. */
import { hasLimits } from "../allocation/limits/solve.js";
import type { AllocationRequest, AllocationResult, LimitReport } from "../allocation/types.js";
import { EXIT } from "./failure.js";
import { amount, bar, count, mebibytes, seconds, share, table, tinyShare } from "./format.js";
import type { Terminal } from "./terminal.js";

type Row = readonly [name: string, figure: string, note?: string];

/** Rows of name, figure and note, indented by two; names dim, figures aligned. */
export function facts(rows: readonly Row[], terminal: Terminal): string[] {
  const { dim, bold } = terminal.colours;
  const name = Math.max(...rows.map((row) => row[0].length));
  const figure = Math.max(...rows.map((row) => row[1].length));
  const room = Math.max(20, terminal.columns - name - figure - 8);
  return rows.flatMap(([label, value, note = ""]) => {
    const [first = "", ...rest] = wrap(note, room);
    const head = `  ${dim(label.padEnd(name))}   ${bold(value.padStart(figure))}   ${first}`.trimEnd();
    return [head, ...rest.map((line) => " ".repeat(name + figure + 8) + line)];
  });
}

/** Breaks a text at spaces into lines of at most `room` characters. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function moneyFacts(request: AllocationRequest, result: AllocationResult): Row[] {
  const { budget } = request;
  const rows: Row[] = [];
  if (budget !== undefined) rows.push(["budget", amount(budget)]);
  const left = budget === undefined ? 0 : budget - result.cost;
  rows.push(["spent", amount(result.cost), left > 0 ? `${amount(left)} left over` : ""]);
  const each = result.cost > 0 ? `${amount(result.value / result.cost)} for every 1 spent` : "";
  rows.push(["expected value", amount(result.value), each]);
  if (budget !== undefined) rows.push(["price of money", amount(result.price), priceInWords(result)]);
  rows.push(optimumInWords(request, result));
  return rows;
}

function optimumInWords(request: AllocationRequest, { gap, bound, stopped }: AllocationResult): Row {
  const most = `no plan ${hasLimits(request) ? "within these limits" : "in this budget"} is worth more than ${amount(bound)}`;
  if (!request.exact) return ["off the optimum", tinyShare(gap), `at most: ${most}`];
  if (!stopped) return ["off the optimum", tinyShare(gap), `proven optimal: ${most}`];
  const why = stopped === "time" ? "the time limit" : "the memory it may use";
  return ["off the optimum", tinyShare(gap), `at most: best found when ${why} ended the proof; ${most}`];
}

/** Every limit beside a lone budget: what is used of it, and what one more unit would change. */
export function limitTable({ limits }: AllocationResult, terminal: Terminal): string[] {
  if (limits.every(({ name }) => name === "budget")) return [];
  const rows = limits.map((limit) => [limit.name, used(limit), `${limit.kind} ${bound(limit)}`, changeInWords(limit)]);
  const [head = "", ...rest] = table([["limit", "used", "asked", "one unit more"], ...rows], [1]);
  return [`  ${terminal.colours.dim(head)}`, ...rest.map((line) => `  ${line}`), ""];
}

/** Users are counted, everything else is an amount. */
function figure({ name }: LimitReport, x: number): string {
  if (!Number.isFinite(x)) return "nothing spent";
  return name.startsWith("stock ") ? count(x) : amount(x);
}

function used(limit: LimitReport): string {
  return figure(limit, limit.used);
}

function bound(limit: LimitReport): string {
  return figure(limit, limit.limit);
}

function changeInWords({ kind, price }: LimitReport): string {
  if (price === 0) return "changes nothing";
  return kind === "at most" ? `brings ${amount(price)} of value` : `costs ${amount(-price)} of value`;
}

function priceInWords({ price, cost }: AllocationResult): string {
  if (price === 0) return "the budget is more than enough: further money buys nothing";
  if (cost <= 0) return `the first 1 spent would bring about ${amount(price)} of value`;
  return `the last 1 spent brings about ${amount(price)} of value, and so would 1 more; what brings less is not offered`;
}

/** Users by offer, with bars. */
export function offerTable(
  names: readonly string[],
  result: AllocationResult,
  terminal: Terminal,
  exactlyOne: boolean,
): string[] {
  const total = result.none + result.counts.reduce((sum, n) => sum + n, 0);
  const all: [string, number][] = names.map((name, j) => [name, result.counts[j] ?? 0]);
  // Of many offers the largest: a screen, not a list.
  const shown = all.length > 24 ? all.toSorted((a, b) => b[1] - a[1]).slice(0, 20) : [...all];
  if (!exactlyOne) shown.unshift(["none", result.none]);
  const rows = shown.map(([name, n]) => [name, count(n), share(n / total)]);
  const most = Math.max(1, ...shown.map(([, n]) => n));
  const { dim, cyan } = terminal.colours;
  const lines = table([["offer", "users", "share"], ...rows], [1, 2]);
  const room = Math.min(40, terminal.columns - (lines[0]?.length ?? 0) - 6);
  const left = all.length - (shown.length - (exactlyOne ? 0 : 1));
  return [
    `  ${dim(lines[0] ?? "")}`,
    ...shown.map(([, n], i) => `  ${lines[i + 1]}  ${cyan(bar(n / most, room, terminal.unicode))}`.trimEnd()),
    ...(left > 0 ? [`  ${dim(`and ${count(left)} more offers, with no more users each`)}`] : []),
  ];
}

export interface Work {
  /** Seconds by phase, in order. */
  phases: readonly (readonly [name: string, seconds: number, note?: string])[];
  engineBytes: number;
}

/** What an engineer asks. */
export function workFacts(result: AllocationResult, work: Work, terminal: Terminal): string[] {
  const inside = Object.entries(result.phases).map(([name, s]) => `${name} ${seconds(s)}`);
  const phases = work.phases.map(
    ([name, s, note]): Row => [name, seconds(s), note ?? (name === "solve" ? inside.join(", ") : "")],
  );
  const peak = process.resourceUsage().maxRSS * 1024;
  return facts(
    [
      ...phases,
      ["readings of the data", String(result.passes), "full passes over the table"],
      ["memory", mebibytes(work.engineBytes), `in the engine; ${mebibytes(peak)} at the peak of the whole process`],
    ],
    terminal,
  );
}

/** Exactly the Result, less the choices, which are in the decisions file. */
export function resultJson(names: readonly string[], users: number, result: AllocationResult): Record<string, unknown> {
  const { choices: _, schema, status, ...rest } = result;
  return { schema, status, users, options: names, ...rest };
}

/** Says that there is no plan, on stdout as JSON or on stderr in words; returns the exit code. */
export function refuse(
  result: AllocationResult,
  object: Record<string, unknown>,
  json: boolean | undefined,
  terminal: Terminal,
): number {
  if (json) terminal.print(JSON.stringify({ ...object, output: null }));
  else for (const line of noPlan(result)) terminal.warn(line);
  return result.status === "impossible" ? EXIT.impossible : EXIT.notFound;
}

function noPlan(result: AllocationResult): string[] {
  if (result.status === "not found") {
    const lines = ["No plan within all limits was found, and none was proven impossible. Nothing was written."];
    const { violation } = result;
    if (violation)
      lines.push(`The best try uses ${violation.used} of ${violation.name}, and asked is ${violation.limit}.`);
    return lines;
  }
  const { clash } = result;
  const lines = ["No plan can meet this request. Nothing was written."];
  if (clash) lines.push(clash.reason, `Nearest request that can be met: ${JSON.stringify(clash.nearest)}`);
  return lines;
}
