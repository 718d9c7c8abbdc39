/** What README says of scoring, measured. */
import { createEngine } from "../../src/create.js";
import { PlacedBulk } from "../../src/uplift/bulk/kernel.js";
import { planOf } from "../../src/uplift/bulk/plan.js";
import { TILE } from "../../src/uplift/bulk/trees.js";
import { columnsOf } from "../../src/uplift/model/columns.js";
import { readModel } from "../../src/uplift/model/format.js";
import { Model } from "../../src/uplift/model/model.js";
import { scoreColumns } from "../../test/reference/uplift/forest.js";
import { interleave, median, milliseconds, ratio } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { expected, FEATURES, forest, lightgbm, onnx, rowsOf, symmetric, TREES } from "./made.js";
import { onnxruntime, type Rival } from "./rival.js";

const ROUNDS = 9;
const SIZE = `${FEATURES} features, ${TREES} trees × 31 leaves`;

export default async function measure({ users = 1_000_000, quick, say }: SuiteOptions): Promise<Row[]> {
  const model = lightgbm();
  requireExact(model);
  const columns = rowsOf(model.features, users, "normal");
  const inOrder = model.features.map((name) => columns[name] as Float32Array);
  say("uplift: onnxruntime-node");
  const rival = await onnxruntime(onnx(), inOrder);
  return [
    ...(await bulk(model, columns, users, rival, say)),
    ...(await oneRow(model, columns, rival, say)),
    ...symmetricRows(users, say),
    twin(quick ? 20_000 : 50_000, say),
    ...files(),
    ...shapes(Math.min(users, 200_000), say),
  ];
}

/** Before anything is timed: LightGBM's own scores, to the bit. */
function requireExact(model: Model): void {
  const { rows, raw } = expected();
  for (const [i, row] of rows.entries()) {
    const [score] = model.score(row);
    if (score !== raw[i]) throw new Error(`row ${i} scores ${score}, and LightGBM says ${raw[i]}`);
  }
}

async function bulk(
  model: Model,
  columns: Record<string, Float32Array>,
  users: number,
  rival: Rival,
  say: SuiteOptions["say"],
): Promise<Row[]> {
  say("uplift: many rows");
  using placed = model.place(createEngine());
  const out = { [model.outputs[0] as string]: new Float64Array(users) };
  const doubles = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Float64Array.from(column)]),
  );
  const [ours, wide, theirs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const a = performance.now();
    placed.score(columns, { out });
    const b = performance.now();
    await rival.bulk();
    const c = performance.now();
    placed.score(doubles, { out });
    const d = performance.now();
    if (round === 0) continue;
    ours.push(b - a);
    theirs.push(c - b);
    wide.push(d - c);
  }
  const tile = tileTimes(model, columns);
  const perSecond = users / (median(ours) / 1000);
  const faster = median(theirs.map((time, i) => time / (ours[i] as number)));
  return [
    {
      name: "score many rows, binning included",
      n: users,
      data: SIZE,
      median_ms: median(ours),
      ratio_to: { "onnxruntime-node": 1 / faster },
      figures: {
        "rows/s": Math.round(perSecond),
        "ns a row and tree in the kernel": Number(tile.kernel.toPrecision(3)),
        "ns a row binning": Number(tile.binning.toPrecision(3)),
        "rows/s, fastest round": Math.round(users / (Math.min(...ours) / 1000)),
        "ns a row and tree, fastest round": Number(tile.fastest.toPrecision(3)),
        "rows/s, f64 columns": Math.round(users / (median(wide) / 1000)),
      },
      asked: "≥ 2,000,000 rows/s; kernel ≤ 2.5 ns a row and tree",
      met: perSecond >= 2e6 && tile.kernel <= 2.5,
    },
    {
      name: "the same model in onnxruntime-node, one thread",
      n: users,
      data: SIZE,
      median_ms: median(theirs),
      figures: {
        "rows/s": Math.round(users / (median(theirs) / 1000)),
        "times as long as ours": Number(faster.toPrecision(3)),
      },
      asked: "≥ 2 × as long as ours",
      met: faster >= 2,
    },
  ];
}

/** Nanoseconds of the kernels alone, on one tile again and again. */
function tileTimes(
  model: Model,
  columns: Record<string, Float32Array>,
  quantised = false,
): { kernel: number; fastest: number; binning: number } {
  const engine = createEngine();
  const stored = readModel(model.bytes());
  const questions = columnsOf(stored);
  const plan = planOf(stored, questions);
  if (!plan) throw new Error("the model is not laid out for bulk");
  const placed = new PlacedBulk(engine, stored, plan);
  const sums = engine.arena.take(8 * TILE);
  const inOrder = stored.features.map((name) => columns[name] as Float32Array);
  const kernel = () => (quantised ? placed.setQuantised(TILE, sums) : placed.add(TILE, sums, 8 * TILE));
  const samples = interleave(
    [
      { name: "bin", run: () => placed.bin(inOrder, 0, TILE) },
      { name: "kernel", run: kernel },
    ],
    ROUNDS,
  );
  const each = (name: string) => (1e6 * milliseconds(samples, name)) / TILE;
  const fastest = (1e9 * Math.min(...(samples.get("kernel") ?? []))) / TILE / TREES;
  return { kernel: each("kernel") / TREES, fastest, binning: each("bin") };
}

async function oneRow(
  model: Model,
  columns: Record<string, Float32Array>,
  rival: Rival,
  say: SuiteOptions["say"],
): Promise<Row[]> {
  say("uplift: one row");
  using placed = model.place(createEngine());
  const rows = Array.from({ length: 1_000 }, (_, i) =>
    Float64Array.from(model.features, (name) => columns[name]?.[i] as number),
  );
  const [inside, given, theirs]: [number[], number[], number[]] = [[], [], []];
  let kept = 0;
  const single = new Float64Array(1);
  for (let round = 0; round <= 2 * ROUNDS; round++) {
    const a = performance.now();
    for (const row of rows) {
      placed.row.set(row);
      kept += placed.scoreRow();
    }
    const b = performance.now();
    for (const row of rows) kept += model.score(row, { out: single })[0] as number;
    const c = performance.now();
    for (let i = 0; i < 100; i++) kept += await rival.one(i);
    const d = performance.now();
    if (round === 0) continue;
    inside.push(b - a);
    given.push(c - b);
    theirs.push((d - c) * 10);
  }
  if (!Number.isFinite(kept)) throw new Error("no number");
  const faster = median(theirs.map((time, i) => time / (inside[i] as number)));
  return [
    {
      name: "score one row, written in place",
      n: 1,
      data: SIZE,
      median_ms: median(inside) / 1_000,
      figures: {
        "µs a row": Number(median(inside).toPrecision(3)),
        "µs a row, fastest round": Number(Math.min(...inside).toPrecision(3)),
        "µs by model.score(row)": Number(median(given).toPrecision(3)),
        "µs in onnxruntime-node": Number(median(theirs).toPrecision(3)),
        "times as fast": Number(faster.toPrecision(3)),
      },
      asked: "≤ 1.5 µs median; ≥ 10 × as fast as onnxruntime-node",
      met: median(inside) <= 1.5 && faster >= 10,
    },
  ];
}

function symmetricRows(users: number, say: SuiteOptions["say"]): Row[] {
  say("uplift: symmetric trees");
  const model = Model.from(symmetric());
  const columns = rowsOf(model.features, Math.min(users, 200_000), "uniform");
  using placed = model.place(createEngine());
  const data = `${FEATURES} features, ${TREES} symmetric trees of 6 levels`;
  const samples = interleave(
    [
      { name: "exact", run: () => placed.score(columns) },
      { name: "quantised", run: () => placed.score(columns, { quantised: true }) },
    ],
    ROUNDS,
  );
  return (["exact", "quantised"] as const).map((mode) => {
    const nanoseconds = tileTimes(model, columns, mode === "quantised").kernel * TREES;
    const asked = mode === "exact" ? 5e6 : 10e6;
    const rows = (columns.x0 as Float32Array).length;
    return {
      name: `symmetric trees, rows already binned, ${mode}`,
      n: TILE,
      data,
      median_ms: (nanoseconds * TILE) / 1e6,
      figures: {
        "rows/s": Math.round(1e9 / nanoseconds),
        "rows/s, binning included": Math.round(rows / (milliseconds(samples, mode) / 1000)),
        ...(mode === "quantised" ? { "error at most": Number((placed.quantisedError as number).toPrecision(3)) } : {}),
      },
      asked: `≥ ${asked.toLocaleString("en-US")} rows/s`,
      met: 1e9 / nanoseconds >= asked,
    };
  });
}

/** A seeded forest of the same size: the twin reads a forest, not a file. */
function twin(rows: number, say: SuiteOptions["say"]): Row {
  say("uplift: the twin");
  const made = { ...forest(31, "f64") };
  const model = Model.from(made);
  const columns = rowsOf(model.features, rows, "uniform");
  const inOrder = model.features.map((name) => columns[name] as Float32Array);
  using placed = model.place(createEngine());
  const samples = interleave(
    [
      { name: "ours", run: () => placed.score(columns) },
      { name: "twin", run: () => scoreColumns(made, inOrder, rows) },
    ],
    5,
  );
  const faster = ratio(samples, "twin", "ours");
  return {
    name: "many rows, and the twin in TypeScript",
    n: rows,
    data: SIZE,
    median_ms: milliseconds(samples, "ours"),
    ratio_to: { twin: 1 / faster },
    figures: { "times as fast": Number(faster.toPrecision(3)) },
    asked: "≥ 8 × as fast",
    met: faster >= 8,
  };
}

function files(): Row[] {
  const sizes = { f32: 40_000, f64: 64_000 };
  return (["f32", "f64"] as const).map((precision) => {
    const bytes = precision === "f64" ? lightgbm().bytes() : Model.from(forest(31, "f32")).bytes();
    const samples = interleave([{ name: "read", run: () => Model.read(bytes) }], ROUNDS);
    const engine = createEngine();
    const placing = interleave([{ name: "place", run: () => Model.read(bytes).place(engine).release() }], ROUNDS);
    const read = milliseconds(samples, "read");
    return {
      name: `model file, ${precision}`,
      n: bytes.length,
      data: `bytes, ${TREES} trees × ${precision === "f64" ? "31" : "up to 31"} leaves`,
      median_ms: read,
      figures: { "ms with placing": Number(milliseconds(placing, "place").toPrecision(3)) },
      asked: `≤ ${sizes[precision] / 1000} KB, loads in ≤ 1 ms`,
      met: bytes.length <= sizes[precision] && milliseconds(placing, "place") <= 1,
    };
  });
}

/** Shapes that nothing is asked of: what the choice of kernels gives. */
function shapes(rows: number, say: SuiteOptions["say"]): Row[] {
  say("uplift: other shapes");
  return [64, 256, 1_000].map((leaves) => {
    const model = Model.from(forest(leaves, "f32"));
    const columns = rowsOf(model.features, rows, "uniform");
    using placed = model.place(createEngine());
    const samples = interleave([{ name: "score", run: () => placed.score(columns) }], 5);
    const ms = milliseconds(samples, "score");
    return {
      name: `trees of up to ${leaves} leaves`,
      n: rows,
      data: `${FEATURES} features, ${TREES} trees`,
      median_ms: ms,
      figures: { "ns a row and tree": Number(((1e6 * ms) / rows / TREES).toPrecision(3)) },
    };
  });
}
