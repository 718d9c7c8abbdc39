/** 1,000,000 × 20, 100 trees of 31 leaves: ours by the built package, LightGBM from PyPI on one thread, by turns; and the twin. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Engine } from "../../src/engine/engine.js";
import { boost } from "../../src/learn/boosting/boost.js";
import { binnedOf, readObservations } from "../../src/learn/boosting/observations.js";
import { Memory } from "../../src/learn/kernel.js";
import { randomOf } from "../../test/learn/made.js";
import { boost as boostTwin } from "../../test/reference/learn/boost.js";
import { median } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { NO_PYTHON, pythonWith, run } from "./python.js";

const ROWS = 1_000_000;
const HELD = 200_000;
const SIZES = { rows: ROWS + HELD, count: 20, held: HELD, trees: 100, leaves: 31 };
const LOSSES = [
  ["squared", "regression"],
  ["logistic", "binary"],
] as const;

interface Run {
  seconds: number;
  binning: number;
  loss: number;
  rss?: number;
  memory?: number;
}

export default async function measure({ quick, say }: SuiteOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-boosting-"));
  try {
    const path = join(folder, "table.bin");
    writeTable(path);
    const rows: Row[] = [];
    for (const [loss, objective] of LOSSES) rows.push(...compared(path, loss, objective, { quick, say }));
    return [...rows, await twinRow(quick, say)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Columns of f32, then an amount and an answer of 0 and 1: steps, slopes and waves of eight features, some of few values, some missing. */
function table(rows: number) {
  const random = randomOf(2);
  const normal = () => random() + random() + random() + random() - 2;
  const columns = Array.from({ length: SIZES.count }, (_, f) =>
    Float32Array.from({ length: rows }, () => {
      if (f % 5 === 3) return Math.floor(random() * 9);
      return f === 5 && random() < 0.1 ? Number.NaN : normal();
    }),
  );
  const at = (f: number, i: number) => columns[f]?.[i] as number;
  const signal = Float64Array.from({ length: rows }, (_, i) => {
    const gap = Number.isNaN(at(5, i)) ? 0.7 : at(5, i);
    const step = at(3, i) > 4 ? at(2, i) : 0.5;
    return Math.sin(3 * at(0, i)) + at(1, i) + step + gap - Number(at(4, i) > 0.3) + 0.1 * at(8, i) * at(6, i);
  });
  return {
    columns,
    amount: signal.map((s) => s + normal()),
    answer: signal.map((s) => Number(random() < 1 / (1 + Math.exp(1 - s)))),
  };
}

function writeTable(path: string): void {
  const { columns, amount, answer } = table(SIZES.rows);
  writeFileSync(path, Buffer.concat([...columns, amount, answer].map((one) => Buffer.from(one.buffer))));
}

function compared(
  path: string,
  loss: string,
  objective: string,
  { quick, say }: Pick<SuiteOptions, "quick" | "say">,
): Row[] {
  const python = pythonWith("lightgbm");
  const [ours, theirs]: [Run[], Run[]] = [[], []];
  const { rows, count, held, trees, leaves } = SIZES;
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    say(`boosting, ${loss}, ${round + 1}`);
    const args = ["bench/training/boosting.mjs", resolve("dist/learn.js"), path, JSON.stringify(SIZES), loss];
    ours.push(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })));
    if (python) {
      theirs.push(
        run<Run>(python, "boosting.py", [path, ...[rows, count, held, trees, leaves].map(String), objective]),
      );
    }
  }
  const of = (runs: readonly Run[], what: "seconds" | "binning" | "loss") => median(runs.map((one) => one[what]));
  const data = `${count} features, ${trees} trees of ${leaves} leaves, ${loss}`;
  const ratio = median(ours.map(({ seconds }, i) => seconds / (theirs[i]?.seconds ?? Number.NaN)));
  const worse = of(ours, "loss") / of(theirs, "loss") - 1;
  const figures = (runs: readonly Run[]) => ({
    "s of binning": Number(of(runs, "binning").toPrecision(3)),
    "loss held out": Number(of(runs, "loss").toPrecision(6)),
  });
  const own: Row = {
    ...{ name: "boosting", n: ROWS, data, median_ms: 1000 * of(ours, "seconds") },
    figures: { ...figures(ours), "MB stated": Math.round((ours[0]?.memory ?? 0) / 1e6) },
  };
  const rival = { name: "LightGBM, one thread", n: ROWS, data };
  if (!python) return [own, { ...rival, left_out: NO_PYTHON }];
  return [
    {
      ...own,
      ratio_to: { LightGBM: ratio },
      figures: { ...own.figures, "% over LightGBM's loss": Number((100 * worse).toPrecision(2)) },
      asked: "at most 3 × LightGBM's time, loss at most 0.5 % over its",
      met: ratio <= 3 && worse <= 0.005,
    },
    { ...rival, median_ms: 1000 * of(theirs, "seconds"), figures: figures(theirs) },
  ];
}

/** Trees on bins, by the kernels and by the same in TypeScript. */
async function twinRow(quick: boolean, say: SuiteOptions["say"]): Promise<Row> {
  say("boosting, the twin");
  const rows = 100_000;
  const { columns, amount } = table(rows);
  const data = { features: Object.fromEntries(columns.map((column, f) => [`x${f}`, column])), outcome: amount };
  const memory = new Memory(new Engine());
  const read = readObservations(data);
  const binned = await binnedOf(data, read, memory, {});
  const target = { y: amount, rows: Uint32Array.from({ length: rows }, (_, i) => i) };
  const options = { loss: "squared", trees: 20, leaves: 31, learningRate: 0.1, minSamplesLeaf: 20 } as const;
  const timed = async (run: () => Promise<unknown>) => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const [ours, twin]: [number[], number[]] = [[], []];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    ours.push(await timed(() => boost(binned, target, options)));
    twin.push(await timed(() => boostTwin(binned, target, options)));
  }
  memory.release();
  const ratio = median(twin.map((ms, i) => ms / (ours[i] as number)));
  return {
    ...{
      name: "twin in TypeScript, boosting",
      n: rows,
      data: `${SIZES.count} features, ${options.trees} trees of 31 leaves`,
    },
    median_ms: median(twin),
    ratio_to: { ours: ratio },
    figures: { "ours, ms": Number(median(ours).toPrecision(3)) },
    asked: "ours at least 5 × faster",
    met: ratio >= 5,
  };
}
