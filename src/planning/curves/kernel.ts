/** The border of the curve kernels and of the elementary functions under them: the same bits on every runtime. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";

/** Numbers of the families in assembly/planning/curves/evaluate.ts. */
export const FAMILY = {
  hill: 0,
  logit: 1,
  tanh: 2,
  "michaelis-menten": 3,
  power: 4,
  log: 5,
  exponential: 6,
  linear: 7,
  incentive: 9,
  reach: 10,
} as const;
export type Family = keyof typeof FAMILY;

/** Parameters of a curve as its kernel takes them: the table in assembly/planning/curves/evaluate.ts. */
export interface Parameters {
  a: number;
  b?: number;
  c?: number;
  d?: number;
}

const PARAMETERS = 7;
/** Numbers of assembly/math/each.ts. */
const FUNCTION = { exp: 0, expm1: 1, log: 2, log1p: 3, tanh: 4, sigmoid: 5 } as const;
export type Elementary = keyof typeof FUNCTION;

/** exp, expm1, log, log1p, tanh or sigmoid of one number. */
export function elementary(engine: Engine, which: Elementary, x: number): number {
  return engine.kernels.ofOne(FUNCTION[which], x);
}

/** x^y for x >= 0. */
export function power(engine: Engine, x: number, y: number): number {
  return engine.kernels.pow(x, y);
}

/** The same of many numbers: the bits that `elementary` gives. */
export function elementaries(engine: Engine, which: Elementary, x: Float64Array): Float64Array {
  return withColumns(engine, [x], x.length, 1, ([from], [out]) => {
    engine.kernels.each(FUNCTION[which], from as number, x.length, out as number);
  })[0] as Float64Array;
}

/** x[i]^y[i]: the bits that `power` gives. */
export function powers(engine: Engine, x: Float64Array, y: Float64Array): Float64Array {
  return withColumns(engine, [x, y], x.length, 1, ([base, exponent], [out]) => {
    engine.kernels.eachPower(base as number, exponent as number, x.length, out as number);
  })[0] as Float64Array;
}

export interface Evaluated {
  values: Float64Array;
  slopes: Float64Array;
  curvatures: Float64Array;
}

/** One curve at many spends, or as many curves of one family at a spend each. */
export function evaluate(
  engine: Engine,
  family: Family,
  curves: Parameters | readonly Parameters[],
  x: Float64Array,
): Evaluated {
  const one = !("length" in curves);
  const n = x.length;
  const table = one ? pairOf(engine, family, curves) : columnsOf(curves);
  const stride = one ? 16 : 8 * n;
  const [values, slopes, curvatures] = withColumns(engine, [x, table], n, 3, ([from, at], out) => {
    const [value, first, second] = out as [number, number, number];
    if (!one) engine.kernels.prepare(FAMILY[family], at as number, stride, n);
    const { kernels } = engine;
    kernels.evaluate(FAMILY[family], at as number, stride, one ? 0 : 8, from as number, 8, n, value, first, second);
  });
  return { values, slopes, curvatures } as Evaluated;
}

function columnsOf(curves: readonly Parameters[]): Float64Array {
  const n = curves.length;
  const table = new Float64Array(PARAMETERS * n);
  curves.forEach(({ a, b = 0, c = 0, d = 0 }, i) => {
    [a, b, c, d].forEach((parameter, k) => {
      table[k * n + i] = parameter;
    });
  });
  return table;
}

/** One curve, prepared, every parameter twice. */
function pairOf(engine: Engine, family: Family, curve: Parameters): Float64Array {
  const scratch = new Scratch(engine.arena);
  try {
    const at = scratch.take(8 * PARAMETERS);
    new Float64Array(engine.memory.buffer, at, PARAMETERS).set(columnsOf([curve]));
    engine.kernels.prepare(FAMILY[family], at, 8, 1);
    const prepared = new Float64Array(engine.memory.buffer, at, PARAMETERS);
    return Float64Array.from({ length: 2 * PARAMETERS }, (_, i) => prepared[i >> 1] as number);
  } finally {
    scratch.release();
  }
}

/** Copies columns in, runs, copies `outs` columns of n numbers out. */
function withColumns(
  engine: Engine,
  ins: readonly Float64Array[],
  n: number,
  outs: number,
  run: (from: number[], out: number[]) => void,
): Float64Array[] {
  const scratch = new Scratch(engine.arena);
  try {
    const from = ins.map((column) => scratch.take(8 * column.length + 8));
    const out = Array.from({ length: outs }, () => scratch.take(8 * n));
    const { buffer } = engine.memory;
    ins.forEach((column, i) => {
      new Float64Array(buffer, from[i], column.length).set(column);
    });
    run(from, out);
    return out.map((at) => new Float64Array(engine.memory.buffer, at, n).slice());
  } finally {
    scratch.release();
  }
}
