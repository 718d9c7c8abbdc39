/**
 * Robyn's fitted curves. Formulas: R/R/transformation.R and R/R/allocator.R of facebookexperimental/Robyn, versions 3.11.1
 * and 3.12.1.
 *
 *   a_t = x_t + θ a_{t−1}                              geometric, from the first row of the data, not normalised
 *   a = w ∗ x, w Weibull over lags 0 … n − 1           n rows of data, scale* = round(1 + (n − 1) scale), halves to even
 *   contribution_t = coef a_t^α / (ι^α + a_t^α)
 *   ι = (1 − γ) min a + γ max a   (3.11)   or   γ max a   (3.12), over the modelling window
 *   allocator: coef / (1 + (ι / (x + carry))^α), carry = mean(a − x) over the window, one period for all
 */
import type { Schema } from "../schema.js";
import { checkBy } from "../schema.js";
import type { Adstock, Channel } from "../types.js";
import { adstocked } from "./kernel.js";
import { ANYTHING, type Boxed, boxed, engineOf, NUMBER, TEXT, unboxed, versionOf } from "./read.js";
import type { ChannelRecord, Imported, ImportOptions } from "./types.js";

/** What `robyn_write` exports as RobynModel-ID.json: the fields that are read. R writes single values as lists of one. */
export interface RobynModel {
  InputCollect: {
    /** "Robyn (stable) v3.11.1 [R-4.4.0]": decides the inflexion. */
    version: Boxed<string>;
    adstock: Boxed<"geometric" | "weibull_cdf" | "weibull_pdf">;
    /** Media as the model has them. */
    all_media: Boxed<string>;
    paid_media_spends: Boxed<string>;
    /** Rows of the modelling window, from 1, both inside. */
    rollingWindowStartWhich: Boxed<number>;
    rollingWindowEndWhich: Boxed<number>;
    [other: string]: unknown;
  };
  ExportedModel: {
    summary: readonly { variable: string; coef: number; [other: string]: unknown }[];
    /** NAME_alphas, NAME_gammas and NAME_thetas, or NAME_shapes and NAME_scales. */
    hyper_values: Readonly<Record<string, Boxed<number>>>;
    [other: string]: unknown;
  };
  /** Rows of the input, oldest first. */
  Extras?: { raw_data?: readonly Readonly<Record<string, unknown>>[]; [other: string]: unknown };
  [other: string]: unknown;
}

export interface RobynOptions extends ImportOptions {
  /** The input by column, oldest row first, where the export has no raw_data. */
  data?: Readonly<Record<string, ArrayLike<number>>>;
  /** Row of the plan's first period, from 1 (default: after the last row). The rows before it are its history. */
  start?: number;
  /** Money for one unit of an exposure (impressions, clicks) that the model has in place of its spend. */
  costs?: Readonly<Record<string, number>>;
}

export interface RobynImport extends Imported {
  /**
   * The allocator's form: spend of one period, carried-over spend added, no adstock; `current` is the window's mean. Its
   * answer is the same for every period.
   */
  allocator: Channel[];
  /** Organic variables by the same formulas: not bought, so not planned. */
  organic: Channel[];
}

const MODEL: Schema = {
  type: "object",
  required: ["InputCollect", "ExportedModel"],
  additionalProperties: ANYTHING,
  properties: {
    InputCollect: {
      type: "object",
      required: [
        "version",
        "adstock",
        "all_media",
        "paid_media_spends",
        "rollingWindowStartWhich",
        "rollingWindowEndWhich",
      ],
      additionalProperties: ANYTHING,
      properties: {
        version: boxed(TEXT),
        adstock: boxed({ enum: ["geometric", "weibull_cdf", "weibull_pdf"] }),
        all_media: { oneOf: [TEXT, { type: "array", minItems: 1, items: TEXT }] },
        paid_media_spends: { oneOf: [TEXT, { type: "array", items: TEXT }] },
        rollingWindowStartWhich: boxed({ type: "integer", minimum: 1 }),
        rollingWindowEndWhich: boxed({ type: "integer", minimum: 1 }),
      },
    },
    ExportedModel: {
      type: "object",
      required: ["summary", "hyper_values"],
      additionalProperties: ANYTHING,
      properties: {
        summary: {
          type: "array",
          items: {
            type: "object",
            required: ["variable", "coef"],
            additionalProperties: ANYTHING,
            properties: { variable: TEXT, coef: NUMBER },
          },
        },
        hyper_values: { type: "object", additionalProperties: boxed(NUMBER) },
      },
    },
    Extras: {
      type: "object",
      additionalProperties: ANYTHING,
      properties: {
        raw_data: { type: "array", minItems: 1, items: { type: "object", additionalProperties: ANYTHING } },
      },
    },
  },
};

/** The model while it is read. */
interface Fit {
  model: RobynModel;
  options: RobynOptions;
  adstock: string;
  /** Whether ι counts from the least adstocked spend (3.11) or from 0 (3.12). */
  fromLeast: boolean;
  rows: number;
  window: { from: number; to: number };
  start: number;
}

/**
 * Reads a model that `robyn_write` exported.
 *
 * @param exported RobynModel-ID.json, parsed. Its version must be 3.11 or 3.12: their inflexion points differ.
 * @returns `channels` for a plan over periods, `allocator` for Robyn's own plan of one period, `organic`, and the record.
 *   A medium with coefficient 0, or without spend in the window, is left out.
 * @throws {TypeError} for a wrong kind or a missing field; {RangeError} for a wrong value; naming the field.
 * @example
 * const { channels } = importRobyn(JSON.parse(await readFile("RobynModel-3_165_9.json", "utf8")));
 * const plan = planBudget({ budget: 1e6, periods: 13, channels });
 */
export function importRobyn(exported: RobynModel, options: RobynOptions = {}): RobynImport {
  checkBy(exported, MODEL, "model");
  const fit = fitOf(exported, options);
  const imported: RobynImport = {
    channels: [],
    allocator: [],
    organic: [],
    leftOut: [],
    record: { exporter: "Robyn", version: unboxed(exported.InputCollect.version), window: fit.window, channels: [] },
  };
  const spends = listed(exported.InputCollect.paid_media_spends);
  const paid = listed(exported.InputCollect.all_media);
  for (const name of paid) importMedium(imported, fit, name, spends.includes(name));
  return imported;
}

function fitOf(model: RobynModel, options: RobynOptions): Fit {
  const { InputCollect } = model;
  const version = unboxed(InputCollect.version);
  const [major, minor] = versionOf(version, "model.InputCollect.version");
  if (major !== 3 || (minor !== 11 && minor !== 12)) {
    throw new RangeError(
      `model.InputCollect.version must be 3.11 or 3.12, whose inflexion points are known, got ${JSON.stringify(version)}`,
    );
  }
  const rows = rowsOf(model, options);
  const from = unboxed(InputCollect.rollingWindowStartWhich);
  const to = unboxed(InputCollect.rollingWindowEndWhich);
  if (from > to || to > rows) {
    throw new RangeError(
      `model.InputCollect.rollingWindowEndWhich must be a row from ${from} to ${rows}, the last, got ${to}`,
    );
  }
  const { start = rows + 1 } = options;
  if (!Number.isInteger(start) || start < 1 || start > rows + 1) {
    throw new RangeError(`start must be a whole number from 1 to ${rows + 1}, after the last row, got ${start}`);
  }
  return {
    ...{ model, options, rows, start },
    adstock: unboxed(InputCollect.adstock),
    fromLeast: minor === 11,
    window: { from, to },
  };
}

function rowsOf({ Extras }: RobynModel, { data }: RobynOptions): number {
  const rows = data ? Math.max(0, ...Object.values(data).map((column) => column.length)) : Extras?.raw_data?.length;
  if (rows) return rows;
  throw new TypeError(
    "model.Extras.raw_data is missing: export with add_data = TRUE, or give the input as options.data",
  );
}

function importMedium(imported: RobynImport, fit: Fit, name: string, bought: boolean): void {
  const { model, options, window, rows } = fit;
  const organic = !bought && listed((model.InputCollect.organic_vars ?? []) as Boxed<string>).includes(name);
  const cost = options.costs?.[name];
  if (!bought && !organic && cost === undefined) {
    throw new RangeError(
      `model.InputCollect.all_media: "${name}" is an exposure, not a spend: give its money for one unit as options.costs.${name}`,
    );
  }
  if (cost !== undefined && !(cost > 0 && cost < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`options.costs.${name} must be above 0 and finite, got ${cost}`);
  }
  const coef = coefOf(model, name);
  const units = seriesOf(fit, name);
  const adstock = adstockOf(fit, name);
  const [alpha, gamma] = [hyper(model, name, "alphas"), hyper(model, name, "gammas")];
  if (gamma > 1)
    throw new RangeError(`model.ExportedModel.hyper_values.${name}_gammas must be at most 1, got ${gamma}`);
  const worked = adstocked(engineOf(options), adstock.adstock, units);
  const measured = measure(worked, units, window);
  const inflexion = fit.fromLeast ? (1 - gamma) * measured.least + gamma * measured.most : gamma * measured.most;
  const reason = !coef ? "its coefficient is 0" : inflexion > 0 ? "" : "it has no spend in the modelling window";
  if (reason) {
    imported.leftOut.push({ name, reason });
    return;
  }
  const curve = { type: "hill", max: coef, half: inflexion, shape: alpha } as const;
  const money = cost === undefined ? {} : { cost };
  // Without an adstock nothing of before the plan works in it.
  const carried = adstock.adstock && {
    adstock: adstock.adstock,
    history: Array.from(units.subarray(0, fit.start - 1), (x) => x * (cost ?? 1)),
  };
  const channel: Channel = { name, curve, ...money, ...carried };
  (organic ? imported.organic : imported.channels).push(channel);
  if (!organic && measured.carry >= 0) {
    const current = measured.mean * (cost ?? 1);
    imported.allocator.push({ name, curve: { ...curve, carry: measured.carry }, ...money, current });
  } else if (!organic) {
    // A Weibull density may take more from the period of the spend than it carries into later ones.
    imported.leftOut.push({
      name: `${name} in allocator`,
      reason: `what is carried over is ${measured.carry}, below 0`,
    });
  }
  imported.record.channels.push({
    channel: name,
    family: "hill",
    parameters: { coef, alpha, gamma, inflexion },
    scaling: { leastAdstock: measured.least, mostAdstock: measured.most, carry: measured.carry, rows, cost: cost ?? 1 },
    adstock: adstock.record,
    order: "adstock first",
  });
}

function coefOf({ ExportedModel }: RobynModel, name: string): number {
  const at = ExportedModel.summary.findIndex(({ variable }) => variable === name);
  if (at < 0) throw new TypeError(`model.ExportedModel.summary has no entry for "${name}"`);
  const { coef } = ExportedModel.summary[at] as { coef: number };
  if (coef < 0) {
    throw new RangeError(
      `model.ExportedModel.summary[${at}].coef must not be negative, a response curve never falls, got ${coef}`,
    );
  }
  return coef;
}

/** A hyper-parameter, which is not negative; 0 has no meaning but for adstocks. */
function hyper({ ExportedModel }: RobynModel, name: string, what: string, zero = false): number {
  const path = `model.ExportedModel.hyper_values.${name}_${what}`;
  const value = ExportedModel.hyper_values[`${name}_${what}`];
  if (value === undefined) throw new TypeError(`${path} is missing`);
  const number = unboxed(value);
  if (number > 0 || (zero && number === 0)) return number;
  throw new RangeError(`${path} must be ${zero ? "at least" : "above"} 0, got ${number}`);
}

function adstockOf(fit: Fit, name: string): { adstock: Adstock | undefined; record: ChannelRecord["adstock"] } {
  const { model, adstock: family, rows } = fit;
  if (family === "geometric") {
    const theta = hyper(model, name, "thetas", true);
    if (theta >= 1)
      throw new RangeError(`model.ExportedModel.hyper_values.${name}_thetas must be below 1, got ${theta}`);
    const record = { family, parameters: { theta }, normalised: false, lags: "unlimited" } as const;
    return { adstock: { type: "geometric", decay: theta, normalised: false }, record };
  }
  const [shape, share] = [hyper(model, name, "shapes", true), hyper(model, name, "scales", true)];
  if (share > 1)
    throw new RangeError(`model.ExportedModel.hyper_values.${name}_scales must be at most 1, got ${share}`);
  const scale = weibullScale(rows, share);
  const record = { family, parameters: { shape, scale: share, periods: scale }, normalised: false, lags: rows };
  // Robyn leaves spend as it is where one of them is 0.
  if (shape === 0 || share === 0) return { adstock: undefined, record: { ...record, lags: 1 } };
  const form = family === "weibull_cdf" ? "cdf" : "pdf";
  return { adstock: { type: "weibull", form, shape, scale, length: rows, normalised: false }, record };
}

/** R: round(quantile(1:n, share)): the quantile of type 7, and halves to even. */
function weibullScale(n: number, share: number): number {
  const index = 1 + (n - 1) * share;
  const low = Math.floor(index);
  const h = index - low;
  const quantile = h > 0 ? (1 - h) * low + h * (low + 1) : low;
  const down = Math.floor(quantile);
  const over = quantile - down;
  return over > 0.5 || (over === 0.5 && down % 2 === 1) ? down + 1 : down;
}

function seriesOf({ model, options, rows }: Fit, name: string): Float64Array {
  const column = options.data?.[name];
  if (options.data && column === undefined) throw new TypeError(`options.data.${name} is missing`);
  return Float64Array.from({ length: rows }, (_, t) => {
    const value = column ? column[t] : model.Extras?.raw_data?.[t]?.[name];
    const path = column ? `options.data.${name}[${t}]` : `model.Extras.raw_data[${t}].${name}`;
    if (value === undefined) throw new TypeError(`${path} is missing`);
    if (typeof value !== "number") throw new TypeError(`${path} must be a number, got ${JSON.stringify(value)}`);
    if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
    throw new RangeError(`${path} must be at least 0 and finite, got ${value}`);
  });
}

function measure(worked: Float64Array, units: Float64Array, { from, to }: Fit["window"]) {
  let [least, most, sum, carried] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (let t = from - 1; t < to; t++) {
    const a = worked[t] as number;
    least = Math.min(least, a);
    most = Math.max(most, a);
    sum += units[t] as number;
    carried += a - (units[t] as number);
  }
  const length = to - from + 1;
  return { least, most, mean: sum / length, carry: carried / length };
}

function listed(value: Boxed<string>): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
