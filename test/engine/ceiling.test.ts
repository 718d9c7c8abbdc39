import { describe, expect, it } from "vitest";
import { allocate, CeilingError, createEngine, frontier } from "../../src/index.js";

const MIB = 2 ** 20;
/** workerd says so itself; Node, Deno and browsers do not. */
const onEdge = globalThis.navigator?.userAgent === "Cloudflare-Workers";

describe("the ceiling", () => {
  it("is 64 MiB on workerd and 3.75 GiB elsewhere, where nothing is said", () => {
    expect(createEngine().arena.ceiling).toBe(onEdge ? 64 * MIB : 3_840 * MIB);
  });

  it("is 64 MiB on edge-light too", () => {
    Object.defineProperty(globalThis, "EdgeRuntime", { value: "edge-runtime", configurable: true });
    try {
      expect(createEngine().arena.ceiling).toBe(64 * MIB);
    } finally {
      Reflect.deleteProperty(globalThis, "EdgeRuntime");
    }
  });

  it.each([1, 2.5, 100, 4_096])("can be %d MiB", (mebibytes) => {
    expect(createEngine({ ceiling: mebibytes * MIB }).arena.ceiling).toBe(mebibytes * MIB);
  });

  it("is rounded down to whole pages", () => {
    expect(createEngine({ ceiling: 2 * MIB + 65_535 }).arena.ceiling).toBe(2 * MIB);
  });

  it.each([0, MIB - 1, 4_096 * MIB + 1, -1, Number.NaN, Number.POSITIVE_INFINITY])("cannot be %d", (ceiling) => {
    expect(() => createEngine({ ceiling })).toThrow(RangeError);
    expect(() => createEngine({ ceiling })).toThrow(
      new RegExp(`ceiling must be (from 1 MiB to 4 GiB.*|finite), got ${ceiling}$`),
    );
  });

  it.each(["64 MiB", null, [64]])("cannot be of another kind: %j", (ceiling) => {
    expect(() => createEngine({ ceiling: ceiling as unknown as number })).toThrow(TypeError);
  });
});

describe("a table past the ceiling", () => {
  it("is refused with what it needs, what the ceiling is, and what to do instead", () => {
    const engine = createEngine({ ceiling: 8 * MIB });
    let error: unknown;
    try {
      engine.offers({ users: 1_000_000, options: 2 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(CeilingError);
    expect(error).toBeInstanceOf(RangeError);
    const { name, message } = error as CeilingError;
    expect(name).toBe("CeilingError");
    // 2 options × (value + cost) × 4 bytes × 1,000,000 users = 15.3 MiB, beside the engine's own first page.
    expect(message).toMatch(/needs 15\.\d MiB of memory/);
    expect(message).toMatch(/ceiling is 8\.0 MiB/);
    expect(message).toMatch(/createEngine\(\{ ceiling \}\).*fewer users at a time.*release tables/);
  });

  it("leaves the engine as it was", () => {
    const engine = createEngine({ ceiling: 8 * MIB });
    const { used } = engine.arena;
    expect(() => engine.offers({ users: 1_000_000, options: 2 })).toThrow(CeilingError);
    expect(engine.arena.used).toBe(used);
    const offers = engine.offers({ users: 100, options: 2 });
    offers.fill(0, (values, costs) => values.fill(1) && costs.fill(1));
    expect(allocate(offers, { budget: 50 }).value).toBe(50);
  });

  it("leaves the engine as it was when its ids are what does not fit", () => {
    const engine = createEngine({ ceiling: MIB });
    const { used } = engine.arena;
    const ids = new BigInt64Array(100_000);
    expect(() => engine.offers({ users: 100_000, options: 1, ids })).toThrow(CeilingError);
    expect(engine.arena.used).toBe(used);
  });
});

describe("a solve past the ceiling", () => {
  /** Fills the engine to its last pages with a table, so that working memory does not fit. */
  function tightTable() {
    const engine = createEngine({ ceiling: 2 * MIB });
    const offers = engine.offers({ users: 120_000, options: 2 });
    for (let j = 0; j < 2; j++) {
      offers.fill(j, (values, costs) => {
        for (let i = 0; i < 120_000; i++) {
          values[i] = ((i * 7_919 + j) % 1_009) / 10;
          costs[i] = ((i * 104_729 + j) % 997) / 10;
        }
      });
    }
    return { engine, offers };
  }

  it.each([
    ["allocate", allocate],
    ["frontier", frontier],
  ])("is a CeilingError of %s and keeps nothing", (_, solve) => {
    const { engine, offers } = tightTable();
    const { used } = engine.arena;
    expect(() => solve(offers, { budget: 1_000 })).toThrow(CeilingError);
    expect(engine.arena.used).toBe(used);
    expect(() => solve(offers, { budget: 1_000 })).toThrow(CeilingError);
    offers.release();
    const small = engine.offers({ users: 10, options: 1 });
    small.fill(0, (values, costs) => values.fill(1) && costs.fill(1));
    expect(allocate(small, { budget: 3 }).value).toBe(3);
  });
});
