/** Curve kernels against their twins with Math.pow and Math.exp, and against high precision. */

import { Scratch } from "../../src/engine/scratch.js";
import { createEngine } from "../../src/index.js";
import { evaluate, FAMILY, type Family, type Parameters } from "../../src/planning/curves/kernel.js";
import { twins } from "../../test/reference/planning/curves.js";
import * as precise from "../../test/reference/planning/precise.js";
import { interleave, ratio } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const engine = createEngine();

/** Spends a call: as many as the weeks of some years. */
const SPENDS = 4096;

/** How much faster is asked of curves that a power rules, and of those that an exponential does. */
const ASKED = { power: 4, exponential: 1.8 } as const;

const TIMED: [string, Family, Parameters, keyof typeof ASKED | undefined][] = [
  ["hill", "hill", { a: 100, b: 50, c: 2.7 }, "power"],
  ["power", "power", { a: 2, b: 0.6 }, "power"],
  ["logit", "logit", { a: 120, b: 0.12, c: 25 }, "exponential"],
  ["tanh", "tanh", { a: 80, b: 0.02 }, "exponential"],
  ["exponential", "exponential", { a: 40, b: 0.03 }, "exponential"],
  ["log", "log", { a: 3, b: 12 }, undefined],
  ["michaelis-menten", "michaelis-menten", { a: 7, b: 30 }, undefined],
  ["reach 3 times", "reach", { a: 400, b: 1 / 400, c: 3 }, undefined],
];

export default async function curves({ say }: SuiteOptions): Promise<Row[]> {
  say("curve kernels");
  return [...[false, true].flatMap((slope) => TIMED.map((one) => timed(one, slope))), ...errors()];
}

/** One curve at many spends: its value, or value and slope. */
function timed([name, family, by, rule]: (typeof TIMED)[number], withSlope: boolean): Row {
  const x = Float64Array.from({ length: SPENDS }, (_, i) => 0.01 + (200 * ((i * 7919) % SPENDS)) / SPENDS);
  const values = new Float64Array(SPENDS);
  const slopes = withSlope ? new Float64Array(SPENDS) : undefined;
  const scratch = new Scratch(engine.arena);
  try {
    // One curve, every parameter twice: assembly/planning/curves/evaluate.ts.
    const curve = scratch.take(8 * 14);
    const parameters = new Float64Array(engine.memory.buffer, curve, 14);
    parameters.set([by.a, by.b ?? 0, by.c ?? 0, by.d ?? 0]);
    engine.kernels.prepare(FAMILY[family], curve, 8, 1);
    parameters.set(Float64Array.from({ length: 14 }, (_, i) => parameters[i >> 1] as number));
    const [from, value, slope] = [0, 0, 0].map(() => scratch.take(8 * SPENDS + 8)) as [number, number, number];
    new Float64Array(engine.memory.buffer, from, SPENDS).set(x);
    const run = () =>
      engine.kernels.evaluate(FAMILY[family], curve, 16, 0, from, 8, SPENDS, value, slopes ? slope : 0, 0);
    const kernel = { name: "kernel", run };
    const twin = { name: "twin", run: () => twins[family](by, x, values, slopes) };
    const samples = interleave([kernel, twin], 15);
    const faster = ratio(samples, "twin", "kernel");
    const nanoseconds = (1e9 * Math.min(...(samples.get("kernel") ?? []))) / SPENDS;
    return {
      ...{ name: `curve kernel: ${name}, value${withSlope ? " and slope" : ""}`, n: SPENDS },
      ratio_to: { "the engine is so many times faster than the twin": faster },
      figures: { "ns a spend": nanoseconds },
      ...(rule ? { asked: `at least ${ASKED[rule]} × the twin's speed`, met: faster >= ASKED[rule] } : {}),
    };
  } finally {
    scratch.release();
  }
}

const sizes = (n: number, from: number, to: number) =>
  Float64Array.from({ length: n }, (_, i) => 10 ** (from + ((to - from) * (i + 0.5)) / n));

/** Spends of which all arguments of exp lie within ±50, but for the last row. */
function errors(): Row[] {
  const within: [Family, Parameters, Float64Array][] = [
    ["hill", { a: 100, b: 50, c: 3 }, sizes(60, -5, 8)],
    ["hill", { a: 7, b: 0.3, c: 0.55 }, sizes(60, -9, 9)],
    ["logit", { a: 1e6, b: 0.08, c: 60 }, sizes(60, -12, 2.79)],
    ["tanh", { a: 80, b: 0.02 }, sizes(60, -12, 3.09)],
    ["michaelis-menten", { a: 7, b: 30 }, sizes(40, -9, 9)],
    ["power", { a: 2, b: 0.6 }, sizes(60, -20, 20)],
    ["log", { a: 3, b: 12 }, sizes(40, -12, 12)],
    ["exponential", { a: 40, b: 0.03 }, sizes(60, -12, 3.22)],
    ["incentive", { a: 10_000, b: 1.2, c: -1.5, d: 1000 }, sizes(12, -9, 4.5)],
    ["reach", { a: 1000, b: 1 / 1000, c: 3 }, sizes(40, -3, 4.69)],
  ];
  const worst = (family: Family, by: Parameters, x: Float64Array): number => {
    const { values, slopes } = evaluate(engine, family, by, x);
    return x.reduce((most, one, i) => {
      const [f, f1] = precise.curve(family, [by.a, by.b ?? 0, by.c ?? 0, by.d ?? 0], one);
      const error = precise.relativeError(values[i] as number, f);
      return Math.max(most, error, precise.relativeError(slopes[i] as number, f1));
    }, 0);
  };
  const figures = Object.fromEntries(
    within.map(([family, by, x]) => [`${family} ${by.c ?? ""}`.trim(), worst(family, by, x)]),
  );
  const beyond = worst(
    "exponential",
    { a: 1, b: 0.03 },
    Float64Array.from({ length: 40 }, (_, i) => 12_000 + 275 * i),
  );
  const nearZero = worst("logit", { a: 1e6, b: 0.08, c: 60 }, sizes(30, -300, -12));
  return [
    {
      ...{ name: "curve kernels: relative error of value and slope against 300 digits", n: within.length, figures },
      ...{
        asked: "at most 1e-14, arguments of exp within ±50",
        met: Object.values(figures).every((one) => one <= 1e-14),
      },
    },
    {
      ...{ name: "logit near 0, spends from 1e-300 to 1e-12", n: 30, figures: { "relative error": nearZero } },
      ...{ asked: "exact near 0: at most 1e-14", met: nearZero <= 1e-14 },
    },
    { name: "exponential, arguments of exp from −360 to −680", n: 40, figures: { "relative error": beyond } },
  ];
}
