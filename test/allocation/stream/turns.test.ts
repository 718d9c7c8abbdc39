/** A table solved in turns: the answer of `allocate`, with turns for everyone else. */
import { describe, expect, it } from "vitest";
import { allocate, allocateInTurns, createEngine, type Offers } from "../../../src/index.js";

/** Numbers of `digits` decimals, or as f64 come (0), of which f32 loses the end. */
function made(users: number, digits: number, ids?: string[]): Offers {
  const table = createEngine().offers({ users, options: 5, ids });
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const x = (state + 1) / 2 ** 32;
    return digits ? Math.ceil(x * 10 ** digits) / 10 ** digits : x;
  };
  for (let j = 0; j < 5; j++) {
    table.set(
      j,
      0,
      Float64Array.from({ length: users }, () => 10 * next()),
      Float64Array.from({ length: users }, () => 3 * next()),
    );
  }
  return table;
}

const same = ({
  choices,
  value,
  cost,
  bound,
  gap,
  price,
  limits,
  counts,
  none,
  unit,
  status,
  clash,
}: ReturnType<typeof allocate>) => ({
  choices: [...choices],
  value,
  cost,
  bound,
  gap,
  price,
  limits,
  counts,
  none,
  unit,
  status,
  clash,
});

describe("allocateInTurns", () => {
  it.each([0, 1, 2, 4])("answers what allocate does: numbers of %i digits", async (digits) => {
    const table = made(150_000, digits);
    for (const request of [{ budget: 90_000 }, { budget: 120_000.55, exactlyOne: true }, {}]) {
      expect(same(await allocateInTurns(table, request))).toEqual(same(allocate(table, request)));
    }
  });

  it("lets ids decide ties, and asks for the f64 bound", async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => `user ${(i * 7919) % 3000}`);
    const table = made(3000, 1, ids);
    const request = { budget: 1000 };
    expect(same(await allocateInTurns(table, request, { bound: "f64" }))).toEqual(
      same(allocate(table, request, { bound: "f64" })),
    );
  });

  it("says what is impossible", async () => {
    const table = made(1000, 1);
    const { status, clash } = await allocateInTurns(table, { budget: 1, exactlyOne: true });
    expect(status).toBe("impossible");
    expect(clash).toEqual(allocate(table, { budget: 1, exactlyOne: true }).clash);
    await expect(allocateInTurns(table, { stock: { 1: 1 } })).rejects.toThrow("stock");
  });

  it("gives others their turn, and is cancelled in one", async () => {
    const table = made(400_000, 1);
    let turns = 0;
    const stop = new AbortController();
    const solving = allocateInTurns(table, { budget: 1e5 }, { signal: stop.signal });
    let ended = false;
    solving
      .catch(() => {})
      .finally(() => {
        ended = true;
      });
    while (!ended && turns < 5) {
      await new Promise((resolve) => setTimeout(resolve));
      if (!ended) turns++;
      if (turns === 3) stop.abort(new Error("enough"));
    }
    expect(turns).toBeGreaterThanOrEqual(3);
    await expect(solving).rejects.toThrow("enough");
  });
});
