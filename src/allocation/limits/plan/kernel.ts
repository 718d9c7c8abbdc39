/** The border of the kernels of a repair (assembly/allocation/limits/near.ts). */
import { Scratch } from "../../../engine/scratch.js";
import * as kernel from "../kernel.js";
import { type Problem, scoresOf } from "../problem.js";

/** Options of users that can change their choice at little loss, user by user, the chosen option of each first. */
export interface Near {
  count: number;
  rows: Uint32Array;
  /** 0 is none. */
  columns: Uint32Array;
  values: Float32Array;
  costs: Float32Array;
  /** What the score loses; 0 of the chosen option. */
  losses: Float64Array;
  /** Whether there may be more than there was room for. */
  full: boolean;
}

export interface NearOptions {
  /** Records there is room for. */
  room: number;
  /** Rows [from, to), one range after another. */
  ranges: readonly { from: number; to: number }[];
}

const RECORD_BYTES = 24;

/** The options less than `epsilon` of score below the choices, at these prices of the rows. */
export function listNear(
  problem: Problem,
  prices: Float64Array,
  choices: number,
  epsilon: number,
  { room, ranges }: NearOptions,
): Near {
  const { offers, exactlyOne, wide } = problem;
  const { engine } = offers;
  const sizes = { offers: offers.names.length, resources: offers.resources.names.length };
  const own = new Scratch(engine.arena);
  try {
    const job = { at: own.take(kernel.priceJobBytes(sizes.offers, sizes.resources)), ...sizes };
    const records = own.take(RECORD_BYTES * room);
    const quick = own.take(4 * (3 + 2 * sizes.offers));
    const perMoney = problem.money.decimal ? problem.money.perMoney : 0;
    const scores = scoresOf(problem, prices, 1);
    kernel.openPricing(engine, job, problem.source, scores, { exactlyOne, perMoney, choices, wide });
    const isQuick = epsilon < Number.POSITIVE_INFINITY && suitsSingle(problem, scores);
    new Float32Array(engine.memory.buffer, quick, 3 + 2 * sizes.offers).set([scores.alpha, ...scores.byOffer]);
    let count = 0;
    for (const { from, to } of ranges) {
      count = engine.kernels.near(job.at, isQuick ? quick : 0, from, to, epsilon, records, count, room) >>> 0;
    }
    return { ...readRecords(engine.memory.buffer, records, count), full: count + offers.columns + 1 > room };
  } finally {
    own.release();
  }
}

/** Far from what f32 can hold, so that products of two numbers stay inside. */
const MOST_SINGLE = 1e18;

/** Whether scores can be told apart in f32, and by offer alone. */
function suitsSingle({ offers }: Problem, { alpha, byOffer, byResource }: kernel.Scores): boolean {
  const { mostValue, mostCost } = offers.facts;
  const numbers = [alpha, mostValue, mostCost, ...byOffer];
  return !offers.hasSlots && byResource.every((r) => r === 0) && numbers.every((x) => Math.abs(x) < MOST_SINGLE);
}

function readRecords(buffer: ArrayBufferLike, at: number, count: number): Omit<Near, "full"> {
  const words = new Uint32Array(buffer, at, 6 * count);
  const floats = new Float32Array(buffer, at, 6 * count);
  const doubles = new Float64Array(buffer, at, 3 * count);
  const near = {
    count,
    rows: new Uint32Array(count),
    columns: new Uint32Array(count),
    values: new Float32Array(count),
    costs: new Float32Array(count),
    losses: new Float64Array(count),
  };
  for (let o = 0; o < count; o++) {
    near.rows[o] = words[6 * o] as number;
    near.columns[o] = words[6 * o + 1] as number;
    near.values[o] = floats[6 * o + 2] as number;
    near.costs[o] = floats[6 * o + 3] as number;
    near.losses[o] = doubles[3 * o + 2] as number;
  }
  return near;
}

/** Writes the choices of some rows of the table. */
export function writeChoices(problem: Problem, choices: number, rows: Uint32Array, columns: Uint16Array): void {
  const { offers, wide } = problem;
  const { buffer } = offers.engine.memory;
  const view = wide ? new Uint16Array(buffer, choices, offers.users) : new Uint8Array(buffer, choices, offers.users);
  rows.forEach((row, u) => {
    view[row] = columns[u] as number;
  });
}
