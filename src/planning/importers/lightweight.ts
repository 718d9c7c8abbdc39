/**
 * LightweightMMM's fitted curves. Formulas: lightweight_mmm/media_transforms.py and models.py of google/lightweight_mmm.
 *
 *   adstock       a_t = x_t + lag_weight a_{t−1}, times 1 − lag_weight where normalised; then a^exponent
 *   hill_adstock  the same a; then 1 / (1 + (a / K)^−slope)
 *   carryover     Σ_l w_l x_{t−l} / Σ_l w_l, w_l = retention^((l − delay)²), l = 0 … 12; then a^exponent
 *   contribution_t = target_scale · coef_media · (that, of media / media_scale)
 */
import { checkBy, type Schema } from "../schema.js";
import type { Adstock, Channel, Curve } from "../types.js";
import {
  ANYTHING,
  AT_LEAST_0,
  BY_GEO,
  DECAY,
  FLAG,
  historyOf,
  listOf,
  object,
  ofGeo,
  POSITIVE,
  requireDistinct,
  TEXT,
  versionOf,
} from "./read.js";
import type { Imported, ImportOptions } from "./types.js";
import { carriedBy, lagsOf } from "./weights.js";

interface Fitted {
  name: string;
  /** One, or one for each geo. */
  coef_media: number | readonly number[];
  /** `media_scaler.divide_by`: one, or one for each geo. */
  media_scale: number | readonly number[];
  /** Money for one unit of media (default 1: media is spend). */
  cost?: number;
  /** Money before the plan, oldest first: one list, or one for each geo. */
  history?: readonly number[] | readonly (readonly number[])[];
}

interface Common {
  /** `lightweight_mmm.__version__`. */
  version: string;
  /** `target_scaler.divide_by`: one, or one for each geo. */
  target_scale: number | readonly number[];
  geos?: readonly string[];
  /** Of adstock and hill_adstock (default true). */
  normalise?: boolean;
}

export type LightweightModel = Common &
  (
    | { model_name: "adstock"; channels: readonly (Fitted & { lag_weight: number; exponent: number })[] }
    | {
        model_name: "hill_adstock";
        channels: readonly (Fitted & { lag_weight: number; half_max_effective_concentration: number; slope: number })[];
      }
    | {
        model_name: "carryover";
        channels: readonly (Fitted & {
          ad_effect_retention_rate: number;
          peak_effect_delay: number;
          exponent: number;
        })[];
      }
  );

/** `number_lags` of carryover. */
const LAGS = 13;
const PARAMETERS = {
  adstock: { lag_weight: DECAY, exponent: POSITIVE },
  hill_adstock: { lag_weight: DECAY, half_max_effective_concentration: POSITIVE, slope: POSITIVE },
  carryover: { ad_effect_retention_rate: DECAY, peak_effect_delay: AT_LEAST_0, exponent: POSITIVE },
};
const NAMED: Schema = {
  type: "object",
  required: ["model_name"],
  additionalProperties: ANYTHING,
  properties: { model_name: { enum: Object.keys(PARAMETERS) } },
};
const modelOf = (channel: Parameters<typeof object>[0]) =>
  object(
    {
      version: TEXT,
      model_name: { enum: Object.keys(PARAMETERS) },
      target_scale: BY_GEO(POSITIVE),
      geos: listOf(TEXT),
      normalise: FLAG,
      channels: listOf(
        object(
          {
            name: TEXT,
            coef_media: BY_GEO(AT_LEAST_0),
            media_scale: BY_GEO(POSITIVE),
            cost: POSITIVE,
            history: { type: "array" },
            ...channel,
          },
          ...["cost", "history"],
        ),
      ),
    },
    ...["geos", "normalise"],
  );

/**
 * Reads a model of LightweightMMM from its scalers and one set of parameters, such as posterior means or one draw.
 *
 * @returns a channel "tv / geo" for each medium and geo, or "tv" where there are no geos; one with coefficient 0 is left out.
 * @throws {TypeError} for a wrong kind, an unknown or a missing field; {RangeError} for a wrong value; naming the field.
 */
export function importLightweight(model: LightweightModel, _options: ImportOptions = {}): Imported {
  checkBy(model, NAMED, "model");
  checkBy(model, modelOf(PARAMETERS[model.model_name]), "model");
  versionOf(model.version, "model.version");
  requireDistinct(
    model.channels.map(({ name }) => name),
    (i) => `model.channels[${i}].name`,
  );
  requireDistinct(model.geos ?? [], (i) => `model.geos[${i}]`);
  const imported: Imported = {
    channels: [],
    leftOut: [],
    record: { exporter: "LightweightMMM", version: model.version, channels: [] },
  };
  model.channels.forEach((_, i) => {
    (model.geos ?? [""]).forEach((_, g) => {
      importOne(imported, model, i, g);
    });
  });
  return imported;
}

function importOne(imported: Imported, model: LightweightModel, i: number, g: number): void {
  const { geos, normalise = true } = model;
  const fitted = model.channels[i] as LightweightModel["channels"][number];
  const { cost = 1 } = fitted;
  const count = geos?.length ?? 1;
  const path = `model.channels[${i}]`;
  const name = geos ? `${fitted.name} / ${geos[g]}` : fitted.name;
  const coef_media = ofGeo(fitted.coef_media, g, count, `${path}.coef_media`);
  if (coef_media === 0) {
    imported.leftOut.push({ name, reason: "its coefficient is 0" });
    return;
  }
  const media_scale = ofGeo(fitted.media_scale, g, count, `${path}.media_scale`);
  const target_scale = ofGeo(model.target_scale, g, count, "model.target_scale");
  const history = historyOf(fitted.history ?? [], g, count, `${path}.history`);
  const { curve, adstock, parameters, lag } = formOf(fitted, coef_media * target_scale, normalise);
  const channel: Channel = { name, curve, cost: cost * media_scale, ...carriedBy(adstock, history) };
  imported.channels.push(channel);
  imported.record.channels.push({
    channel: name,
    family: curve.type === "hill" ? "hill" : "exponent",
    parameters: { coef_media, ...parameters },
    scaling: { media_scale, target_scale, cost },
    adstock: {
      family: adstock?.type === "delayed" ? "carryover" : "adstock",
      parameters: lag,
      normalised: adstock?.type === "delayed" || normalise,
      lags: lagsOf(adstock),
    },
    order: "adstock first",
  });
}

interface Form {
  curve: Curve;
  adstock: Adstock | undefined;
  parameters: Record<string, number>;
  lag: Record<string, number>;
}

function formOf(fitted: LightweightModel["channels"][number], max: number, normalised: boolean): Form {
  if ("ad_effect_retention_rate" in fitted) {
    const { ad_effect_retention_rate, peak_effect_delay, exponent } = fitted;
    return {
      curve: { type: "power", scale: max, exponent },
      adstock: {
        type: "delayed",
        decay: ad_effect_retention_rate,
        peak: peak_effect_delay,
        length: LAGS,
        normalised: true,
      },
      parameters: { exponent },
      lag: { ad_effect_retention_rate, peak_effect_delay },
    };
  }
  const { lag_weight } = fitted;
  const adstock: Adstock | undefined =
    lag_weight > 0 ? { type: "geometric", decay: lag_weight, normalised } : undefined;
  if ("exponent" in fitted) {
    const { exponent } = fitted;
    return { curve: { type: "power", scale: max, exponent }, adstock, parameters: { exponent }, lag: { lag_weight } };
  }
  const { half_max_effective_concentration: half, slope: shape } = fitted;
  const parameters = { half_max_effective_concentration: half, slope: shape };
  return { curve: { type: "hill", max, half, shape }, adstock, parameters, lag: { lag_weight } };
}
