import { describe, expect, it } from "vitest";
import { type AllocationResult, allocate, createEngine, type Engine, frontier, type Offers } from "../../src/index.js";
import { restlessEngine } from "./restless.js";

const USERS = 1_037;

/** Costs in cents and values of any size, by a formula: a table for every case here. */
function numbers(i: number, j: number): { value: number; cost: number } {
  const value = ((i * 2_654_435_761 + j * 40_503) % 10_007) / 97 - 3;
  const cost = ((i * 97 + j * 31) % 1_000) / 100 + j;
  return { value, cost };
}

function filled(engine: Engine): Offers {
  const offers = engine.offers({ users: USERS, options: 5 });
  for (let j = 0; j < 5; j++) {
    offers.fill(j, (values, costs) => {
      for (let i = 0; i < USERS; i++) ({ value: values[i], cost: costs[i] } = numbers(i, j));
    });
  }
  return offers;
}

function setInParts(engine: Engine): Offers {
  const ids = BigInt64Array.from({ length: USERS }, (_, i) => BigInt(i * i));
  const offers = engine.offers({ users: USERS, options: 3, ids });
  for (let j = 0; j < 3; j++) {
    for (let from = 0; from < USERS; from += 100) {
      const rows = Array.from({ length: Math.min(100, USERS - from) }, (_, i) => numbers(from + i, j));
      offers.set(
        j,
        from,
        Float64Array.from(rows, ({ value }) => value),
        Float64Array.from(rows, ({ cost }) => cost),
      );
    }
  }
  return offers;
}

function slotted(engine: Engine): Offers {
  const offers = engine.offers({ users: USERS, options: 300, slots: 4 });
  for (let j = 0; j < 4; j++) {
    offers.fill(j, (values, costs, slots) => {
      for (let i = 0; i < USERS; i++) {
        ({ value: values[i], cost: costs[i] } = numbers(i, j));
        slots[i] = 1 + ((i * 7 + j * 75) % 300);
      }
    });
  }
  return offers;
}

/** What must not depend on the memory: everything but the clock. */
function lasting({ seconds: _, phases: __, ...result }: AllocationResult) {
  return result;
}

const TABLES = { "filled in place": filled, "set in parts, with ids": setInParts, "with candidate slots": slotted };

describe.each(Object.entries(TABLES))("a table %s", (_, tableIn) => {
  it.each([{ budget: 2_000 }, { budget: 9_000, exactlyOne: true }, { budget: 0 }, {}])(
    "is solved alike where the memory grows with every block taken: %o",
    (request) => {
      const { engine, growths } = restlessEngine();
      for (const bound of ["quick", "f64"] as const) {
        const restless = allocate(tableIn(engine), request, { bound });
        const quiet = allocate(tableIn(createEngine()), request, { bound });
        expect(lasting(restless)).toEqual(lasting(quiet));
      }
      expect(growths()).toBeGreaterThan(10);
    },
  );

  it("has the same frontier where the memory grows with every block taken", () => {
    const { engine } = restlessEngine();
    const restless = frontier(tableIn(engine), {}, { points: 17 });
    expect(restless.points).toEqual(frontier(tableIn(createEngine()), {}, { points: 17 }).points);
    expect(restless.points).toHaveLength(17);
  });
});

describe("tables side by side", () => {
  it("keep their numbers when another table makes the memory grow", () => {
    const engine = createEngine();
    const first = filled(engine);
    const before = allocate(first, { budget: 2_000 });
    const size = engine.memory.buffer.byteLength;
    const large = engine.offers({ users: 200_000, options: 8 });
    expect(engine.memory.buffer.byteLength).toBeGreaterThan(size);
    expect(lasting(allocate(first, { budget: 2_000 }))).toEqual(lasting(before));
    large.release();
    expect(lasting(allocate(first, { budget: 2_000 }))).toEqual(lasting(before));
  });
});

describe("growing inside fill", () => {
  it("is an error that names the column", () => {
    const engine = createEngine();
    const offers = engine.offers({ users: 10, options: 3 });
    const grow = () => engine.offers({ users: 1_000_000, options: 2 });
    expect(() => offers.fill(2, grow)).toThrow(TypeError);
    expect(() => offers.fill(2, () => engine.memory.grow(1))).toThrow(/memory grew while column 2 was being filled/);
  });
});
