/** Plans over posterior draws: the method over time, on the responses of all draws. */
import type { Engine } from "../../engine/engine.js";
import { crosses, type FramedFlight } from "../flighting/feasible.js";
import { Flighting, type FlightSettings, type FoundFlight } from "../flighting/flighting.js";
import type { Ask } from "../solver.js";
import type { Outcome } from "../types.js";
import { solveAveraged } from "./averaged.js";
import { DrawnFlight } from "./flight.js";
import { rankOf } from "./risk/measures.js";

export class Drawn extends Flighting {
  readonly #drawn: DrawnFlight;
  readonly #engine: Engine;
  readonly #settings: FlightSettings;
  /** Whether periods do not act on each other, and limits on sums are a tree. */
  readonly #separable: boolean;

  override get flight(): DrawnFlight {
    return this.#drawn;
  }

  constructor(engine: Engine, framed: FramedFlight, settings: FlightSettings) {
    let drawn: DrawnFlight | undefined;
    super(engine, framed, settings, (scratch) => {
      drawn = new DrawnFlight(engine, scratch, framed);
      return drawn;
    });
    this.#drawn = drawn as unknown as DrawnFlight;
    [this.#engine, this.#settings] = [engine, settings];
    this.#drawn.watch = () =>
      settings.watch(this.nodes, settings.starts, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    const { channels, periods = 1 } = framed.model.problem;
    const apart = channels.every(({ adstock, smoothness }) => !adstock && !(smoothness && periods > 1));
    this.#separable = apart && !crosses(framed.model);
  }

  /** Whether the time of the plan is over. */
  get isLate(): boolean {
    return performance.now() > this.#settings.deadline;
  }

  get draws(): number {
    return this.#drawn.responses.draws;
  }

  override solve(budget: number, fee: number, ask: Ask = {}): FoundFlight {
    this.#drawn.fee = fee;
    const found = super.solve(budget, fee, ask);
    if (this.#separable && this.#drawn.isMean) this.#average(found, fee, ask.decide);
    return found;
  }

  /** S-shaped curves, and presence, where periods do not act on each other: branch and bound on the mean curves closes the gap. */
  #average(found: FoundFlight, fee: number, decide: number | undefined): void {
    const { value, bound, budget } = found;
    const { tolerance, deadline, watch } = this.#settings;
    const closed = bound - value <= tolerance * Math.abs(value) || !(bound > Number.NEGATIVE_INFINITY);
    if (closed || (decide !== undefined && (value >= decide || bound < decide))) return;
    const averaged = solveAveraged(this.#engine, this.model, {
      ...{ budget, fee, found, tolerance, deadline },
      watch: (nodes, best, most) => watch(nodes, nodes, best, most),
      responseOf: (x) => this.responseOf(x),
    });
    if (!averaged || averaged.bound > bound) return;
    const { stopped, nodes, price, ...better } = averaged;
    Object.assign(found, better);
    if (this.rows.length === 0) found.price = price;
    found.nodes += nodes;
    this.nodes += nodes;
    found.stopped = stopped;
  }

  override responseOf(plan: Float64Array): number {
    return this.#drawn.meanOf(plan);
  }

  /** Responses of a plan by line and draw. */
  outcomesOf(x: Float64Array): Float64Array[] {
    return this.model.lines.map((_, line) => this.#drawn.each(x, line));
  }
}

/** Of some lines together. */
export function togetherOf(outcomes: readonly Float64Array[], lines: readonly number[]): Outcome {
  const sums = new Float64Array(outcomes[0]?.length ?? 0);
  for (const line of lines) {
    const own = outcomes[line] as Float64Array;
    for (let j = 0; j < sums.length; j++) sums[j] = (sums[j] as number) + (own[j] as number);
  }
  return summaryOf(sums);
}

export function summaryOf(responses: Float64Array): Outcome {
  const sorted = responses.slice().sort();
  const mean = meanOf(sorted);
  const at = (level: number) => sorted[rankOf(level, sorted.length) - 1] as number;
  return { mean, sd: deviationOf(sorted, mean), low: at(0.05), median: at(0.5), high: at(0.95) };
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviationOf(values: Float64Array, mean: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
