/** Where climbs of curves that are not concave begin. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import type { Model } from "../model.js";
import type { Flighting } from "./flighting.js";
import { randoms } from "./kernel.js";

interface Wanted {
  /** The envelopes' plan. */
  relaxed: Float64Array;
  /** Plans that the bound is made of. */
  near: readonly Float64Array[];
  start: Float64Array | undefined;
  budget: number;
  starts: number;
  seed: number;
}

/** The envelopes' plan, a given one, pulses made of the envelopes' plan in three orders, today's, then seeded ones. */
export function* startsOf(engine: Engine, flighting: Flighting, wanted: Wanted): Generator<Float64Array> {
  const { relaxed, near, start, budget, starts, seed } = wanted;
  const { model, flight } = flighting;
  const { size, periods, lines, hasCurrent, current } = model;
  const pulses = flight.pulses().map((pulse, i) => Math.max(pulse, model.presence[i] as number));
  const forwards = Int32Array.from({ length: size }, (_, i) => i);
  // Period by period across lines: who takes turns.
  const across = Int32Array.from(
    { length: size },
    (_, i) => (i % lines.length) * periods + Math.floor(i / lines.length),
  );
  const made = [
    ...near.map((plan) => () => plan),
    () => relaxed,
    ...(start ? [() => start] : []),
    () => pulsed(relaxed, pulses, forwards),
    () => pulsed(relaxed, pulses, forwards.toReversed()),
    () => pulsed(relaxed, pulses, across),
    ...(hasCurrent.some(Boolean) ? [() => current] : []),
  ];
  const money = Math.min(budget, Number.MAX_VALUE);
  for (let k = 0; k < starts + near.length; k++) {
    const fixed = made[k];
    yield fixed ? fixed() : drawn(engine, k);
  }

  /** Whole lines large or small: what curves with a threshold want. */
  function drawn(from: Engine, k: number): Float64Array {
    const scratch = new Scratch(from.arena);
    try {
      const draws = randoms(from, scratch, (BigInt(seed) << 16n) + BigInt(k), size + lines.length);
      const wishes = draws.slice(0, size).map((draw, i) => {
        return draw * (draws[size + Math.floor(i / periods)] as number) ** 3;
      });
      const sum = wishes.reduce((total, wish) => total + wish, 0);
      const spent = relaxed.reduce((total, amount) => total + amount, 0);
      return wishes.map((wish) => (wish * Math.min(money, Math.max(spent, Number.MIN_VALUE))) / sum);
    } finally {
      scratch.release();
    }
  }
}

/** The same money in pulses: what is too little to work is carried to the next period, or line, in the order given. */
function pulsed(x: Float64Array, pulses: Float64Array, order: Int32Array): Float64Array {
  const plan = new Float64Array(x.length);
  let carried = 0;
  let last = -1;
  for (const i of order) {
    const pulse = pulses[i] as number;
    carried += x[i] as number;
    if (carried < pulse || carried === 0) continue;
    plan[i] = Math.max(x[i] as number, pulse);
    carried -= plan[i] as number;
    last = i;
  }
  if (last >= 0) plan[last] = Math.max(0, (plan[last] as number) + carried);
  return plan;
}

/**
 * Plans made of two, of which the second spends more than there is: its lines take the place of the first's while money
 * is left, the dearest or the cheapest first; then both as they are.
 */
export function mixed([less, more]: readonly Float64Array[], periods: number, budget: number): Float64Array[] {
  if (!less || !more) return less ? [less] : [];
  const spent = (plan: Float64Array, line: number) => {
    return plan.subarray(line * periods, (line + 1) * periods).reduce((sum, money) => sum + money, 0);
  };
  const lines = Array.from({ length: less.length / periods }, (_, line) => line);
  const step = lines.map((line) => spent(more, line) - spent(less, line));
  const order = [...lines].sort((i, j) => (step[i] as number) - (step[j] as number) || i - j);
  const room = budget - less.reduce((sum, money) => sum + money, 0);
  const mix = (by: readonly number[]) => {
    const plan = less.slice();
    let left = room;
    for (const line of by) {
      if ((step[line] as number) > left) continue;
      left -= step[line] as number;
      plan.set(more.subarray(line * periods, (line + 1) * periods), line * periods);
    }
    return plan;
  };
  const made = [mix(order.toReversed()), mix(order), less, more];
  return made.filter((one, k) => made.findIndex((other) => other.every((money, i) => money === one[i])) === k);
}

/** Who is not present: those that a plan gives less than half of what presence takes, and the last that floors leave no money. */
export function absentOf({ presence }: Model, low: Float64Array, budget: number, plan: Float64Array): Uint8Array {
  let money = budget;
  for (let i = 0; i < plan.length; i++) if (presence[i] === 0) money -= low[i] as number;
  const absent = Uint8Array.from(presence, (least) => (least > 0 ? 1 : 0));
  const most = (i: number) => (plan[i] as number) / (presence[i] as number);
  const order = Array.from(plan, (_, i) => i).filter((i) => absent[i]);
  order.sort((i, j) => (low[j] as number) - (low[i] as number) || most(j) - most(i) || i - j);
  for (const i of order) {
    const least = Math.max(low[i] as number, presence[i] as number);
    if ((low[i] as number) <= 0 && (most(i) < 0.5 || least > money)) continue;
    absent[i] = 0;
    money -= least;
  }
  return absent;
}
