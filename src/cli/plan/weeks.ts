/** Spend over time in text: a row a channel, a column a period, each as high as its part of the channel's own peak. */
import type { PlanProblem, PlanResult } from "../../planning/types.js";
import { amount } from "../format.js";
import type { Terminal } from "../terminal.js";

const BLOCKS = "▁▂▃▄▅▆▇█";
const LETTERS = ".:-=+*#@";
/** Of many channels those with the most money. */
const SHOWN = 30;
const DAYS = { day: 1, week: 7, month: 0 } as const;

export function weekLines(problem: PlanProblem, { spend, channels }: PlanResult, terminal: Terminal): string[] {
  const { periods = 1, period = "week" } = problem;
  if (periods < 2) return [];
  const { dim, cyan } = terminal.colours;
  const order = channels
    .map((_, c) => c)
    .toSorted((a, b) => (channels[b]?.spend ?? 0) - (channels[a]?.spend ?? 0))
    .slice(0, SHOWN)
    .toSorted((a, b) => a - b);
  const names = order.map((c) => channels[c]?.name ?? "");
  const gutter = Math.max(...names.map((name) => name.length));
  const peaks = order.map((c) => Math.max(...(spend[c] as number[])));
  const labels = peaks.map((peak) => amount(peak));
  const room = Math.max(
    8,
    Math.min(terminal.columns, 110) - gutter - Math.max(...labels.map(({ length }) => length)) - 9,
  );
  const columns = Math.min(periods, room);
  const rows = order.map((c, row) => {
    const drawn = drawRow(spend[c] as number[], peaks[row] as number, columns, terminal.unicode);
    return `  ${(names[row] as string).padEnd(gutter)}  ${cyan(drawn)}  ${dim(`up to ${labels[row]}`)}`;
  });
  const [from, to] = [dateOf(problem, 0), dateOf(problem, periods - 1)];
  const [left, right] = from && to ? [from, to] : [`${period} 1`, `${period} ${periods}`];
  const axis = `${left}${right.padStart(Math.max(right.length + 1, columns - left.length))}`;
  const scale = columns < periods ? `, ${Math.ceil(periods / columns)} to a column at most` : "";
  return [
    `  Spend by ${period}   ${dim(`(each row to its own peak${scale})`)}`,
    ...rows,
    `  ${"".padEnd(gutter)}  ${dim(axis)}`,
  ];
}

/** The mean of the periods that share a column. */
function drawRow(money: readonly number[], peak: number, columns: number, unicode: boolean): string {
  const signs = unicode ? BLOCKS : LETTERS;
  return Array.from({ length: columns }, (_, k) => {
    const own = money.slice(Math.floor((k * money.length) / columns), Math.floor(((k + 1) * money.length) / columns));
    const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
    if (!(mean > 0) || !(peak > 0)) return " ";
    return signs[Math.min(7, Math.floor((8 * mean) / peak))] as string;
  }).join("");
}

/** First day of a period, as "4 Jan 2027". */
function dateOf({ start, period = "week" }: PlanProblem, t: number): string | undefined {
  if (start === undefined) return undefined;
  const date = new Date(`${start}T00:00:00Z`);
  if (period === "month") date.setUTCMonth(date.getUTCMonth() + t);
  else date.setUTCDate(date.getUTCDate() + DAYS[period] * t);
  const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
    date.getUTCMonth()
  ];
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
}
