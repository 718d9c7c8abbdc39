/**
 * Meridian's fitted curves. Formulas: meridian/model/adstock_hill.py and transformers.py of google/meridian, 1.8.0.
 *
 *   m̃ = (m / population_g) / median,   hill m̃^s / (m̃^s + ec^s),   lags 0 … w − 1, w = min(max_lag + 1, media times)
 *   geometric α^l / Σ,   binomial (1 − l/w)^(1/α − 1) / Σ,   zero history unless it is given
 *   outcome_gt = β_g · stdev · population_g · revenue per KPI · hill((w ∗ m̃)_t), or Σ_l w_l hill(m̃_{t−l})
 *
 * Media m cost the same per unit whatever is bought, as in Meridian's own optimiser. Each geo is a channel of its own.
 */
import { checkBy } from "../schema.js";
import type { Adstock, Channel } from "../types.js";
import {
  AT_LEAST_0,
  BY_GEO,
  DECAY,
  engineOf,
  FLAG,
  historyOf,
  LAGS,
  listOf,
  object,
  ofGeo,
  POSITIVE,
  requireDistinct,
  TEXT,
  versionOf,
} from "./read.js";
import type { Imported, ImportOptions } from "./types.js";
import { binomialKernel, carriedBy, geometricKernel, lagsOf } from "./weights.js";

export interface MeridianModel {
  /** `meridian.__version__`. */
  version: string;
  /** `ModelSpec.max_lag` (8 by default). */
  max_lag: number;
  /** `n_media_times`: lags never reach beyond the data. */
  media_times: number;
  /** `ModelSpec.hill_before_adstock` (default false). */
  hill_before_adstock?: boolean;
  /** `KpiTransformer.population_scaled_stdev`. */
  kpi_stdev: number;
  /** Default 1: the outcome is the KPI. */
  revenue_per_kpi?: number;
  /** Left out for a national model, whose population is 1. */
  geos?: readonly { name: string; population: number }[];
  /** Impression and spend media. Reach and frequency have no curve over spend: Meridian fixes the frequency first. */
  channels: readonly {
    name: string;
    /** `ModelSpec.adstock_decay_spec` (default geometric). */
    adstock_decay?: "geometric" | "binomial";
    alpha_m: number;
    ec_m: number;
    /** Default 1, as for media that is not reach and frequency. */
    slope_m?: number;
    /** One, or one for each geo. */
    beta_gm: number | readonly number[];
    /** `MediaTransformer`: median of positive media per head. */
    median: number;
    /** Money for one unit of media (default 1: media is spend). */
    cost?: number;
    /** Money before the plan, oldest first: one list, or one for each geo. */
    history?: readonly number[] | readonly (readonly number[])[];
  }[];
}

const MODEL = object(
  {
    version: TEXT,
    max_lag: { ...LAGS, minimum: 0 },
    media_times: { type: "integer", minimum: 1 },
    hill_before_adstock: FLAG,
    kpi_stdev: POSITIVE,
    revenue_per_kpi: POSITIVE,
    geos: listOf(object({ name: TEXT, population: POSITIVE })),
    channels: listOf(
      object(
        {
          name: TEXT,
          adstock_decay: { enum: ["geometric", "binomial"] },
          alpha_m: DECAY,
          ec_m: POSITIVE,
          slope_m: POSITIVE,
          beta_gm: BY_GEO(AT_LEAST_0),
          median: POSITIVE,
          cost: POSITIVE,
          history: { type: "array" },
        },
        ...["adstock_decay", "slope_m", "cost", "history"],
      ),
    ),
  },
  ...["hill_before_adstock", "revenue_per_kpi", "geos"],
);

/**
 * Reads a model of Meridian from its scales and one set of parameters, such as posterior means or one draw.
 *
 * @returns a channel "tv / geo" for each medium and geo, or "tv" where there are no geos; one with coefficient 0 is left out.
 * @throws {TypeError} for a wrong kind, an unknown or a missing field; {RangeError} for a wrong value; naming the field.
 */
export function importMeridian(model: MeridianModel, options: ImportOptions = {}): Imported {
  checkBy(model, MODEL, "model");
  versionOf(model.version, "model.version");
  requireDistinct(
    model.channels.map(({ name }) => name),
    (i) => `model.channels[${i}].name`,
  );
  requireDistinct(
    (model.geos ?? []).map(({ name }) => name),
    (i) => `model.geos[${i}].name`,
  );
  const imported: Imported = {
    channels: [],
    leftOut: [],
    record: { exporter: "Meridian", version: model.version, channels: [] },
  };
  const geos = model.geos ?? [{ name: "", population: 1 }];
  model.channels.forEach((_, i) => {
    geos.forEach((_, g) => {
      importOne(imported, model, i, g, options);
    });
  });
  return imported;
}

function importOne(imported: Imported, model: MeridianModel, i: number, g: number, options: ImportOptions): void {
  const { hill_before_adstock = false, kpi_stdev, revenue_per_kpi = 1, geos } = model;
  const fitted = model.channels[i] as MeridianModel["channels"][number];
  const { alpha_m, ec_m, slope_m = 1, median, cost = 1, adstock_decay = "geometric" } = fitted;
  const { name: geo, population } = geos?.[g] ?? { name: "", population: 1 };
  const count = geos?.length ?? 1;
  const name = geo ? `${fitted.name} / ${geo}` : fitted.name;
  const beta = ofGeo(fitted.beta_gm, g, count, `model.channels[${i}].beta_gm`);
  if (beta === 0) {
    imported.leftOut.push({ name, reason: "its coefficient is 0" });
    return;
  }
  const history = historyOf(fitted.history ?? [], g, count, `model.channels[${i}].history`);
  const lags = Math.min(model.max_lag + 1, model.media_times);
  const adstock: Adstock | undefined =
    adstock_decay === "geometric"
      ? geometricKernel(alpha_m, lags, true)
      : binomialKernel(engineOf(options), alpha_m, lags, lags, true);
  const channel: Channel = {
    name,
    curve: { type: "hill", max: beta * kpi_stdev * population * revenue_per_kpi, half: ec_m, shape: slope_m },
    cost: cost * population * median,
    ...carriedBy(adstock, history),
  };
  if (adstock && hill_before_adstock) channel.saturation = "before";
  imported.channels.push(channel);
  imported.record.channels.push({
    channel: name,
    family: "hill",
    parameters: { ec_m, slope_m, beta_gm: beta },
    scaling: { population, median, cost, kpi_stdev, revenue_per_kpi },
    adstock: { family: adstock_decay, parameters: { alpha_m }, normalised: true, lags: lagsOf(adstock) },
    order: hill_before_adstock ? "saturation first" : "adstock first",
  });
}
