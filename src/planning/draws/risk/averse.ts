/**
 * Plans that are best for a risk of posterior draws, and what is proven of them.
 *
 * CVaR, mean − k · sd and regret are climbed as smooth concave majorants (risk.ts) whose smoothing falls round by round; the
 * weights p of the last round are the proof. Quantiles and chances are not concave: they are climbed from the plans of most
 * expected response and of the CVaR of their level, with ever narrower windows, and the best plan is held against two
 * relaxations: every draw with a best plan of its own (R_j ≤ R_j*), and Markov's inequality at the most that a weighted mean
 * reaches (responses are not negative).
 */
import type { FoundFlight } from "../../flighting/flighting.js";
import type { Solved } from "../../separable/finish.js";
import type { Risk, RiskResult } from "../../types.js";
import type { Drawn } from "../drawn.js";
import type { Measure } from "../flight.js";
import { leastMean, leastWithin, nearRank, nearTarget, partsOf, rankOf, riskOf } from "./measures.js";
import { Regret } from "./regret.js";

/** Rounds of falling smoothing, each this much less. */
const ROUNDS = 12;
const LESS = 1 / 8;
/** What sums of weights and responses may have lost. */
const ROUNDING = 1e-12;
/** Looks at the certificate (five turns each) without a gain of this part, after which a climb that is not concave ends. */
const PATIENCE = 6;
const GAIN = 1e-7;
const HAIR = 1e-3;

/** Relaxations that leave parts of a hundred are not made tighter by single draws known to more than this. */
const LOOSE = 1e-4;

interface Held {
  found: FoundFlight;
  value: number;
  weights: Float64Array;
}

export function solveRisk(
  drawn: Drawn,
  expected: Solved,
  risk: Risk,
  tolerance: number,
): { solved: Solved; risk: RiskResult } {
  return new Averse(drawn, expected, risk, tolerance).run();
}

class Averse {
  readonly #drawn: Drawn;
  readonly #expected: Solved;
  readonly #risk: Risk;
  readonly #tolerance: number;
  #held: Held | undefined;
  /** Of regret: what the best plan of each draw brings at most. */
  #best: Float64Array | undefined;
  #bound = Number.POSITIVE_INFINITY;
  #late = false;

  constructor(drawn: Drawn, expected: Solved, risk: Risk, tolerance: number) {
    this.#drawn = drawn;
    this.#expected = expected;
    this.#risk = risk;
    this.#tolerance = tolerance;
  }

  run(): { solved: Solved; risk: RiskResult } {
    const { flight } = this.#drawn;
    try {
      if (this.#risk.type === "regret") this.#regret();
      else this.#consider(this.#expected.found as FoundFlight, undefined);
      this.#climb();
      return this.#finish();
    } finally {
      [flight.measure, flight.single, flight.shares, flight.local] = [undefined, undefined, undefined, false];
      flight.only(undefined);
    }
  }

  #climb(): void {
    const risk = this.#risk;
    const n = this.#drawn.draws;
    switch (risk.type) {
      case "cvar":
        this.#concave((smooth) => (responses) => leastMean(responses, 1 / (risk.level * n), smooth));
        break;
      case "mean-sd":
        this.#concave(() => (responses) => leastWithin(responses, risk.k), 1);
        // Elsewhere it is not concave: from its majorant's plan, and from averse ones.
        for (const level of [1, 0.5, 0.2, 0.05]) {
          if (this.#open()) this.#local(signed(risk.k), level === 1 ? undefined : this.#averse(level));
        }
        break;
      case "quantile":
        this.#quantile(risk.level);
        break;
      case "chance":
        this.#chance(risk.target);
        break;
    }
  }

  #consider(found: FoundFlight, weights: Float64Array | undefined): void {
    if (found.stopped === "time") this.#late = true;
    if (!found.x) return;
    const responses = this.#drawn.flight.each(found.x);
    const value = riskOf(this.#risk, responses, this.#best);
    if (this.#held && value <= this.#held.value) return;
    const n = responses.length;
    this.#held = { found, value, weights: weights ?? new Float64Array(n).fill(1 / n) };
  }

  #regret(): void {
    const { x, response, found } = this.#expected;
    const responses = this.#drawn.flight.each(x);
    const regret = new Regret(this.#drawn, x, {
      ...{ level: response, spread: deviationOf(responses) + 1e-9 * Math.abs(response), tolerance: this.#tolerance },
      solve: (start) => this.#solve(this.#drawn.flight.measure, start, "relaxation"),
      consider: (plan, weights, high) => {
        // Bounds of single draws have fallen since: what was the best plan regrets less, too.
        if (this.#held?.found.x)
          this.#held.value = riskOf(this.#risk, this.#drawn.flight.each(this.#held.found.x), high);
        this.#best = high;
        this.#consider(plan, weights);
      },
      isLate: () => this.#isLate(),
    });
    regret.run(found as FoundFlight);
    this.#bound = -regret.bound;
  }

  #isLate(): boolean {
    this.#late ||= this.#drawn.isLate;
    return this.#late;
  }

  #open(): boolean {
    const value = this.#held?.value ?? Number.NEGATIVE_INFINITY;
    return !this.#late && this.#bound - value > this.#tolerance * Math.abs(value);
  }

  #solve(measure: Measure | undefined, start: Float64Array | undefined, only: "relaxation" | "all"): FoundFlight {
    const { flight } = this.#drawn;
    flight.measure = measure;
    const decide = only === "relaxation" && !flight.responses.concave ? Number.NEGATIVE_INFINITY : undefined;
    return this.#drawn.solve(this.#expected.found.budget, 0, { start, decide });
  }

  /** Climbs a concave majorant, ever less smooth. */
  #concave(make: (smooth: number) => Measure, rounds = ROUNDS): void {
    const { flight } = this.#drawn;
    const { concave } = flight.responses;
    const base = flight.each(this.#expected.x);
    const spread = deviationOf(base) + 1e-9 * Math.abs(meanOf(base));
    let x = this.#expected.x;
    for (let round = 0, smooth = spread; round < rounds && this.#open(); round++, smooth *= LESS) {
      const measure = make(smooth);
      const found = this.#solve(measure, x, "relaxation");
      if (!found.x) return;
      x = found.x;
      const { weights } = measure(flight.each(x, undefined, !concave));
      this.#consider(found, weights);
      this.#bound = Math.min(this.#bound, this.#mostWeighted(weights, x));
      if (!concave && !(this.#open() && round + 1 < rounds)) this.#consider(this.#solve(measure, x, "all"), weights);
    }
  }

  /** A bound by fixed weights: no plan's weighted responses are more than the climb of them certifies. */
  #mostWeighted(weights: Float64Array, x: Float64Array): number {
    const { flight } = this.#drawn;
    flight.shares = weights;
    const { bound, stopped, price, rowPrices } = this.#solve(undefined, x, "relaxation");
    flight.shares = undefined;
    if (stopped === "time") this.#late = true;
    if (this.#held && this.#held.weights === weights) Object.assign(this.#held.found, { price, rowPrices });
    return bound + ROUNDING * Math.abs(bound);
  }

  /** A climb that need not be concave, from a plan; ends when it no longer gains. */
  #local(measure: Measure, start = this.#held?.found.x): Float64Array | undefined {
    const { flight } = this.#drawn;
    let [best, idle] = [Number.NEGATIVE_INFINITY, 0];
    const enough = (value: number) => {
      idle = value > best + GAIN * Math.abs(best) || best === Number.NEGATIVE_INFINITY ? 0 : idle + 1;
      best = Math.max(best, value);
      return idle > PATIENCE;
    };
    flight.measure = measure;
    flight.local = true;
    const { budget } = this.#expected.found;
    // Where a curve starts vertically, slopes at nothing say little: a hair of everything is spent.
    const from = start?.map((money) => (1 - HAIR) * money + (HAIR * budget) / start.length);
    const found = this.#drawn.solve(budget, 0, { start: from, enough });
    flight.local = false;
    if (found.x) this.#consider(found, normal(measure(flight.each(found.x)).weights));
    return found.x;
  }

  #quantile(level: number): void {
    const n = this.#drawn.draws;
    const rank = rankOf(level, n);
    const starts = [this.#expected.x, this.#averse(level), this.#averse(Math.min(1, 2 * level))];
    for (const start of starts) {
      let x: Float64Array | undefined = start;
      for (let width = Math.ceil(n / 10); x && !this.#late; width = width >> 1) {
        x = this.#local(nearRank(rank, width), x);
        if (width === 0) break;
      }
    }
    // At least n − rank + 1 draws reach a quantile of t: t (n − rank + 1) / n ≤ mean.
    this.#bound = (this.#mostMean() * n) / (n - rank + 1);
    const own = this.#perDraw().slice().sort();
    this.#bound = Math.min(this.#bound, own[rank - 1] as number);
  }

  #chance(target: number): void {
    const base = this.#drawn.flight.each(this.#expected.x);
    const n = base.length;
    const short = Math.max(2 * deviationOf(base), target - meanOf(base), 1e-6 * target);
    const missing = 1 - riskOf(this.#risk, base);
    const starts = [this.#expected.x, this.#averse(Math.min(0.99, Math.max(0.01, missing)))];
    for (const start of starts) {
      let x: Float64Array | undefined = start;
      for (let round = 0, width = short; x && round < 7 && !this.#late; round++, width /= 2) {
        x = this.#local(nearTarget(target, width), x);
      }
    }
    const parts = partsOf(target, 0.02);
    const found = this.#solve(parts, this.#expected.x, "relaxation");
    const { concave } = this.#drawn.flight.responses;
    const responses = this.#drawn.flight.each(found.x ?? this.#expected.x, undefined, !concave);
    const { weights } = parts(responses);
    // min(1, r) ≤ λ r + 1 − λ for every λ in [0, 1].
    const most = this.#mostWeighted(weights, found.x ?? this.#expected.x);
    this.#bound = most + 1 - weights.reduce((sum, weight) => sum + weight * target, 0);
    const own = this.#perDraw().reduce((sum, most) => sum + (most >= target ? 1 : 0), 0) / n;
    this.#bound = Math.min(1, this.#bound, own);
  }

  /** The plan of most CVaR, smoothed: where climbs of other risks begin. */
  #averse(level: number): Float64Array {
    const base = this.#drawn.flight.each(this.#expected.x);
    const smooth = deviationOf(base) / 8 + 1e-9 * Math.abs(meanOf(base));
    const measure: Measure = (responses) => leastMean(responses, 1 / (level * responses.length), smooth);
    const found = this.#solve(measure, this.#expected.x, "relaxation");
    this.#consider(found, undefined);
    return found.x ?? this.#expected.x;
  }

  #mostMean(): number {
    const { bound } = this.#expected;
    return bound + ROUNDING * Math.abs(bound);
  }

  /** What the best plan for each draw alone brings at most. */
  #perDraw(): Float64Array {
    const { flight, draws, rows } = this.#drawn;
    const { x } = this.#expected;
    return Float64Array.from({ length: draws }, (_, place) => {
      let bound = Number.POSITIVE_INFINITY;
      if (rows.length === 0) {
        ({ bound } = flight.mostOf(place, x, LOOSE, () => this.#isLate()));
      } else {
        flight.single = place;
        const found = this.#solve(undefined, x, "relaxation");
        flight.single = undefined;
        bound = found.bound;
        if (found.stopped === "time") this.#late = true;
      }
      return bound + ROUNDING * Math.abs(bound);
    });
  }

  #finish(): { solved: Solved; risk: RiskResult } {
    const drawn = this.#drawn;
    const { flight } = drawn;
    const { found: expected, bound: most, extra, response } = this.#expected;
    const { found, weights } = this.#held as Held;
    [flight.measure, flight.single, flight.shares] = [undefined, undefined, undefined];
    flight.weights = weights;
    // The result's bound is of the expected response; its prices are those of the draws as the risk weighs them.
    const plan: FoundFlight = { ...found, budget: expected.budget, bound: most, rootBound: expected.rootBound };
    const solved = drawn.finish(plan, 0, extra);
    const risk = this.#result(solved);
    const regret = this.#risk.type === "regret";
    const scale = regret ? response : risk.value;
    const open = Math.abs(risk.bound - risk.value) > this.#tolerance * Math.abs(scale);
    // Of what is not concave the best try; of what is, climbs that ended above their tolerance.
    plan.stopped = !open ? undefined : this.#late ? "time" : risk.proof === "concave" ? "turns" : "starts";
    return { solved, risk };
  }

  #result({ x }: Solved): RiskResult {
    const drawn = this.#drawn;
    const risk = this.#risk;
    const value = riskOf(risk, drawn.flight.each(drawn.unordered(x)), this.#best);
    const regret = risk.type === "regret";
    // A regret is what responses are below; none is below zero.
    const reached = regret ? -value : value;
    const bound = regret ? Math.min(Math.max(0, -this.#bound), reached) : Math.max(this.#bound, value);
    const gap = Math.abs(bound - reached) / Math.max(Math.abs(bound), Math.abs(reached), Number.MIN_VALUE);
    const one = risk.type === "cvar" || regret || risk.type === "mean-sd";
    return { objective: risk, value: reached, bound, gap, proof: this.#isOne(one) ? "concave" : "relaxation" };
  }

  /** Whether value and bound are of one concave problem. */
  #isOne(kind: boolean): boolean {
    const { flight, model } = this.#drawn;
    const risk = this.#risk;
    if (!kind || !flight.responses.concave || model.presence.some((least) => least > 0)) return false;
    if (risk.type !== "mean-sd") return true;
    // No draw weighs negatively: mean − k · sd is its majorant here.
    const responses = flight.each((this.#held as Held).found.x as Float64Array);
    const [mean, sd] = [meanOf(responses), deviationOf(responses)];
    return responses.every((response) => risk.k * (response - mean) <= sd);
  }
}

/** mean − k · sd with its own slopes, which weigh draws far above the mean negatively. */
function signed(k: number): Measure {
  return (responses) => {
    const [mean, sd] = [meanOf(responses), deviationOf(responses)];
    const n = responses.length;
    return {
      value: mean - k * sd,
      weights: responses.map((response) => (1 - (sd > 0 ? (k * (response - mean)) / sd : 0)) / n),
    };
  };
}

/** Weights that sum to one. */
function normal(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => weight / total) : weights.map(() => 1 / weights.length);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
