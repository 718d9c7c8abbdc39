/**
 * Files: a whole process of the command line, offers in and decisions out, against a whole process in which DuckDB alone
 * copies the same file to Parquet. Both are started in turn, round by round; peaks are the processes' own.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Row, report, type SuiteOptions } from "../rows.js";

export { report };

const OPTIONS = 8;
const MOST_MIB = 600;
const CLI = "dist/cli.js";

interface Input {
  name: string;
  /** Users as a share of `--users`. */
  share: number;
  id: string;
  format: "parquet" | "csv";
  reader: "duckdb" | "javascript";
  asked?: string;
}

const INTEGER = "(i * 7919)::BIGINT";
const HASH = "md5(i::VARCHAR)";
const TEXT = `concat_ws('-', ${HASH}[1:8], ${HASH}[9:12], ${HASH}[13:16], ${HASH}[17:20], ${HASH}[21:32])`;
const asked = `at most 2 × the copy, peak at most ${MOST_MIB} MiB`;

const INPUTS: Input[] = [
  { name: "Parquet, BIGINT ids", share: 0.5, id: INTEGER, format: "parquet", reader: "duckdb", asked },
  { name: "Parquet, 36-character ids", share: 0.5, id: TEXT, format: "parquet", reader: "duckdb", asked },
  { name: "CSV", share: 0.1, id: INTEGER, format: "csv", reader: "javascript", asked },
  { name: "CSV by DuckDB", share: 0.1, id: INTEGER, format: "csv", reader: "duckdb" },
  { name: "Parquet, BIGINT ids, without DuckDB", share: 0.1, id: INTEGER, format: "parquet", reader: "javascript" },
];

export default async function files({ users = 10_000_000, quick, say }: SuiteOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-bench-"));
  try {
    const rows: Row[] = [];
    for (const input of INPUTS) {
      say(`files: ${input.name}`);
      rows.push(await measure(input, Math.max(1, Math.round(users * input.share)), quick ? 1 : 5, folder));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(input: Input, n: number, rounds: number, folder: string): Promise<Row> {
  const path = join(folder, `offers.${input.format}`);
  await generate(path, input, n);
  const output = join(folder, `decisions.${input.format}`);
  const ours = [resolve(CLI), "allocate", path, "--budget", String(n), "--output", output, "--reader", input.reader];
  const copy = ["--input-type=module", "-e", copyProgram(path, join(folder, "copy.parquet"))];
  const runs: { ours: Run; copy: Run }[] = [];
  // The first round, which finds the file out of the system's cache or in it, is dropped.
  for (let round = 0; round <= rounds; round++) {
    const pair = { copy: run(copy, folder), ours: run(ours, folder) };
    if (round > 0) runs.push(pair);
  }
  const ratio = median(runs.map((pair) => pair.ours.ms / pair.copy.ms));
  const peak = Math.max(...runs.map((pair) => pair.ours.mib));
  return {
    name: `${input.name}: decisions, whole process`,
    n,
    data: `${OPTIONS} options`,
    median_ms: median(runs.map((pair) => pair.ours.ms)),
    ratio_to: { "DuckDB's copy": ratio },
    figures: {
      reader: input.reader,
      peak_mib: peak,
      copy_ms: median(runs.map((pair) => pair.copy.ms)),
      copy_peak_mib: Math.max(...runs.map((pair) => pair.copy.mib)),
      input_mb: Math.round(statSync(path).size / 1e6),
      output_mb: Math.round(statSync(output).size / 1e6),
    },
    asked: input.asked,
    met: input.asked === undefined ? undefined : ratio <= 2 && peak <= MOST_MIB,
  };
}

/** Values of four decimals and costs in cents, hashed from the row: the same file every time. */
async function generate(path: string, { id, format }: Input, n: number): Promise<void> {
  const columns = Array.from({ length: OPTIONS }, (_, j) => [
    `((hash(i * 16 + ${j}) % 1000000) / 10000.0)::DOUBLE AS value_offer${j + 1}`,
    `((hash(i * 16 + ${j + OPTIONS}) % 10000) / 100.0)::DOUBLE AS cost_offer${j + 1}`,
  ]).flat();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT ${id} AS user_id, ${columns} FROM range(${n}) t(i)) TO '${path}' (FORMAT ${format})`,
  );
  connection.closeSync();
  instance.closeSync();
}

function copyProgram(from: string, to: string): string {
  const duckdb = import.meta.resolve("@duckdb/node-api");
  return `
    import { DuckDBInstance } from "${duckdb}";
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("COPY (SELECT * FROM '${from}') TO '${to}' (FORMAT parquet)");`;
}

interface Run {
  ms: number;
  mib: number;
}

/** One process from start to end. It notes its own peak as it leaves. */
function run(args: string[], folder: string): Run {
  const note = join(folder, "peak");
  const noting =
    'import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(process.env.PEAK,String(process.resourceUsage().maxRSS)))';
  const started = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(noting)}`, ...args],
    {
      env: { ...process.env, PEAK: note },
    },
  );
  const ms = performance.now() - started;
  if (status !== 0) throw new Error(`a measured process failed: ${String(stderr)}`);
  return { ms, mib: Math.round(Number(readFileSync(note, "utf8")) / 1024) };
}

function median(samples: number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
