/** Imported channels through the kernels that plan them. */
import { Scratch } from "../../../src/engine/scratch.js";
import type { Engine } from "../../../src/index.js";
import { checkPlan } from "../../../src/planning/check.js";
import { Flight } from "../../../src/planning/flighting/flight.js";
import { Column } from "../../../src/planning/flighting/kernel.js";
import { modelOf } from "../../../src/planning/model.js";
import type { Channel } from "../../../src/planning/types.js";

/** Response of each channel over all periods to spends by channel and period, as a plan counts it. */
export function respond(
  engine: Engine,
  channels: readonly Channel[],
  spends: readonly ArrayLike<number>[],
  carryOut = false,
): number[] {
  const scratch = new Scratch(engine.arena);
  try {
    const periods = (spends[0] as ArrayLike<number>).length;
    const model = modelOf(checkPlan({ budget: 1e12, periods, channels, carryOut }));
    const flight = new Flight(engine, scratch, model);
    const [x, g] = [new Column(engine, scratch, model.size), new Column(engine, scratch, model.size)];
    spends.forEach((line, i) => {
      x.view.set(Array.from(line), i * periods);
    });
    const { values } = flight.evaluate(x, g);
    return channels.map((_, i) => sum(values.subarray(i * periods, (i + 1) * periods)));
  } finally {
    scratch.release();
  }
}

/** Spends of a fixed pseudo-random series, some of them 0. */
export function series(length: number, seed: number, size = 1000): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const u = state / 2 ** 32;
    return u < 0.2 ? 0 : size * u;
  });
}

export function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
