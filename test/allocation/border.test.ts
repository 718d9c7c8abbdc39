/**
 * The border: wrong kinds are TypeErrors, wrong values are RangeErrors that give the value and its place, and nothing
 * that is refused leaves a trace.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, CeilingError, createEngine, type Engine, frontier, type Offers } from "../../src/index.js";
import { offersOf } from "./solving.js";
import { Random, shapes, tableOf } from "./tables.js";

const table = tableOf(50, 2, new Random(1), shapes.uniform as (typeof shapes)[string]);
const MIB = 1_048_576;

/** Runs what must fail, and says whether it failed as it should. */
function expectError(
  run: () => unknown,
  kind: typeof TypeError | typeof RangeError,
  ...parts: (string | RegExp)[]
): void {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(kind);
  for (const part of parts) expect((error as Error).message).toMatch(part);
}

const rowNamed = (row: number) => new RegExp(`row ${row}\\b`);

describe("engine", () => {
  test("ceiling", () => {
    for (const ceiling of [0, -1, 1000, 5 * 4096 * MIB, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectError(() => createEngine({ ceiling }), RangeError, String(ceiling).slice(0, 4));
    }
    for (const ceiling of ["64", null, {}]) expectError(() => createEngine({ ceiling: ceiling as never }), TypeError);
  });

  test("past the ceiling: what was asked, the ceiling, the way out; and the engine still works", () => {
    const engine = createEngine({ ceiling: 2 * MIB });
    expectError(
      () => engine.offers({ users: 1_000_000, options: 8 }),
      CeilingError as never,
      /61\.\d MiB/,
      /2\.0 MiB/,
      /createEngine/,
    );
    const offers = offersOf(engine, table);
    expect(allocate(offers, { budget: 5 }).status).toBe("met");
  });

  test("a solve that does not fit under the ceiling gives back what it took", () => {
    const engine = createEngine({ ceiling: MIB });
    const offers = engine.offers({ users: 14_000, options: 6 });
    for (let j = 0; j < 6; j++) {
      offers.fill(j, (values, costs) => {
        values.forEach((_, i) => {
          values[i] = (i % 97) + j;
          costs[i] = 1 + j + (i % 13);
        });
      });
    }
    const { used } = engine.arena;
    expectError(() => allocate(offers, { budget: 9000 }), CeilingError as never, /ceiling/);
    expect(engine.arena.used).toBe(used);
  });
});

describe("offers", () => {
  const engine = createEngine();

  test("users, options, slots", () => {
    for (const users of [0, -1, 1.5, Number.NaN, 2 ** 28 + 1, Number.POSITIVE_INFINITY]) {
      expectError(() => engine.offers({ users, options: 1 }), RangeError, /users/, String(users));
    }
    for (const users of ["5", null, undefined, {}, 5n]) {
      expectError(() => engine.offers({ users: users as never, options: 1 }), TypeError, /users/);
    }
    for (const options of [0, -3, 2.5, 65_535]) {
      expectError(() => engine.offers({ users: 5, options }), RangeError, /options/, String(options));
    }
    for (const options of [null, undefined, "ab", {}]) {
      expectError(() => engine.offers({ users: 5, options: options as never }), TypeError, /options/);
    }
    expectError(() => engine.offers({ users: 5, options: [] }), RangeError);
    expectError(() => engine.offers({ users: 5, options: ["a", "b", "a"] }), RangeError, /"a"/);
    expectError(() => engine.offers({ users: 5, options: ["a", 7 as never] }), TypeError, /1/);
    expectError(() => engine.offers({ users: 5, options: ["a", ""] }), RangeError);
    for (const slots of [0, 1.5, 70_000])
      expectError(() => engine.offers({ users: 5, options: 9, slots }), RangeError, /slots/);
    for (const shape of [undefined, null, 5]) expectError(() => engine.offers(shape as never), TypeError);
  });

  test("ids", () => {
    const shape = { users: 3, options: 1 };
    expectError(() => engine.offers({ ...shape, ids: ["a", "b"] }), RangeError, /2/, /3/);
    expectError(() => engine.offers({ ...shape, ids: ["a", "b", 5 as never] }), TypeError, /2/);
    expectError(() => engine.offers({ ...shape, ids: new Float64Array(3) as never }), TypeError);
    expectError(() => engine.offers({ ...shape, ids: "abc" as never }), TypeError);
    expectError(() => engine.offers({ ...shape, ids: 7 as never }), TypeError);
  });

  test("NaN and infinities name the row and the option, and close the column", () => {
    const named = engine.offers({ users: 40, options: ["bread", "butter"] });
    const bad = [
      ["value", Number.NaN, 0],
      ["value", Number.POSITIVE_INFINITY, 0],
      ["cost", 0, Number.NaN],
      ["cost", 0, Number.POSITIVE_INFINITY],
      ["cost", 0, Number.NEGATIVE_INFINITY],
    ] as const;
    for (const [what, value, cost] of bad) {
      for (const row of [0, 17, 39]) {
        const write = (values: Float32Array, costs: Float32Array) => {
          values.fill(1);
          values[row] = value;
          costs[row] = cost;
        };
        expectError(
          () => named.fill(1, write),
          RangeError,
          rowNamed(row),
          "butter",
          what,
          String(what === "value" ? value : cost),
        );
        expectError(
          () => named.set(1, row, Float64Array.of(value), Float64Array.of(cost)),
          RangeError,
          rowNamed(row),
          "butter",
          what,
        );
        expect(allocate(named, {}).none).toBe(40);
      }
    }
    named.fill(1, (values) => values.fill(1));
    expect(allocate(named, {}).counts).toEqual([0, 40]);
  });

  test("a number that f32 cannot hold is no finite number", () => {
    const offers = engine.offers({ users: 1, options: 1 });
    expectError(() => offers.set(0, 0, Float64Array.of(1e39), Float64Array.of(1)), RangeError, /row 0/, /value/);
    expectError(() => offers.set(0, 0, Float64Array.of(1), Float64Array.of(3.5e38)), RangeError, /row 0/, /cost/);
  });

  test("columns, rows and kinds of arrays", () => {
    const offers = engine.offers({ users: 4, options: 2 });
    const four = new Float64Array(4);
    for (const j of [-1, 2, 0.5]) {
      expectError(() => offers.fill(j, () => {}), RangeError, String(j));
      expectError(() => offers.set(j, 0, four, four), RangeError, String(j));
    }
    expectError(() => offers.fill("0" as never, () => {}), TypeError);
    expectError(() => offers.fill(0, null as never), TypeError);
    expectError(() => offers.set(0, 1, four, four), RangeError);
    expectError(() => offers.set(0, 0, four, new Float64Array(3)), RangeError);
    expectError(() => offers.set(0, 0, [1, 2, 3, 4] as never, [1, 2, 3, 4] as never), TypeError);
    expectError(() => offers.set(0, 0, four, undefined as never), TypeError);
    expectError(() => offers.setKeys(3, new BigUint64Array(2)), RangeError);
    expectError(() => offers.setKeys(0, new Float64Array(2) as never), TypeError);
  });

  test("an error in the callback of fill leaves no unchecked numbers behind", () => {
    const offers = engine.offers({ users: 4, options: 1 });
    const write = (values: Float32Array) => {
      values.fill(Number.NaN);
      throw new Error("the caller's own");
    };
    expect(() => offers.fill(0, write)).toThrow("the caller's own");
    expect(allocate(offers, {})).toMatchObject({ status: "met", value: 0, none: 4 });
  });

  test("memory that grows during fill is an error, and leaves no unchecked numbers behind", () => {
    const own = createEngine();
    const offers = offersOf(own, table);
    const write = (values: Float32Array) => {
      values.fill(Number.NaN);
      own.offers({ users: 300_000, options: 2 });
    };
    expectError(() => offers.fill(0, write), TypeError, /fill/);
    const result = allocate(offers, { budget: 5 });
    expect(result.counts[0]).toBe(0);
    expect(result.value).toBeGreaterThan(0);
  });

  test("slots must name offers of the list", () => {
    const offers = engine.offers({ users: 3, options: 100, slots: 2 });
    const write = (offer: number) => (values: Float32Array, _: Float32Array, offersOfUsers?: Uint16Array) => {
      values.fill(1);
      offersOfUsers?.set([1, 2, offer]);
    };
    expectError(() => offers.fill(0, write(101)), RangeError, /row 2/, /101/);
    expectError(() => offers.fill(0, write(0)), RangeError, /row 2/);
    offers.fill(0, write(100));
    expect([...allocate(offers, {}).choices]).toEqual([1, 2, 100]);
    const two = new Float64Array(2);
    expectError(() => offers.set(1, 0, two, two, new Uint16Array([1, 2, 3])), RangeError);
    expectError(() => offers.set(1, 0, two, two), RangeError);
  });

  test("a released table", () => {
    const offers = offersOf(engine, table);
    offers.release();
    offers.release();
    for (const use of [
      () => allocate(offers, { budget: 1 }),
      () => frontier(offers, {}),
      () => offers.fill(0, () => {}),
      () => offers.set(0, 0, new Float64Array(1), new Float64Array(1)),
      () => offers.setKeys(0, new BigUint64Array(50)),
    ]) {
      expectError(use, TypeError, /released/);
    }
  });

  test("releasing during fill is refused", () => {
    const offers = offersOf(engine, table);
    expectError(() => offers.fill(0, () => offers.release()), TypeError, /fill/);
    expect(allocate(offers, { budget: 1 }).status).toBe("met");
  });

  test("release gives the memory to the next table, which starts closed", () => {
    const own = createEngine();
    const first = offersOf(
      own,
      table,
      BigInt64Array.from({ length: 50 }, (_, i) => BigInt(i)),
    );
    const { byteLength } = own.memory.buffer;
    first.release();
    const second = own.offers({ users: 50, options: 2 });
    expect(own.memory.buffer.byteLength).toBe(byteLength);
    expect(allocate(second, {})).toMatchObject({ none: 50, value: 0 });
  });
});

describe("requests", () => {
  const offers = offersOf(createEngine(), table);

  test("wrong kinds", () => {
    for (const request of [undefined, null, 5, "budget", [], true])
      expectError(() => allocate(offers, request as never), TypeError);
    for (const budget of ["5", null, [5], {}, true, 5n])
      expectError(() => allocate(offers, { budget: budget as never }), TypeError, /budget/);
    for (const exactlyOne of [1, "yes", null]) {
      expectError(() => allocate(offers, { exactlyOne: exactlyOne as never }), TypeError, /exactlyOne/);
    }
    expectError(() => allocate(offers, { unit: "0.01" as never }), TypeError, /unit/);
    for (const other of [undefined, null, {}, 5, table])
      expectError(() => allocate(other as never, { budget: 5 }), TypeError);
    expectError(() => allocate(offers, { bugdet: 5 } as never), TypeError, /bugdet/, /budget/);
    expectError(() => allocate(offers, {}, { bound: "best" as never }), RangeError, /best/);
    expectError(() => allocate(offers, {}, null as never), TypeError);
  });

  test("wrong values", () => {
    for (const budget of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expectError(() => allocate(offers, { budget }), RangeError, /budget/, String(budget));
    }
    for (const unit of [0, -0.01, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectError(() => allocate(offers, { unit }), RangeError, /unit/, String(unit));
    }
  });

  test("what one way of solving cannot do is refused by name", () => {
    expectError(() => frontier(offers, { exact: true }), RangeError, '"exact"', /frontier/);
    expect(allocate(offers, { budget: 5, exact: false, stock: undefined }).status).toBe("met");
  });

  test("into", () => {
    const into = new Uint8Array(60).fill(9);
    const result = allocate(offers, { budget: 5 }, { into });
    expect(result.choices.subarray(0, 50)).toEqual(allocate(offers, { budget: 5 }).choices);
    expect([...into.subarray(50)]).toEqual(new Array(10).fill(9));
    expectError(() => allocate(offers, {}, { into: new Uint8Array(49) }), RangeError, /49/, /50/);
    expectError(() => allocate(offers, {}, { into: new Uint16Array(50) }), TypeError, /Uint8Array/);
    expectError(() => allocate(offers, {}, { into: [] as never }), TypeError);
  });

  test("a signal that is already aborted, and one that aborts from onProgress", () => {
    const reason = new Error("enough");
    expect(() => allocate(offers, {}, { signal: AbortSignal.abort(reason) })).toThrow(reason);
    const controller = new AbortController();
    const engine = createEngine();
    const large = offersOf(engine, tableOf(40_000, 2, new Random(1), shapes.uniform as (typeof shapes)[string]));
    const { used } = engine.arena;
    const onProgress = () => controller.abort(reason);
    expect(() => allocate(large, { budget: 100 }, { signal: controller.signal, onProgress })).toThrow(reason);
    expect(engine.arena.used).toBe(used);
    expect(allocate(large, { budget: 100 }).status).toBe("met");
  });

  test("progress counts up to the whole", () => {
    const seen: string[] = [];
    allocate(
      offers,
      { budget: 5 },
      {
        onProgress: ({ phase, done, total }) => {
          expect(done).toBeLessThanOrEqual(total);
          seen.push(phase);
        },
      },
    );
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("any JSON as a request", () => {
  test("is a result or a TypeError or a RangeError, and the engine still works", () => {
    const engine = createEngine();
    const offers = offersOf(engine, table);
    const before = allocate(offers, { budget: 5 });
    const fields = [
      "budget",
      "exactlyOne",
      "unit",
      "stock",
      "groups",
      "minReturn",
      "minSpend",
      "resources",
      "exact",
      "x",
    ];
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...fields), fc.oneof(fc.jsonValue(), fc.double(), fc.integer(), fc.boolean())),
      fc.record({ budget: fc.double(), exactlyOne: fc.boolean(), unit: fc.double() }, { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(json, (request) => {
        answers(engine, offers, request);
        expect(allocate(offers, { budget: 5 }).choices).toEqual(before.choices);
      }),
      { numRuns: 1500 },
    );
  });
});

function answers(engine: Engine, offers: Offers, request: unknown): void {
  const { used } = engine.arena;
  try {
    expect(["met", "impossible", "not found"]).toContain(allocate(offers, request as never).status);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    // Errors of our own say what is wrong; those of JavaScript would be accidents.
    expect(error.message).not.toMatch(/undefined|BigInt|Cannot|not a function|is not iterable|Invalid/);
  }
  expect(engine.arena.used).toBe(used);
}
