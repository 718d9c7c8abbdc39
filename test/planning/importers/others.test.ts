/** Exports of PyMC-Marketing, Meridian and LightweightMMM against plain transcriptions of their published formulas. */
import { describe, expect, it } from "vitest";
import {
  createEngine,
  type Imported,
  importLightweight,
  importMeridian,
  importPyMC,
  type LightweightModel,
  type MeridianModel,
  type PyMCModel,
} from "../../../src/index.js";
import { respond, series, sum } from "./respond.js";

const engine = createEngine();
const HISTORY = series(20, 4, 3);
const SPENDS = series(9, 5, 3);
const SCALE = 2.75;
const TARGET = 8312.4;

/** Σ over the plan's periods of f, adstocked over the whole series, oldest history first, nothing before it. */
function response(weight: (lag: number) => number, f: (a: number) => number, before = false, unit = SCALE): number {
  const x = [...HISTORY, ...SPENDS].map((spend) => spend / unit);
  let total = 0;
  for (let t = HISTORY.length; t < x.length; t++) {
    let a = 0;
    // Saturation before adstock: what history still brings is not the plan's.
    for (let s = before ? HISTORY.length : 0; s <= t; s++) {
      a += weight(t - s) * (before ? f(x[s] as number) : (x[s] as number));
    }
    total += before ? a : f(a);
  }
  return total;
}

function normal(weight: (lag: number) => number, lags: number, normalised = true) {
  const all = Array.from({ length: lags }, (_, l) => weight(l));
  const total = normalised ? sum(all) : 1;
  return (lag: number) => (all[lag] ?? 0) / total;
}

function agrees({ channels }: Imported, expected: number, spends = SPENDS): void {
  const [got] = respond(engine, channels, [spends]);
  expect(Math.abs((got as number) / expected - 1)).toBeLessThanOrEqual(1e-12);
}

function pymc(
  change: Partial<PyMCModel>,
  saturation: Record<string, number>,
  adstock: Record<string, number>,
): Imported {
  return importPyMC(
    {
      version: "1.0.0",
      adstock: { type: "geometric", l_max: 8 },
      saturation: "logistic",
      target_scale: TARGET,
      channels: [{ name: "x1", channel_scale: SCALE, saturation, adstock, history: HISTORY }],
      ...change,
    },
    { engine },
  );
}

const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

describe("a model of PyMC-Marketing", () => {
  const geometric = normal((l) => 0.4 ** l, 8);
  it.each<[PyMCModel["saturation"], Record<string, number>, (x: number) => number]>([
    ["logistic", { lam: 3.2, beta: 0.4 }, (x) => (0.4 * (1 - Math.exp(-3.2 * x))) / (1 + Math.exp(-3.2 * x))],
    ["inverse_scaled_logistic", { lam: 0.7, beta: 0.4 }, (x) => (0.4 * (1 - 3 ** (-x / 0.7))) / (1 + 3 ** (-x / 0.7))],
    ["tanh", { b: 0.5, c: 0.8 }, (x) => 0.5 * Math.tanh(x / (0.5 * 0.8))],
    [
      "tanh_baselined",
      { x0: 0.6, gain: 0.9, r: 0.55, beta: 1.2 },
      (x) => (1.2 * 0.9 * 0.6 * Math.tanh((x * Math.atanh(0.55)) / 0.6)) / 0.55,
    ],
    ["michaelis_menten", { alpha: 0.8, lam: 0.3 }, (x) => (0.8 * x) / (0.3 + x)],
    ["hill", { slope: 1.8, kappa: 0.4, beta: 0.6 }, (x) => 0.6 * (1 - 0.4 ** 1.8 / (0.4 ** 1.8 + x ** 1.8))],
    ["hill_sigmoid", { sigma: 0.7, beta: 4, lam: 0.5 }, (x) => 0.7 * sigmoid(4 * (x - 0.5)) - 0.7 * sigmoid(-4 * 0.5)],
    ["root", { alpha: 0.3, beta: 0.2 }, (x) => (x > 0 ? 0.2 * x ** 0.3 : 0)],
    ["log", { beta: 0.2 }, (x) => 0.2 * Math.log1p(x)],
    ["no_saturation", { beta: 0.2 }, (x) => 0.2 * x],
  ])("with %s saturation responds as its formula", (saturation, parameters, f) => {
    agrees(pymc({ saturation }, parameters, { alpha: 0.4 }), TARGET * response(geometric, f));
  });

  const density = (k: number, lam: number) => (t: number) =>
    (k / lam) * (t / lam) ** (k - 1) * Math.exp(-((t / lam) ** k));
  const survival = (l: number): number => (l === 0 ? 1 : survival(l - 1) * Math.exp(-((l / 2.5) ** 1.4)));
  const spread = (l: number) => {
    const all = Array.from({ length: 6 }, (_, i) => density(1.4, 2.5)(i + 1));
    return ((all[l] as number) - Math.min(...all)) / (Math.max(...all) - Math.min(...all));
  };
  it.each<[PyMCModel["adstock"]["type"], Record<string, number>, (l: number) => number, number]>([
    ["geometric", { alpha: 0.6 }, (l) => 0.6 ** l, 6],
    ["binomial", { alpha: 0.3 }, (l) => (1 - l / 7) ** (1 / 0.3 - 1), 6],
    ["delayed", { alpha: 0.5, theta: 1.5 }, (l) => 0.5 ** ((l - 1.5) ** 2), 6],
    ["weibull_pdf", { k: 1.4, lam: 2.5 }, spread, 6],
    ["weibull_cdf", { k: 1.4, lam: 2.5 }, survival, 7],
    ["no_adstock", {}, (l) => (l ? 0 : 1), 1],
  ])("with %s adstock responds as its formula, over its lags", (type, parameters, weight, lags) => {
    const f = (x: number) => 0.4 * Math.tanh((3.2 * x) / 2);
    for (const normalize of [true, false]) {
      for (const adstock_first of [true, false]) {
        const imported = pymc(
          { adstock: { type, l_max: 6, normalize }, adstock_first },
          { lam: 3.2, beta: 0.4 },
          parameters,
        );
        const weights = normal(weight, lags, normalize);
        agrees(imported, TARGET * response(weights, f, !adstock_first));
        expect(imported.record.channels[0]?.adstock).toMatchObject({ family: type, normalised: normalize, lags });
      }
    }
  });

  it("keeps of the history only what its lags reach", () => {
    expect(pymc({}, { lam: 3, beta: 1 }, { alpha: 0.4 }).channels[0]?.history).toEqual(HISTORY.slice(-7));
  });
});

describe("a model of Meridian", () => {
  const model = (change: Partial<MeridianModel> = {}, channel: Record<string, unknown> = {}): MeridianModel => ({
    version: "1.8.0",
    max_lag: 5,
    media_times: 100,
    kpi_stdev: 3.5,
    revenue_per_kpi: 12,
    channels: [
      {
        name: "tv",
        alpha_m: 0.55,
        ec_m: 0.8,
        slope_m: 1.3,
        beta_gm: 0.4,
        median: 0.02,
        cost: 7,
        history: HISTORY,
        ...channel,
      },
    ],
    ...change,
  });
  const hill = (x: number) => x ** 1.3 / (x ** 1.3 + 0.8 ** 1.3);

  it.each(["geometric", "binomial"] as const)("with %s decay responds as its formula", (adstock_decay) => {
    const weights = normal((l) => (adstock_decay === "geometric" ? 0.55 ** l : (1 - l / 6) ** (1 / 0.55 - 1)), 6);
    for (const hill_before_adstock of [false, true]) {
      const imported = importMeridian(model({ hill_before_adstock }, { adstock_decay }), { engine });
      agrees(imported, 0.4 * 3.5 * 12 * response(weights, hill, hill_before_adstock, 7 * 0.02));
    }
  });

  it("never looks further back than the data", () => {
    const weights = normal((l) => 0.55 ** l, 3);
    agrees(importMeridian(model({ media_times: 3 })), 0.4 * 3.5 * 12 * response(weights, hill, false, 7 * 0.02));
  });

  it("has a channel for each geo, in the geo's scale", () => {
    const geos = [
      { name: "north", population: 20 },
      { name: "south", population: 5 },
    ];
    const imported = importMeridian(model({ geos }, { beta_gm: [0.4, 0], history: [HISTORY, HISTORY] }));
    const weights = normal((l) => 0.55 ** l, 6);
    expect(imported.channels.map(({ name }) => name)).toEqual(["tv / north"]);
    expect(imported.leftOut).toEqual([{ name: "tv / south", reason: "its coefficient is 0" }]);
    agrees(imported, 20 * 0.4 * 3.5 * 12 * response(weights, hill, false, 7 * 20 * 0.02));
  });
});

describe("a model of LightweightMMM", () => {
  const common = { version: "0.1.9", target_scale: 500 };
  const fitted = { name: "tv", coef_media: 0.3, media_scale: 2, cost: 1.375, history: HISTORY };

  it.each([true, false])("adstock and hill_adstock, normalised: %s", (normalise) => {
    const weights = (l: number) => (normalise ? 0.35 : 1) * 0.65 ** l;
    const power = { ...fitted, lag_weight: 0.65, exponent: 0.8 };
    agrees(
      importLightweight({ ...common, normalise, model_name: "adstock", channels: [power] }),
      500 * 0.3 * response(weights, (a) => a ** 0.8),
    );
    const hill = { ...fitted, lag_weight: 0.65, half_max_effective_concentration: 0.7, slope: 1.6 };
    agrees(
      importLightweight({ ...common, normalise, model_name: "hill_adstock", channels: [hill] }),
      500 * 0.3 * response(weights, (a) => 1 / (1 + (a / 0.7) ** -1.6)),
    );
  });

  it("carryover, over 13 lags", () => {
    const weights = normal((l) => 0.95 ** ((l - 6.2) ** 2), 13);
    const channel = { ...fitted, ad_effect_retention_rate: 0.95, peak_effect_delay: 6.2, exponent: 0.8 };
    agrees(
      importLightweight({ ...common, model_name: "carryover", channels: [channel] }),
      500 * 0.3 * response(weights, (a) => a ** 0.8),
    );
  });

  it("by geo", () => {
    const channel = {
      ...fitted,
      ...{ coef_media: [0, 0.3], media_scale: [9, 2], history: [[], HISTORY], lag_weight: 0.65, exponent: 0.8 },
    };
    const imported = importLightweight({
      ...{ ...common, target_scale: [1, 500], geos: ["a", "b"] },
      ...{ model_name: "adstock", channels: [channel] },
    });
    expect(imported.channels.map(({ name }) => name)).toEqual(["tv / b"]);
    agrees(
      imported,
      500 *
        0.3 *
        response(
          (l) => 0.35 * 0.65 ** l,
          (a) => a ** 0.8,
        ),
    );
  });
});

describe("hostile exports", () => {
  const fine: PyMCModel = {
    version: "1.0.0",
    adstock: { type: "geometric", l_max: 8 },
    saturation: "logistic",
    target_scale: 2,
    channels: [{ name: "x1", channel_scale: 1, adstock: { alpha: 0.4 }, saturation: { lam: 3, beta: 1 } }],
  };
  const channel = (change: object) => ({ channels: [{ ...fine.channels[0], ...change }] });
  it.each<[string, object]>([
    ["model.version is missing", { version: undefined }],
    ["model.version must be a version such as", { version: "main" }],
    ["model.saturation must be one of", { saturation: "sqrt" }],
    ["model.adstock.l_max must be at least 1, got 0", { adstock: { type: "geometric", l_max: 0 } }],
    ["model.target_scale must be above 0, got -2", { target_scale: -2 }],
    ["model.target_scale must be finite, got NaN", { target_scale: Number.NaN }],
    ["model.scale: there is no such field", { scale: 1 }],
    ["model.channels[0].saturation.beta is missing", channel({ saturation: { lam: 3 } })],
    ["model.channels[0].saturation.lam must be above 0, got -3", channel({ saturation: { lam: -3, beta: 1 } })],
    [
      "model.channels[0].saturation.kappa: there is no such field",
      channel({ saturation: { lam: 3, beta: 1, kappa: 2 } }),
    ],
    ["model.channels[0].adstock.alpha must be below 1, got 1", channel({ adstock: { alpha: 1 } })],
    ["model.channels[0].adstock.alpha is missing", channel({ adstock: undefined })],
    ["model.channels[0].history[1] must be at least 0, got -1", channel({ history: [0, -1] })],
    ['model.channels[1].name: "x1" is named twice', { channels: [fine.channels[0], fine.channels[0]] }],
  ])("of PyMC-Marketing: %s", (message, change) => {
    expect(() => importPyMC({ ...fine, ...change } as PyMCModel)).toThrow(message);
  });

  const meridian = { version: "1.8.0", max_lag: 8, media_times: 90, kpi_stdev: 1 };
  const tv = { name: "tv", alpha_m: 0.5, ec_m: 1, beta_gm: 1, median: 1 };
  const geos = [
    { name: "a", population: 1 },
    { name: "b", population: 1 },
  ];
  it.each<[string, object]>([
    ["model.channels is missing", {}],
    [
      "model.channels[0].beta_gm must have one entry for each of 2 geos, got 3",
      { geos, channels: [{ ...tv, beta_gm: [1, 1, 1] }] },
    ],
    ["model.channels[0].beta_gm[1] must be at least 0, got -1", { geos, channels: [{ ...tv, beta_gm: [1, -1] }] }],
    ["model.channels[0].history must be a list for each of 2 geos", { geos, channels: [{ ...tv, history: [1] }] }],
    [
      "model.channels[0].history[1][0] must be a number, got string",
      { geos, channels: [{ ...tv, history: [[1], ["2"]] }] },
    ],
    ["model.geos[0].population must be above 0, got 0", { geos: [{ name: "a", population: 0 }], channels: [tv] }],
    [
      "model.channels[0].median must be finite, got Infinity",
      { channels: [{ ...tv, median: Number.POSITIVE_INFINITY }] },
    ],
  ])("of Meridian: %s", (message, change) => {
    expect(() => importMeridian({ ...meridian, ...change } as MeridianModel)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ["model must be an object, got nothing", undefined],
    ["model.model_name must be one of adstock, hill_adstock, carryover", { channels: [], model_name: "ols" }],
    [
      "model.channels[0].slope is missing",
      {
        ...{ version: "0.1.9", target_scale: 1, model_name: "hill_adstock" },
        channels: [{ name: "tv", coef_media: 1, media_scale: 1, lag_weight: 0.5, half_max_effective_concentration: 1 }],
      },
    ],
  ])("of LightweightMMM: %s", (message, model) => {
    expect(() => importLightweight(model as LightweightModel)).toThrow(message);
  });
});
