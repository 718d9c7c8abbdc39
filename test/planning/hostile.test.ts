/** Hostile plans: whatever is handed over, the answer is a result or an error that names a field; never another failure. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, type PlanProblem, type PlanResult, planBudget } from "../../src/index.js";
import { S_CURVE, total } from "./instances.js";

/** A plan with one of everything. */
const FULL: PlanProblem = {
  ...{ name: "all", budget: 120, spend: "atMost", periods: 2, start: "2027-01-04", period: "week", currency: "EUR" },
  ...{
    unit: 0.5,
    regimes: ["promotion", "regular"],
    reserve: { share: 0.1 },
    objective: { type: "blend", weight: 0.5 },
  },
  channels: [
    {
      ...{
        name: "search",
        curve: S_CURVE,
        min: 1,
        max: [40, 50],
        current: 10,
        cost: 1.5,
        seasonality: [1, 2],
        value: 2,
      },
      ...{ longTerm: 0.5, presence: { atLeast: 5 }, change: { up: 3 }, total: { atMost: 60 } },
      regimes: { promotion: { type: "logit", max: 90, slope: 0.2, midpoint: 20 } },
    },
    {
      name: "tv",
      max: 60,
      campaigns: [
        { name: "spring", curve: { type: "reach", population: 1000, times: 2, frequencyAtMost: 9 }, cost: 0.02 },
        { name: "fall", curve: { type: "table", spend: [5, 20], response: [1, 30] }, presence: { share: 0.05 } },
      ],
    },
    { name: "coupons", curve: { type: "unit-incentive", market: 50, value: 9, intercept: -2, slope: 1 } },
    { name: "print", curve: { type: "insertions", population: 400, alpha: 0.5, beta: 2, most: 8 }, cost: 3 },
  ],
  groups: [{ name: "pair", channels: ["coupons", "print"], atMost: 50, shareAtLeast: 0.05, periods: [1] }],
  commitments: [{ channel: "tv", campaign: "spring", period: 2, amount: 4, type: "atLeast" }],
};

type Path = (string | number)[];

/** Every place of a plan. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
}

/** What JSON, and what programs, may put in a place. */
const poison: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, -1, 0, 1e-300, 1e300, 1.5, 2 ** 53],
    ...[null, undefined, true, false, "", "60", "search", [], [[]], {}, [null], new Array(3), Symbol("s"), 7n],
    ...[() => 1, new Date(0), new Map(), new Float64Array(2), Object.create(null), { type: "hill" }, { type: {} }],
    ...[{ type: "__proto__" }, { toString: null }, { atLeast: 1, share: 1 }, [1, 2, 3, 4], ["tv", "tv"], "__proto__"],
  ),
  fc.jsonValue(),
  fc.double(),
);

/** Keys that are no fields, those of every object among them. */
const stranger = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "Budget"),
);

function put(plan: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path as [string, ...Path];
  const here = (Array.isArray(plan) ? [...plan] : { ...(plan as object) }) as Record<string, unknown>;
  Object.defineProperty(here, key, {
    value: put((plan as Record<string, unknown>)[key], rest, value),
    ...{ enumerable: true, writable: true, configurable: true },
  });
  return here;
}

const FIELDS = ["the plan", "periods times", ...Object.keys(FULL), "groups", "$schema"];

/** A result, or an error that begins with the place. */
function outcome(plan: unknown): { result?: PlanResult; error?: Error } {
  try {
    return { result: planBudget(plan as PlanProblem, { nodes: 30, tolerance: 1e-2 }) };
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
    return { error: error as Error };
  }
}

const begins = ({ message }: Error, fields: readonly string[]) => fields.some((field) => message.startsWith(field));

describe("a hostile plan", () => {
  it("with one of everything is a plan", () => {
    expect(planBudget(FULL).status).toBe("met");
  });

  it("with a presence past all money is impossible, whatever its last digits ask for", () => {
    for (const atLeast of [1e12, 1e15, 8_352_119_580_049_813]) {
      const [first, ...rest] = FULL.channels;
      const { status, clash } = planBudget({
        ...FULL,
        channels: [{ ...(first as (typeof FULL.channels)[number]), presence: { atLeast } }, ...rest],
      });
      expect(status).toBe("impossible");
      expect(clash?.limits).toContain("channels[0].presence");
    }
  });

  it("with poison in a place is planned, or the error names a place", () => {
    const all = places(FULL);
    fc.assert(
      fc.property(fc.constantFrom(...all), poison, (path, value) => {
        const { result, error } = outcome(put(FULL, path, value));
        if (error && path.length > 0) expect(begins(error, FIELDS), `${path.join(".")}: ${error.message}`).toBe(true);
        if (!result) return;
        expect(["met", "impossible", "not found"]).toContain(result.status);
        for (const x of result.spend.flat()) expect(x >= 0 && Number.isFinite(x)).toBe(true);
        expect(result.bound).toBeGreaterThanOrEqual(result.response);
        if (result.status === "impossible") expect(result.clash?.limits.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });

  it("of a wrong kind in a place names that very place", () => {
    const leaves = places(FULL).filter((path) => path.length > 0);
    const written = (path: Path) =>
      path.reduce<string>(
        (text, key) => (/^\d+$/.test(String(key)) ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${key}`),
        "",
      );
    for (const path of leaves) {
      for (const value of [Symbol("s"), 7n, () => 1]) {
        const { error } = outcome(put(FULL, path, value));
        expect(error).toBeInstanceOf(TypeError);
        expect(error?.message.startsWith(written(path)), `${written(path)}: ${error?.message}`).toBe(true);
      }
    }
  });

  it("may call its regimes and channels as every object's fields are called", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const channels = [
        { name, curve: S_CURVE },
        { name: "tv", curve: S_CURVE },
      ];
      const plan = planBudget({ budget: 60, channels, regimes: [name] }, { baselines: { shares: { tv: 1 } } });
      expect(plan.response).toBeCloseTo(63.34310850439884, 9);
      expect(plan.baselines.find((one) => one.name === "fixed shares")?.spend).toEqual([[0], [60]]);
    }
  });

  it("with a field that is none names it", () => {
    const objects = places(FULL).filter((path) => {
      const value = path.reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], FULL);
      // Of regimes any name may be given.
      return typeof value === "object" && !Array.isArray(value) && path.at(-1) !== "regimes";
    });
    fc.assert(
      fc.property(fc.constantFrom(...objects), stranger, (path, key) => {
        const here = path.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], FULL) as object;
        fc.pre(!Object.hasOwn(here, key));
        const { result, error } = outcome(put(FULL, [...path, key], 1));
        // Some are fields that FULL leaves out.
        if (error) expect(error.message).toContain(key);
        else expect(result).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it("that is anything at all is an error about the plan", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSymbol: true } as never),
        (plan) => {
          const { error } = outcome(plan);
          expect(error).toBeInstanceOf(Error);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a large plan", () => {
  const many = (n: number): Channel[] =>
    Array.from({ length: n }, (_, i) => ({
      name: `c${i}`,
      max: 40,
      curve: { type: "hill", max: 50 + (i % 97), half: 10 + (i % 31), shape: 1 + (i % 5) / 2 },
    }));

  it("of 10,000 channels is solved", () => {
    const plan = planBudget({ budget: 100_000, channels: many(10_000) }, { tolerance: 1e-4 });
    expect(plan.status).toBe("met");
    expect(plan.gap).toBeLessThanOrEqual(1e-4);
    expect(total(plan.spend)).toBeLessThanOrEqual(100_000 * (1 + 1e-12));
    expect(plan.channels.length).toBe(10_000);
  });

  it("in units too small to count is refused by name", () => {
    expect(() => planBudget({ budget: 120, unit: 3e-31, channels: many(2) })).toThrow(
      /^unit must be at least the budget/,
    );
  });

  it("of too many channels and periods is refused by name, before anything is built", () => {
    expect(() => planBudget({ budget: 1, periods: 300, channels: many(10_000) })).toThrow(
      /^periods times channels and campaigns must be at most 2000000, got 300 × 10000/,
    );
  });
});
