/** What a suite gives back, and how it is printed. */
import { cpus, release, totalmem, type } from "node:os";

export interface Row {
  name: string;
  /** Size of the problem: users, processes, files. */
  n: number;
  /** What the table holds, as "8 options, coupon ladder". */
  data?: string;
  /** Median of the runs; absent where the row is no time. */
  median_ms?: number;
  /** This row's time as a multiple of another's, taken in the same rounds. */
  ratio_to?: Record<string, number>;
  figures?: Record<string, number | string>;
  /** What the issue asks, in words. */
  asked?: string;
  /** Whether it is met; absent where nothing is asked, or where the row was left out. */
  met?: boolean;
  /** Why the row has no figures. */
  left_out?: string;
}

export interface SuiteOptions {
  users?: number;
  quick: boolean;
  say: (text: string) => void;
}

export type Shape = "text" | "json" | "markdown";

export function report(suite: string, rows: readonly Row[], shape: Shape): void {
  if (shape === "json") console.log(JSON.stringify({ suite, machine: machine(), rows }));
  else for (const line of shape === "markdown" ? markdown(suite, rows) : lines(suite, rows)) console.log(line);
}

function machine(): Record<string, string | number> {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
  };
}

function where(): string {
  const { cpu, cores, memory_gib, os, node } = machine();
  return `${cpu}, ${cores} cores, ${memory_gib} GiB, ${os}, Node ${node}`;
}

function size({ n, data }: Row): string {
  return [n.toLocaleString("en-US"), data].filter(Boolean).join(" × ");
}

/** The table of README. */
function* markdown(suite: string, rows: readonly Row[]): Generator<string> {
  yield `\`npm run bench -- ${suite} --markdown\` on ${where()}:`;
  yield "";
  yield "| what | size | time | ratio | figures | asked | met |";
  yield "|---|---|---|---|---|---|---|";
  for (const row of rows) {
    const time = row.median_ms === undefined ? "" : `${row.median_ms.toPrecision(3)} ms`;
    const ratios = Object.entries(row.ratio_to ?? {}).map(([name, x]) => `${x.toPrecision(3)} × ${name}`);
    const figures = Object.entries(row.figures ?? {}).map(([name, figure]) => `${name} ${brief(figure)}`);
    const met = row.met === undefined ? (row.left_out ?? "") : row.met ? "yes" : "no";
    yield `| ${[row.name, size(row), time, ratios.join(", "), figures.join(", "), row.asked ?? "", met].join(" | ")} |`;
  }
}

function brief(figure: number | string): string {
  if (typeof figure === "string" || Number.isInteger(figure)) return String(figure);
  return Math.abs(figure) < 1e-3 ? figure.toExponential(1) : String(Number(figure.toPrecision(9)));
}

function* lines(suite: string, rows: readonly Row[]): Generator<string> {
  yield `${suite} on ${where()}`;
  for (const row of rows) {
    yield "";
    const time = row.median_ms === undefined ? "" : `   ${row.median_ms.toPrecision(4)} ms`;
    yield `${row.name} (${size(row)})${time}`;
    if (row.left_out) yield `    left out: ${row.left_out}`;
    for (const [name, ratio] of Object.entries(row.ratio_to ?? {})) yield `    ${ratio.toPrecision(4)} × ${name}`;
    const figures = Object.entries(row.figures ?? {}).map(([name, figure]) => `${name} ${figure}`);
    if (figures.length > 0) yield `    ${figures.join(", ")}`;
    if (row.asked) yield `    asked: ${row.asked}${row.met === undefined ? "" : row.met ? " — met" : " — NOT met"}`;
  }
}
