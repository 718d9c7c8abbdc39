/** `npm run bench -- allocation`: what README says of allocation, measured. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Campaign } from "../src/embedded/campaign.js";
import { allocate, createEngine, decide, frontier, type Offers } from "../src/index.js";
import { factsOf, solveTwin } from "../test/reference/allocation.js";
import { couponColumn } from "./allocation/coupons.js";
import files from "./allocation/files.js";
import { solveByHighs } from "./allocation/highs.js";
import { bytesOf, readCases } from "./allocation/readers.js";
import { type Case, interleave, keeping, median, milliseconds, peakMebibytes, ratio } from "./measure.js";
import type { Row, SuiteOptions } from "./rows.js";

export { report } from "./rows.js";

const OPTIONS = 8;
const COUPONS = `${OPTIONS} options, coupon ladder`;
const ROUNDS = 11;
/** Entry of dist/ by name. */
const ENTRIES = { index: "shadowprice", allocation: "shadowprice/allocation" };
/** Share of what is spent without a limit: the budget of the published baselines. */
const SHARE = 0.3;
/** The coupon ladder of 100,000 users × 10: its budget and the optimum of its linear program, found by HiGHS natively. */
const GOLDEN = { users: 100_000, options: 10, budget: 36816.80863883346, optimum: 198755.18811419 };

export default async function measure({ users = 10_000_000, quick, say }: SuiteOptions): Promise<Row[]> {
  const rows: Row[] = [...startup(say), size()];
  const engine = createEngine();
  const offers = engine.offers({ users, options: OPTIONS });
  say(`coupon ladder, ${users} × ${OPTIONS}`);
  for (let j = 0; j < OPTIONS; j++) offers.fill(j, (values, costs) => couponColumn(OPTIONS, j, values, costs));
  const main = resident(offers, "coupon ladder", say);
  rows.push(...main.rows, memory(offers), frontierRow(offers, main.fastest, say), twinRow(offers, main, say));
  say(`Criteo-MT7, ${users} × ${OPTIONS}`);
  const campaign = new Campaign(users, 1);
  for (let j = 0; j < OPTIONS; j++) offers.fill(j, (values, costs) => campaign.column(j, values, costs));
  rows.push(...resident(offers, "Criteo-MT7", say).rows);
  offers.release();
  rows.push(decideRow(), await highsRow(quick, say), ...(await files({ users, quick, say })));
  return rows;
}

interface Resident {
  rows: Row[];
  budget: number;
  choices: Uint8Array;
  /** The fastest reader. */
  fastest: Case;
}

/** Reading, solving, and solving with the f64 bound, in the same rounds. */
function resident(offers: Offers, data: string, say: (text: string) => void): Resident {
  const size = { n: offers.users, data: `${offers.columns} options, ${data}` };
  const choices = new Uint8Array(offers.users);
  const budget = SHARE * allocate(offers, {}, { into: choices }).cost;
  const readers = readCases(offers);
  const quick = keeping("solve", () => allocate(offers, { budget }, { into: choices }));
  const sharp = keeping("f64", () => allocate(offers, { budget }, { into: choices, bound: "f64" }));
  say("  reading and solving");
  const samples = interleave([...readers, quick, sharp], ROUNDS);
  const speed = (name: string) => Number((bytesOf(offers) / milliseconds(samples, name) / 1e6).toFixed(2));
  const fastest = readers.reduce((best, one) =>
    milliseconds(samples, one.name) < milliseconds(samples, best.name) ? one : best,
  );
  const solveRatio = ratio(samples, "solve", fastest.name);
  const sharpRatio = ratio(samples, "f64", fastest.name);
  const read: Row = {
    name: "read only",
    ...size,
    median_ms: milliseconds(samples, fastest.name),
    figures: {
      bytes: bytesOf(offers),
      fastest: fastest.name,
      ...Object.fromEntries(readers.map(({ name }) => [`GB/s with ${name}`, speed(name)])),
    },
  };
  const solve: Row = {
    name: "solve + write choices",
    ...size,
    median_ms: milliseconds(samples, "solve"),
    ratio_to: { "read only": solveRatio },
    figures: {
      gap: quick.result.gap,
      passes: quick.result.passes,
      bytes: bytesOf(offers),
      "GB/s": speed("solve"),
      ...phases(quick.result.phases),
    },
    asked: "at most 2.0 × the read (aim 1.5), gap at most 1e-6",
    met: solveRatio <= 2 && quick.result.gap <= 1e-6,
  };
  const f64: Row = {
    name: "solve + write choices, f64 bound",
    ...size,
    median_ms: milliseconds(samples, "f64"),
    ratio_to: { "read only": sharpRatio },
    figures: { gap: sharp.result.gap, passes: sharp.result.passes, "GB/s": speed("f64") },
    asked: "at most 3.5 × the read, gap at most 1e-7",
    met: sharpRatio <= 3.5 && sharp.result.gap <= 1e-7,
  };
  return { rows: [read, solve, f64], budget, choices, fastest };
}

function phases(seconds: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([name, s]) => [`${name} ms`, Number((1000 * s).toFixed(1))]));
}

/** Before anything else is loaded into the process: the table, the choices, the solver. */
function memory(offers: Offers): Row {
  return {
    name: "memory",
    n: offers.users,
    data: COUPONS,
    figures: {
      "peak RSS MiB": peakMebibytes(),
      "table MiB": Math.round(bytesOf(offers) / 2 ** 20),
      "engine MiB": Math.round(offers.engine.memory.buffer.byteLength / 2 ** 20),
    },
  };
}

function frontierRow(offers: Offers, read: Case, say: (text: string) => void): Row {
  say("  frontier");
  const curve = keeping("frontier", () => frontier(offers, {}));
  const samples = interleave([read, curve], 5);
  const times = ratio(samples, "frontier", read.name);
  return {
    name: "frontier",
    n: offers.users,
    data: COUPONS,
    median_ms: milliseconds(samples, "frontier"),
    ratio_to: { "read only": times },
    figures: { budgets: curve.result.points.length, passes: curve.result.passes },
    asked: "at most 12 × the read",
    met: times <= 12,
  };
}

/** The same method in plain TypeScript on the same typed arrays, its columns being views of the engine's memory. */
function twinRow(offers: Offers, { budget, choices }: Resident, say: (text: string) => void): Row {
  say("  the twin in plain TypeScript");
  const views = (from: number) =>
    Array.from(
      { length: offers.columns },
      (_, j) => new Float32Array(offers.engine.memory.buffer, from + j * offers.stride, offers.users),
    );
  // Solved once before the views are taken: the memory has then grown to what a solve needs, and stays.
  const ours = keeping("solve", () => allocate(offers, { budget }, { into: choices }));
  const [values, costs] = [views(offers.values), views(offers.costs)];
  const facts = factsOf(values, costs);
  const twin = keeping("twin", () => solveTwin({ values, costs, budget, facts }));
  const samples = interleave([ours, twin], 3);
  if (twin.result.value !== ours.result.value) {
    throw new Error(`the twin's value is ${twin.result.value}, ours ${ours.result.value}`);
  }
  const faster = ratio(samples, "twin", "solve");
  return {
    name: "twin in plain TypeScript",
    n: offers.users,
    data: COUPONS,
    median_ms: milliseconds(samples, "twin"),
    ratio_to: { "solve + write choices": faster },
    figures: { passes: twin.result.passes, core: twin.result.core },
    asked: "the engine at least 5 × faster",
    met: faster >= 5,
  };
}

/** One user at a price: 1,000 users in turn, so that nothing is learnt by heart. */
function decideRow(): Row {
  const campaign = new Campaign(1000, 2);
  const columns = campaign.options.map((_, j) => {
    const [values, costs] = [new Float32Array(1000), new Float32Array(1000)];
    campaign.column(j, values, costs);
    return { values, costs };
  });
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    values: Float32Array.from(columns, ({ values }) => values[i] as number),
    costs: Float32Array.from(columns, ({ costs }) => costs[i] as number),
  }));
  let taken = 0;
  const run = () => {
    for (const { values, costs } of rows) taken += decide(values, costs, 3.5);
  };
  const samples = interleave([{ name: "decide", run }], 11);
  if (taken === 0) throw new Error("nobody was given anything");
  const nanoseconds = 1000 * milliseconds(samples, "decide");
  return {
    name: "decide one user at a price",
    n: 1,
    data: `${OPTIONS} options`,
    median_ms: nanoseconds / 1e6,
    figures: { nanoseconds: Math.round(nanoseconds) },
    asked: "well under a microsecond: at most 250 ns",
    met: nanoseconds <= 250,
  };
}

/** The linear program that the certificate bounds, against a general solver in WebAssembly. One run of HiGHS: it takes long. */
async function highsRow(quick: boolean, say: (text: string) => void): Promise<Row> {
  const { users, options, budget, optimum } = GOLDEN;
  const offers = createEngine().offers({ users, options });
  for (let j = 0; j < options; j++) offers.fill(j, (values, costs) => couponColumn(options, j, values, costs));
  const choices = new Uint8Array(users);
  const ours = keeping("ours", () => allocate(offers, { budget }, { into: choices, bound: "f64" }));
  const ms = milliseconds(interleave([ours], 21), "ours");
  const row: Row = {
    name: "highs (npm, WebAssembly), the linear program",
    n: users,
    data: `${options} options, coupon ladder`,
    asked: "ours at least 1,000 × faster, our bound equal to its optimum to 7 digits",
    figures: {
      "our ms": Number(ms.toPrecision(4)),
      "our bound": ours.result.bound,
      "optimum of HiGHS, native": optimum,
    },
  };
  if (quick) return { ...row, left_out: "--quick: HiGHS takes 10 to 30 s" };
  say("HiGHS, one run");
  const columns = (from: number) =>
    Array.from(
      { length: options },
      (_, j) => new Float32Array(offers.engine.memory.buffer, from + j * offers.stride, users),
    );
  const theirs = await solveByHighs({ values: columns(offers.values), costs: columns(offers.costs), budget });
  const faster = (1000 * theirs.seconds) / ms;
  const difference = Math.abs(ours.result.bound - theirs.optimum) / theirs.optimum;
  return {
    ...row,
    median_ms: 1000 * theirs.seconds,
    ratio_to: { "our solve with the f64 bound": faster },
    figures: { ...row.figures, "optimum of HiGHS": theirs.optimum, "relative difference": difference, runs: 1 },
    met: faster >= 1000 && difference <= 1e-7,
  };
}

function size(): Row {
  const zipped = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length;
  const gzip = zipped("build/allocation.wasm");
  return {
    name: "engine.wasm, allocation alone",
    n: 1,
    figures: { "bytes gzip": gzip, "all of it": zipped("dist/engine.wasm") },
    asked: "allocation only at most 16 KB gzip",
    met: gzip <= 16_384,
  };
}

/** Whole processes, in turn: one that does nothing, one that imports, instantiates and decides. */
/** The whole package, and its half that gives users their offers. */
function startup(say: (text: string) => void): Row[] {
  say("start-up");
  const time = (args: string[]) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args);
    if (status !== 0) throw new Error(stderr.toString());
    return performance.now() - start;
  };
  const empty: number[] = [];
  const entries = Object.entries(ENTRIES).map(([entry, name]) => ({ entry, name, ms: [] as number[] }));
  for (let round = 0; round <= 25; round++) {
    const nothing = time(["-e", "0"]);
    if (round > 0) empty.push(nothing);
    for (const { entry, ms } of entries) {
      const spent = time(["bench/allocation/startup.mjs", entry]);
      if (round > 0) ms.push(spent);
    }
  }
  return entries.map(({ name, ms }): Row => {
    const over = median(ms) - median(empty);
    const round = (x: number) => Number(x.toFixed(1));
    return {
      name: `import ${name} + instantiate + first decision`,
      n: 1,
      median_ms: over,
      figures: { processes: ms.length, "ms of node -e 0": round(median(empty)), "ms with it": round(median(ms)) },
      asked: "at most 15 ms over node -e 0",
      met: over <= 15,
    };
  });
}
