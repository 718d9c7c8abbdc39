/** A plan over posterior draws as one function of its spends: the expected response, or what a risk makes of the draws. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import type { FramedFlight } from "../flighting/feasible.js";
import type { Climbing, Evaluated, OverTime } from "../flighting/flight.js";
import { Column } from "../flighting/kernel.js";
import type { Model } from "../model.js";
import { Climber, type Reached, Reader } from "./climber.js";
import { type Climber as Climbs, mostExpected } from "./expectation.js";
import { type Drawing, drawingOf } from "./lines.js";
import { Responses } from "./responses.js";

/** What a risk makes of the responses of all draws: a value, and the weight of each draw in its slopes. */
export type Measure = (responses: Float64Array) => { value: number; weights: Float64Array };

/** Turns of a climb of one draw. */
const TURNS = 2000;
/** Fewer draws than this are climbed as they are. */
const FEW = 512;

export class DrawnFlight implements OverTime {
  readonly responses: Responses;
  /** What is climbed in place of the mean; or one draw alone. */
  measure: Measure | undefined;
  single: number | undefined;
  /** Or a weighted sum of the draws. */
  shares: Float64Array | undefined;
  /** Measures and weighted sums are of these draws alone, where there are any: `only` chooses them. */
  #some: { responses: Responses; scratch: Scratch } | undefined;
  /** Climbs are of the curves themselves, wherever they may lead: their bounds say nothing. */
  local = false;
  /** By draw, weights in the slopes of `evaluate`: of the mean where there are none. */
  weights: Float64Array | undefined;
  /** Called at every turn of climbs of single draws; may throw. */
  watch: () => void = () => undefined;
  /** What a unit of money kept is worth in a solve. */
  fee = 0;
  readonly #engine: Engine;
  readonly #model: Model;
  /** Whether there are limits beside the box and the budget. */
  readonly #rows: boolean;
  readonly #drawing: Drawing;
  readonly #point: Column;
  readonly #reader: Reader;
  readonly #climber: Climber;
  #bounded = "";
  #boxed: { tops: number[]; budget: number } = { tops: [], budget: 0 };
  #evaluated: { x: Float64Array; weights: Float64Array | undefined; found: Evaluated } | undefined;

  constructor(engine: Engine, scratch: Scratch, { model, rows }: FramedFlight) {
    this.#engine = engine;
    this.#model = model;
    this.#rows = rows.length > 0;
    this.#drawing = drawingOf(engine, model);
    this.#reader = new Reader(engine, scratch, model.size);
    this.#climber = new Climber(engine, scratch, this.#reader, TURNS, () => this.watch());
    this.responses = new Responses(engine, scratch, this.#drawing.lines, this.#drawing);
    this.#point = new Column(engine, scratch, model.size);
  }

  get concave(): boolean {
    return this.local || this.responses.concave;
  }

  /** Measures and weighted sums are of the draws at these places from now on; of all, without. */
  only(places: Uint32Array | undefined): void {
    this.#some?.scratch.release();
    this.#some = undefined;
    if (!places) return;
    const scratch = new Scratch(this.#engine.arena);
    const order = places.map((place) => this.responses.order[place] as number);
    const responses = new Responses(this.#engine, scratch, this.#drawing.lines, { ...this.#drawing, order });
    this.#some = { responses, scratch };
    this.#envelop(responses);
  }

  /** What the best plan brings in one draw, at most: from a plan, within the box and the budget, by its envelopes. */
  mostOf(
    place: number,
    from: Float64Array,
    tolerance: number,
    enough: (value: number, bound: number) => boolean,
  ): Pick<Reached, "value" | "bound"> {
    const { responses } = this;
    const goal = (x: Column, g: Column) => responses.one(x, place, g, !responses.concave);
    const { value, bound } = this.#climber.climb(goal, from, tolerance, enough);
    return { value, bound };
  }

  /** The same without a climb: what the slopes at a plan leave. */
  mostAt(place: number, x: Float64Array): number {
    const { responses } = this;
    return this.#reader.read((at, g) => responses.one(at, place, g, !responses.concave), x).bound;
  }

  /** Whether what is climbed is the mean of the draws. */
  get isMean(): boolean {
    return !this.measure && !this.shares && this.single === undefined && !this.local;
  }

  bound(low: Float64Array, high: Float64Array, budget: number): void {
    this.#reader.place({ low, high, budget, atMost: this.#model.problem.spend !== "exactly" });
    if (this.responses.concave) return;
    const { lines, periods } = this.#drawing;
    const tops = lines.map((_, i) => {
      let top = 0;
      for (let t = i * periods; t < (i + 1) * periods; t++) {
        top = Math.max(top, (high[t] as number) * (this.#model.rate[t] as number));
      }
      return top;
    });
    const key = `${budget} ${tops.join(" ")}`;
    if (key === this.#bounded) return;
    this.#bounded = key;
    this.#boxed = { tops, budget };
    this.#envelop(this.responses);
  }

  #envelop(responses: Responses): void {
    const { tops, budget } = this.#boxed;
    if (!responses.concave) responses.envelop((line, draw) => this.#most(line, draw, tops[line] as number, budget));
  }

  /** What can work at most in a period of a line: all its periods at their top, or all the money at once. */
  #most(line: number, draw: number, top: number, budget: number): number {
    const { feed, taps, history, rates } = this.#drawing.lines[line] as Drawing["lines"][number];
    let dearest = 0;
    for (let t = 0; t < rates.length; t++) dearest = Math.max(dearest, rates[t] as number);
    const money = budget * dearest;
    const before = history.reduce((sum, units) => sum + units, 0);
    const [all, best] = taps
      ? [taps.reduce((sum, tap) => sum + tap, 0), taps.reduce((most, tap) => Math.max(most, tap), 0)]
      : feed
        ? [feed.gain(draw) / (1 - feed.decay(draw)), feed.gain(draw)]
        : [1, 1];
    return Math.min(1e300, (Math.min(all * top, best * money) + best * before) * (1 + 1e-9));
  }

  respond(x: Column, g: Column, lifted: boolean): number {
    const { responses, measure, single, shares } = this;
    if (single !== undefined) return responses.one(x, single, g, lifted);
    const some = this.#some?.responses ?? responses;
    if (shares) return some.weighted(x, shares, g, lifted);
    if (!measure) return responses.mean(x, g, responses.draws, lifted);
    const { value, weights } = measure(some.each(x, lifted));
    some.weighted(x, weights, g, lifted);
    return value;
  }

  evaluate(x: Column, g: Column): Evaluated {
    const { weights, responses } = this;
    const before = this.#evaluated;
    const spends = x.view;
    // The last digits of a plan and its report ask for the same.
    if (before && before.weights === weights && before.x.every((money, i) => money === spends[i])) return before.found;
    const found = { values: responses.byPeriod(x, g, weights), slopes: g.view.slice() };
    this.#evaluated = { x: x.view.slice(), weights, found };
    return found;
  }

  /** The response of a plan by draw; of one line, or of all together. */
  each(x: Float64Array, line?: number, lifted = false): Float64Array {
    this.#point.view.set(x);
    return this.responses.each(this.#point, lifted, line);
  }

  /** Of the draws that `only` chose. */
  eachOfSome(x: Float64Array): Float64Array {
    const some = this.#some?.responses ?? this.responses;
    this.#point.view.set(x);
    return some.each(this.#point, !some.concave);
  }

  /** The mean response of a plan. */
  meanOf(x: Float64Array): number {
    this.#point.view.set(x);
    return this.responses.meanOf(this.#point);
  }

  ceilings(): Float64Array {
    return this.responses.ceilings();
  }

  pulses(): Float64Array {
    const { periods, lines } = this.#drawing;
    return Float64Array.from({ length: this.#model.size }, (_, i) => {
      const line = Math.floor(i / periods);
      const { feed, taps, rates } = lines[line] as Drawing["lines"][number];
      const gain = (taps ? (taps[0] as number) : feed ? feed.gain(0) : 1) * (rates[i % periods] as number);
      return gain > 0 ? this.responses.chordOf(line) / gain : 0;
    });
  }

  worthAtMost(): number {
    throw new RangeError("budget is missing: a plan over posterior draws needs one");
  }

  approach({ climb, tolerance }: Climbing, from: Float64Array, lifted: boolean): Float64Array {
    const { responses, measure, single, shares, fee } = this;
    if (measure || shares || single !== undefined || responses.draws < FEW) return from;
    const reader = this.#reader;
    const climber: Climbs = { climb, read: (goal, x) => reader.read(goal, x, fee) };
    if (this.#rows) climber.drift = (slopes, x) => reader.most(slopes, x);
    return mostExpected(responses, climber, from, { tolerance: tolerance / 2, lifted }).x;
  }
}
