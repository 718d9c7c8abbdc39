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

export function report(suite: string, rows: readonly Row[], json: boolean): void {
  if (json) console.log(JSON.stringify({ suite, machine: machine(), rows }));
  else for (const line of lines(suite, rows)) console.log(line);
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

function* lines(suite: string, rows: readonly Row[]): Generator<string> {
  const { cpu, cores, memory_gib, os, node } = machine();
  yield `${suite} on ${cpu}, ${cores} cores, ${memory_gib} GiB, ${os}, Node ${node}`;
  for (const row of rows) {
    yield "";
    const time = row.median_ms === undefined ? "" : `   ${row.median_ms.toPrecision(4)} ms`;
    yield `${row.name} (${[row.n.toLocaleString("en-US"), row.data].filter(Boolean).join(" × ")})${time}`;
    if (row.left_out) yield `    left out: ${row.left_out}`;
    for (const [name, ratio] of Object.entries(row.ratio_to ?? {})) yield `    ${ratio.toPrecision(4)} × ${name}`;
    const figures = Object.entries(row.figures ?? {}).map(([name, figure]) => `${name} ${figure}`);
    if (figures.length > 0) yield `    ${figures.join(", ")}`;
    if (row.asked) yield `    asked: ${row.asked}${row.met === undefined ? "" : row.met ? " — met" : " — NOT met"}`;
  }
}
