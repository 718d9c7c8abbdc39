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
  /** What is asked of it, in words. */
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

/** The table of README; the phases of a solve are left to the other shapes. */
function* markdown(suite: string, rows: readonly Row[]): Generator<string> {
  yield `\`npm run bench -- ${suite}\` on ${where()}:`;
  yield "";
  yield "| what | size | measured | asked | met |";
  yield "|---|---|---|---|---|";
  for (const row of rows) {
    const time = row.median_ms === undefined ? [] : [duration(row.median_ms)];
    const ratios = Object.entries(row.ratio_to ?? {}).map(([name, x]) => `${x.toPrecision(3)} × ${name}`);
    const figures = Object.entries(row.figures ?? {})
      .filter(([name]) => !name.endsWith(" ms"))
      .map(([name, figure]) => `${name} ${brief(figure)}`);
    const measured = [...time, ...ratios, ...figures].join("; ");
    const met = row.met === undefined ? (row.left_out ?? "") : row.met ? "yes" : "no";
    yield `| ${[row.name, size(row), measured, row.asked ?? "", met].join(" | ")} |`;
  }
}

function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  return ms < 0.01 ? `${(1e6 * ms).toPrecision(2)} ns` : `${ms.toPrecision(3)} ms`;
}

function brief(figure: number | string): string {
  if (typeof figure === "string") return figure;
  if (Number.isInteger(figure)) return figure.toLocaleString("en-US");
  return Math.abs(figure) < 1e-3 ? figure.toExponential(1) : String(Number(figure.toPrecision(10)));
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
