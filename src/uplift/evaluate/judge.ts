/** One score over one comparison: which metrics are counted on a resample, and what they mean. */
import type { Engine } from "../../engine/engine.js";
import type { Scratch } from "../../engine/scratch.js";
import { ARM, type GainSums, Ordered, type Resamples } from "./kernel.js";
import { DEFINITIONS } from "./metrics.js";
import { descending } from "./order.js";

/** Rows of one comparison, column by column; `effects` are those of all rows of the trial, `allUnits` their units. */
export interface Rows {
  treated: Uint8Array;
  outcome: Float64Array;
  cost?: Float64Array;
  units: Uint32Array;
  all: { effects: Float64Array; units: Uint32Array };
}

export interface Metric {
  name: string;
  normalisation: string;
  ties: string;
  of: (judge: Judge) => number;
  random: (judge: Judge) => number;
}

export interface MetricOptions {
  names: readonly string[];
  shares: readonly number[];
  costPoints: number;
  binary: boolean;
  hasCost: boolean;
}

const TOPS = ["uplift.sklift.overall", "uplift.sklift.byGroup"];
const RANKS = ["autoc.grf", "qini.grf"];
const COSTS = ["aucc.dfcl"];

/** Names of all metrics, as `evaluate` takes them. */
export function evaluationMetrics(): string[] {
  return [...Object.keys(DEFINITIONS), ...TOPS, ...RANKS, ...COSTS];
}

/** The metrics asked for that suit the data; of the others, why not. */
export function metricsOf(options: MetricOptions): { metrics: Metric[]; left: { metric: string; why: string }[] } {
  const metrics: Metric[] = [];
  const left: { metric: string; why: string }[] = [];
  for (const name of options.names) {
    const definition = DEFINITIONS[name];
    if (definition?.binary && !options.binary) {
      left.push({ metric: name, why: "its definition takes outcomes of 0 and 1 only" });
    } else if (COSTS.includes(name) && !options.hasCost) {
      left.push({ metric: name, why: "it needs the cost of each row" });
    } else if (definition) {
      const { normalisation, ties, of, random } = definition;
      metrics.push({ name, normalisation, ties, of: (j) => of(j.gains), random: (j) => random(j.gains) });
    } else if (TOPS.includes(name)) metrics.push(...options.shares.map((share) => topMetric(name, share)));
    else if (RANKS.includes(name)) metrics.push(rankMetric(name));
    else metrics.push(costMetric(options.costPoints));
  }
  return { metrics, left };
}

const lift = ({ treatedSum, treated, controlSum, controls }: GainSums) => treatedSum / treated - controlSum / controls;

function topMetric(name: string, share: number): Metric {
  const [, , kind] = name.split(".") as [string, string, "overall" | "byGroup"];
  return {
    name: `uplift@${Number((100 * share).toPrecision(12))}%.sklift.${kind}`,
    normalisation:
      kind === "overall"
        ? "treated mean less control mean of the first int(N k) rows"
        : "mean of the first int(N_t k) treated less that of the first int(N_c k) controls",
    ties: "the cut decides; tied rows in reversed row order, as a reversed stable sort has them",
    of: (judge) => judge.uplift(share, kind === "byGroup"),
    random: ({ gains }) => lift(gains),
  };
}

function rankMetric(name: string): Metric {
  const autoc = name === "autoc.grf";
  return {
    name,
    normalisation: autoc
      ? "mean over rows k of (mean effect of the k first − mean effect), effects by AIPW scores"
      : "mean over rows k of (mean effect of the k first − mean effect) k/N, effects by AIPW scores",
    ties: "tied rows count with their mean: the order of tied rows does not matter",
    of: (judge) => {
      const [N, S, means, sums] = judge.ordered.effects.toc() as [number, number, number, number];
      return autoc ? means / N - S / N : sums / (N * N) - ((S / N) * (N + 1)) / (2 * N);
    },
    random: () => 0,
  };
}

function costMetric(points: number): Metric {
  return {
    name: "aucc.dfcl",
    normalisation: `sum of the incremental outcome at ${points} steps of incremental cost, divided by (its total · ${points + 1})`,
    ties: "every row is a point, tied rows in the order they come in",
    of: (judge) => {
      const [recorded, total] = judge.ordered.rows.costs(points) as [number, number];
      return recorded / (total * (points + 1));
    },
    random: () => 0.5,
  };
}

/** A score in its order, and the sums of the resample that is drawn. */
export class Judge {
  readonly ordered: { rows: Ordered; effects: Ordered };
  readonly order: Uint32Array;
  /** Of the resample that `count` looked at last. */
  gains!: GainSums;

  /** `scores` of the comparison's rows, `allScores` of all rows of the trial. */
  constructor(
    engine: Engine,
    scratch: Scratch,
    resamples: Resamples,
    { treated, outcome, cost, units, all }: Rows,
    scores: Float64Array,
    allScores: Float64Array,
  ) {
    this.order = descending(scores);
    const rows = new Ordered(engine, scratch, resamples, {
      ...{ order: this.order, scores, treated, outcome, units },
      ...(cost && { cost }),
    });
    const order = allScores === scores ? this.order : descending(allScores);
    const effects = new Ordered(engine, scratch, resamples, {
      ...{ order, scores: allScores, treated, outcome: all.effects, effects: all.effects, units: all.units },
    });
    this.ordered = { rows, effects };
  }

  /** Each metric and what chance would give, on the resample that is drawn; last the effect itself. */
  count(metrics: readonly Metric[]): number[] {
    this.gains = this.ordered.rows.gains();
    return [
      ...metrics.flatMap((metric) => {
        const value = metric.of(this);
        return [value, value - metric.random(this)];
      }),
      lift(this.gains),
    ];
  }

  uplift(share: number, byGroup: boolean): number {
    const { treated, controls } = this.gains;
    const { rows } = this.ordered;
    if (!byGroup) {
      const [n_t, n_c, Y_t, Y_c] = rows.top(ARM.both, Math.floor((treated + controls) * share)) as Four;
      return Y_t / n_t - Y_c / n_c;
    }
    const [n_t, , Y_t] = rows.top(ARM.treated, Math.floor(treated * share)) as Four;
    const [, n_c, , Y_c] = rows.top(ARM.control, Math.floor(controls * share)) as Four;
    return Y_t / n_t - Y_c / n_c;
  }
}

type Four = [number, number, number, number];
