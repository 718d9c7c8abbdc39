/** The curve kernels: the same bits on every runtime, the twin's values, exact near 0, and what curves are known to do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/index.js";
import {
  type Elementary,
  elementaries,
  elementary,
  evaluate,
  type Family,
  type Parameters,
  power,
  powers,
} from "../../src/planning/curves/kernel.js";
import { twins } from "../reference/planning/curves.js";

const engine = createEngine();

const CURVES: [Family, Parameters][] = [
  ["hill", { a: 100, b: 50, c: 3 }],
  ["hill", { a: 366_029.613, b: 234_378.144, c: 0.516398, d: 34_557.033 }],
  ["hill", { a: 5, b: 2, c: 1 }],
  ["logit", { a: 1e6, b: 0.08, c: 60 }],
  ["logit", { a: 120, b: 0.12, c: -5 }],
  ["tanh", { a: 80, b: 0.02 }],
  ["michaelis-menten", { a: 7, b: 30 }],
  ["power", { a: 2, b: 0.6 }],
  ["log", { a: 3, b: 12 }],
  ["exponential", { a: 40, b: 0.03 }],
  ["linear", { a: 1.5 }],
  ["incentive", { a: 10_000, b: 1.2, c: -1.5, d: 1000 }],
  ["reach", { a: 400, b: 1 / 400, c: 1 }],
  ["reach", { a: 90, b: 1 / 90, c: 4 }],
];

/** FNV-1a over the bits. */
function fingerprint(columns: readonly Float64Array[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const column of columns) {
    for (const byte of new Uint8Array(column.buffer, column.byteOffset, column.byteLength)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return hash.toString(16);
}

const spends = Float64Array.from({ length: 1001 }, (_, i) => (i < 40 ? 2 ** (i - 60) : (i - 39) ** 2 / 800));

describe("elementary functions", () => {
  it("give these bits everywhere", () => {
    const x = Float64Array.from({ length: 1001 }, (_, i) => (i - 500) * 1.53);
    const y = Float64Array.from(
      { length: 1001 },
      (_, i) => Math.abs((i - 500) * (i - 500) * (i - 500)) * 3e-3 + 1 / (1 + i * i),
    );
    const all = [
      ...(["exp", "expm1", "tanh", "sigmoid"] as const).map((which) => elementaries(engine, which, x)),
      ...(["log", "log1p"] as const).map((which) => elementaries(engine, which, y)),
      powers(
        engine,
        y,
        x.map((one) => one / 97),
      ),
    ];
    expect(fingerprint(all)).toBe("b73660fec36142a4");
  });

  it("one number at a time, and at the end of an odd array, has the bits of a pair", () => {
    const x = Float64Array.from([0.3, -2, 17, 1e-9, 40]);
    for (const which of ["exp", "expm1", "log", "log1p", "tanh", "sigmoid"] as const) {
      expect([...elementaries(engine, which, x)]).toEqual([...x].map((one) => elementary(engine, which, one)));
    }
    expect([...powers(engine, x.map(Math.abs), x)]).toEqual([...x].map((one) => power(engine, Math.abs(one), one)));
  });

  it("are right at the ends of their ranges", () => {
    const { MAX_VALUE, MIN_VALUE, POSITIVE_INFINITY: inf, NaN: nan } = Number;
    const cases: [Elementary, number, number][] = [
      ["exp", 0, 1],
      ["exp", -inf, 0],
      ["exp", inf, inf],
      ["exp", 709, 8.218407461554972e307],
      ["exp", 710, inf],
      ["exp", -745, MIN_VALUE],
      ["exp", -746, 0],
      ["exp", -720, 2.03223080242e-313],
      ["exp", nan, nan],
      ["expm1", 0, 0],
      ["expm1", 1e-300, 1e-300],
      ["expm1", -100, -1],
      ["expm1", inf, inf],
      ["expm1", nan, nan],
      ["log", 1, 0],
      ["log", 0, -inf],
      ["log", -1, nan],
      ["log", inf, inf],
      ["log", nan, nan],
      ["log", MIN_VALUE, -744.4400719213812],
      ["log", MAX_VALUE, 709.782712893384],
      ["log1p", -1, -inf],
      ["log1p", 1e-300, 1e-300],
      ["log1p", -2, nan],
      ["log1p", inf, inf],
      ["tanh", 0, 0],
      ["tanh", -1e-300, -1e-300],
      ["tanh", -400, -1],
      ["tanh", inf, 1],
      ["tanh", nan, nan],
      ["sigmoid", 0, 0.5],
      ["sigmoid", -inf, 0],
      ["sigmoid", 800, 1],
      ["sigmoid", nan, nan],
    ];
    for (const [which, x, y] of cases) expect(elementary(engine, which, x), `${which}(${x})`).toBe(y);
    const of: [number, number, number][] = [
      [0, 0, 1],
      [0, 2, 0],
      [0, -2, inf],
      [1, 1e300, 1],
      [2, 1023, 2 ** 1023],
      [2, -1074, MIN_VALUE],
      [2, 1025, inf],
      [MIN_VALUE, 1, MIN_VALUE],
      [1 + 2 ** -52, 2 ** 52, Math.E],
      [-2, 2, nan],
    ];
    for (const [x, y, z] of of) expect(power(engine, x, y), `${x}^${y}`).toBe(z);
  });
});

describe("curves", () => {
  it("give these bits everywhere", () => {
    const all = CURVES.flatMap(([family, curve]) => Object.values(evaluate(engine, family, curve, spends)));
    expect(fingerprint(all as Float64Array[])).toBe("64ec486e85c716d1");
  });

  it.each(CURVES)("%s %o: the twin's values and slopes", (family, curve) => {
    const { values, slopes } = evaluate(engine, family, curve, spends);
    const [twinValues, twinSlopes] = [new Float64Array(spends.length), new Float64Array(spends.length)];
    twins[family](curve, spends, twinValues, twinSlopes);
    for (let i = 0; i < spends.length; i++) {
      // Math.pow and Math.exp differ by runtime; the twin's slope of exponential cancels for large spends.
      expect(values[i]).toBeCloseTo(twinValues[i] as number, 12 - Math.ceil(Math.log10(curve.a)));
      expect(Math.abs((slopes[i] as number) - (twinSlopes[i] as number))).toBeLessThan(
        1e-10 * (slopes[i] as number) + 1e-14 * curve.a,
      );
    }
  });

  it.each(CURVES)("%s %o: many curves at a spend each, at odd lengths, are the one curve", (family, curve) => {
    for (const n of [1, 2, 3, 31, 32, 33, 65]) {
      const x = spends.slice(100, 100 + n);
      const one = evaluate(engine, family, curve, x);
      const many = evaluate(
        engine,
        family,
        Array.from({ length: n }, () => curve),
        x,
      );
      expect(many).toEqual(one);
    }
  });

  it.each(CURVES)("%s %o: slope and curvature are differences of values and slopes", (family, curve) => {
    const x = Float64Array.from({ length: 60 }, (_, i) => 1 + i * 2.3);
    const h = 1e-4;
    const here = evaluate(engine, family, curve, x);
    const [left, right] = [-h, h].map((d) =>
      evaluate(
        engine,
        family,
        curve,
        x.map((one) => one + d),
      ),
    );
    for (let i = 0; i < x.length; i++) {
      const slope = ((right?.values[i] as number) - (left?.values[i] as number)) / (2 * h);
      const bend = ((right?.slopes[i] as number) - (left?.slopes[i] as number)) / (2 * h);
      expect(Math.abs(slope - (here.slopes[i] as number))).toBeLessThan(1e-6 * Math.abs(slope) + 1e-10 * curve.a);
      expect(Math.abs(bend - (here.curvatures[i] as number))).toBeLessThan(1e-5 * Math.abs(bend) + 1e-10 * curve.a);
    }
  });

  it("are 0 at 0 and rise", () => {
    const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const any = fc.record({ a: positive, b: positive, c: fc.double({ min: 0.1, max: 20, noNaN: true }) });
    const x = Float64Array.from({ length: 400 }, (_, i) => (i === 0 ? 0 : 1e-6 * 1.06 ** i));
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(twins) as Family[])), any, (family, by) => {
        const [b, c] = [family === "power" ? Math.min(by.b, 1) : by.b, family === "reach" ? Math.ceil(by.c) : by.c];
        const curve = { ...by, b, c, d: family === "incentive" ? 1 : 0 };
        const { values, slopes } = evaluate(engine, family, curve, x);
        expect(values[0]).toBe(0);
        for (let i = 1; i < x.length; i++) {
          // What rounding may take back where a curve is level.
          expect(values[i] as number).toBeGreaterThanOrEqual((values[i - 1] as number) * (1 - 1e-14) - 1e-290);
          expect(slopes[i] as number).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("logit keeps all digits near 0", () => {
    const slope = evaluate(engine, "logit", { a: 1e6, b: 0.08, c: 60 }, Float64Array.of(0)).slopes[0] as number;
    for (const x of [1e-300, 1e-100, 1e-18, 1e-12]) {
      const value = evaluate(engine, "logit", { a: 1e6, b: 0.08, c: 60 }, Float64Array.of(x)).values[0] as number;
      expect(Math.abs(value / (slope * x) - 1)).toBeLessThan(2e-13);
    }
  });

  it("logit: the best average of marketing-rights 1.1", () => {
    const x = 81.49681264501137;
    const { values, slopes } = evaluate(engine, "logit", { a: 1e6, b: 0.08, c: 60 }, Float64Array.of(x));
    expect(values[0]).toBeCloseTo(839_933.4181589443, 7);
    expect(slopes[0]).toBeCloseTo(10_306.334577986, 8);
    expect((slopes[0] as number) * x).toBeCloseTo(values[0] as number, 6);
  });

  it("logit, far from its midpoint or steep, is a step and not NaN", () => {
    const curve = { a: 10, b: 100, c: 500 };
    const { values, slopes, curvatures } = evaluate(
      engine,
      "logit",
      curve,
      Float64Array.of(0, 1, 499, 500, 501, 1e6, 1e300),
    );
    expect([...values]).toEqual([0, expect.any(Number), expect.any(Number), 5, 10, 10, 10]);
    expect(values[1]).toBeLessThan(1e-299);
    for (const column of [slopes, curvatures]) expect(column.every(Number.isFinite)).toBe(true);
  });

  it("Hill of a huge shape is a step, of a small one starts steep, and never NaN", () => {
    const x = Float64Array.of(0, 1e-300, 1e-30, 49, 50, 51, 1e30, 1e300);
    for (const c of [1e-3, 0.3, 1, 1.001, 40, 1e4, 1e9]) {
      const { values, slopes, curvatures } = evaluate(engine, "hill", { a: 8, b: 50, c }, x);
      expect(values[0]).toBe(0);
      expect(values[4]).toBe(4);
      for (const column of [values, slopes, curvatures]) expect(column.every((one) => !Number.isNaN(one))).toBe(true);
      expect(values.every((one, i) => i === 0 || one >= (values[i - 1] as number))).toBe(true);
    }
  });
});
