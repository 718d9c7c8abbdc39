/** Workers of Node: the same answers and errors as without them, cancelled, queued, replaced. */
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { allocate, createEngine, frontier, type PlanProblem, planBudget, totals } from "../../src/index.js";
import { createPool, QueueFullError } from "../../src/pool/index.js";
import { placeColumns } from "../../src/pool/table.js";
import { made } from "./columns.js";

const script = pathToFileURL("dist/pool.worker.js");
const pool = createPool({ size: 1, queue: 4, script });
afterAll(() => pool.close());

/** Many equal users under many limits: seconds of work, which only a cancel ends. */
const long = () => pool.allocate(made(400_000, 8), SLOW);
const SLOW = {
  budget: 300_000,
  exactlyOne: true,
  groups: Array.from({ length: 8 }, (_, j) => ({
    name: `g${j}`,
    offers: [`offer ${j + 1}`],
    atMost: 50_000 + j,
    atLeast: 20_000,
  })),
};
const timeless = <T extends { seconds: number; phases?: unknown }>({ seconds: _, phases: __, ...rest }: T) => rest;

describe("a pool", () => {
  it("answers as the caller's own thread does", async () => {
    const table = placeColumns(createEngine(), made(5000));
    const request = { budget: 4000, stock: { "offer 1": 100 } };
    expect(timeless(await pool.allocate(made(5000), request))).toEqual(timeless(allocate(table, request)));
    expect(timeless(await pool.frontier(made(5000), {}, { points: 5 }))).toEqual(
      timeless(frontier(table, {}, { points: 5 })),
    );
    expect(await pool.totals(made(5000), { prices: [1, 2] })).toEqual(totals(table, { prices: [1, 2] }));
    const plan: PlanProblem = {
      budget: 60,
      channels: [{ name: "a", curve: { type: "hill", max: 100, half: 50, shape: 3 } }],
    };
    expect(timeless(await pool.planBudget(plan))).toEqual(timeless(planBudget(plan)));
    expect((await pool.planFrontier(plan, { points: 3 })).points).toHaveLength(3);
    expect((await pool.planScenarios(plan, { more: [{ scale: "a", factor: 0.5 }] })).scenarios[0]?.name).toBe("more");
  });

  it("moves columns without a copy, and reads shared ones where they are", async () => {
    const columns = made(1000);
    await pool.allocate(columns, { budget: 10 });
    expect(columns.values[0]).toHaveLength(0);
    const shared = made(1000, 3, SharedArrayBuffer);
    await pool.allocate(shared, { budget: 10 });
    expect(shared.values[0]).toHaveLength(1000);
  });

  it("throws what the solve throws: class, message and place", async () => {
    const error = await pool.allocate(made(10), { budget: -1, stock: { nobody: 1 } }).catch((reason) => reason);
    const table = placeColumns(createEngine(), made(10));
    expect(error).toBeInstanceOf(RangeError);
    expect(() => allocate(table, { budget: -1, stock: { nobody: 1 } })).toThrow(error.message);
    await expect(pool.planBudget({ budget: "1" } as never)).rejects.toBeInstanceOf(TypeError);
    const broken = made(10);
    broken.values[1]?.set([Number.NaN], 7);
    await expect(pool.allocate(broken, {})).rejects.toThrow('row 7, option "offer 2"');
    await expect(pool.planBudget({ budget: () => 1 } as never)).rejects.toThrow("cannot be sent to a worker");
  });

  it("says how far it is", async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      seen.push(phase);
      expect(done).toBeLessThanOrEqual(total);
      expect(pool.state.memory).toBeGreaterThan(1_000_000);
      stop.abort();
    };
    await pool.allocate(made(400_000, 8), SLOW, { onProgress, signal: stop.signal }).catch(() => {});
    expect(seen.length).toBeGreaterThan(0);
  });

  it("is rid of a cancelled task at once, keeps its worker, and does what waits", async () => {
    const stop = new AbortController();
    const cancelled = pool.allocate(made(400_000, 8), SLOW, { signal: stop.signal });
    const waiting = pool.allocate(made(100), { budget: 5 });
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await expect(cancelled).rejects.toThrow("enough");
    expect((await waiting).status).toBe("met");
    expect(pool.state).toMatchObject({ workers: 1, running: 0, waiting: 0, memory: 0 });
  });

  it("refuses what does not fit its queue, and takes a cancelled task out of it", async () => {
    const stops = Array.from({ length: 5 }, () => new AbortController());
    const tasks = stops.map(({ signal }) => pool.allocate(made(400_000, 8), SLOW, { signal }).catch((error) => error));
    expect(pool.state).toMatchObject({ running: 1, waiting: 4 });
    await expect(long()).rejects.toBeInstanceOf(QueueFullError);
    stops[4]?.abort();
    expect(pool.state.waiting).toBe(3);
    for (const stop of stops) stop.abort();
    for (const task of tasks) expect((await task).name).toBe("AbortError");
    await expect(pool.allocate(made(10), {}, { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it("ends a worker that cannot be told to stop, and replaces it", async () => {
    await pool.allocate(made(10), { budget: 1 });
    const shared = globalThis.SharedArrayBuffer;
    Object.assign(globalThis, { SharedArrayBuffer: undefined });
    try {
      const stop = new AbortController();
      const cancelled = pool.allocate(made(400_000, 8), SLOW, { signal: stop.signal });
      setTimeout(() => stop.abort(), 50);
      await expect(cancelled).rejects.toThrow("aborted");
      expect(pool.state.workers).toBe(0);
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer: shared });
    }
    expect((await pool.allocate(made(10), { budget: 1 })).status).toBe("met");
    expect(pool.state.workers).toBe(1);
  });

  it("rejects when its script is not there, and when it is closed", async () => {
    const lost = createPool({ size: 1, script: new URL("no-such-worker.js", script) });
    await expect(lost.allocate(made(10), {})).rejects.toThrow("no-such-worker.js");
    const closing = createPool({ size: 1, script });
    const tasks = [closing.allocate(made(400_000, 8), SLOW), closing.allocate(made(10), {})];
    const ends = Promise.allSettled(tasks);
    await closing.close();
    for (const end of await ends)
      expect(end).toMatchObject({ status: "rejected", reason: { message: "the pool was closed" } });
    await expect(closing.allocate(made(10), {})).rejects.toThrow("this pool is closed");
    expect(() => createPool({ size: 0 })).toThrow(RangeError);
  });
});
