/** Where climbs of curves that are not concave begin. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import type { Flighting } from "./flighting.js";
import { randoms } from "./kernel.js";

interface Wanted {
  /** The envelopes' plan. */
  relaxed: Float64Array;
  start: Float64Array | undefined;
  budget: number;
  starts: number;
  seed: number;
}

/** The envelopes' plan, a given one, pulses made of the envelopes' plan in three orders, today's, then seeded ones. */
export function* startsOf(engine: Engine, flighting: Flighting, wanted: Wanted): Generator<Float64Array> {
  const { relaxed, start, budget, starts, seed } = wanted;
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
    () => relaxed,
    ...(start ? [() => start] : []),
    () => pulsed(relaxed, pulses, forwards),
    () => pulsed(relaxed, pulses, forwards.toReversed()),
    () => pulsed(relaxed, pulses, across),
    ...(hasCurrent.some(Boolean) ? [() => current] : []),
  ];
  const money = Math.min(budget, Number.MAX_VALUE);
  for (let k = 0; k < starts; k++) {
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
