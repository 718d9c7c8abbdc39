/** Robyn's exports against a plain transcription of its formulas. */
import { describe, expect, it } from "vitest";
import { createEngine, importRobyn, planBudget, type RobynModel } from "../../../src/index.js";
import { respond, series, sum } from "./respond.js";

const engine = createEngine();
const ROWS = 40;
const WINDOW = { from: 5, to: 36 };
const MEDIA = ["tv", "search", "mail"];
const columns: Record<string, number[]> = {
  tv: series(ROWS, 1),
  search: series(ROWS, 2, 50),
  mail: series(ROWS, 3, 9),
};
const COEF: Record<string, number> = { tv: 9000, search: 700, mail: 50 };

function exported(version = "Robyn (stable) v3.11.1 [R-4.4.0]", hypers: Record<string, number[]> = {}): RobynModel {
  const adstock = hypers.tv_shapes ? (hypers.pdf ? "weibull_pdf" : "weibull_cdf") : "geometric";
  return {
    InputCollect: {
      version: [version],
      adstock: [adstock],
      all_media: MEDIA,
      paid_media_spends: ["tv", "search"],
      organic_vars: ["mail"],
      rollingWindowStartWhich: [WINDOW.from],
      rollingWindowEndWhich: [WINDOW.to],
      dep_var: ["revenue"],
    },
    ExportedModel: {
      select_model: ["1_2_3"],
      summary: [
        { variable: "(Intercept)", coef: 12 },
        ...MEDIA.map((variable) => ({ variable, coef: COEF[variable] ?? 0 })),
      ],
      hyper_values: {
        ...{ tv_alphas: [2.5], tv_gammas: [0.35], tv_thetas: [0.4], search_alphas: [0.6], search_gammas: [0.9] },
        ...{ search_thetas: [0], mail_alphas: [1.5], mail_gammas: [0.5], mail_thetas: [0.2], lambda: [7] },
        ...hypers,
      },
    },
    Extras: {
      raw_data: Array.from({ length: ROWS }, (_, t) => ({
        DATE: "2020-01-06",
        ...Object.fromEntries(MEDIA.map((name) => [name, (columns[name] as number[])[t]])),
      })),
    },
  };
}

/** Decomposition of one medium as Robyn computes it. */
function decomposed(name: string, weights: (lag: number) => number, alpha: number, gamma: number, least: boolean) {
  const x = columns[name] as number[];
  const a = x.map((_, t) => sum(x.slice(0, t + 1).map((spend, s) => spend * weights(t - s))));
  const inside = a.slice(WINDOW.from - 1, WINDOW.to);
  const inflexion = (least ? (1 - gamma) * Math.min(...inside) : 0) + gamma * Math.max(...inside);
  const carry = sum(inside.map((value, t) => value - (x[t + WINDOW.from - 1] as number))) / inside.length;
  const hill = (value: number) => ((COEF[name] ?? 0) * value ** alpha) / (value ** alpha + inflexion ** alpha);
  return { inflexion, carry, hill, total: sum(inside.map(hill)) };
}

/** Spends of the window, and the import whose plan begins with it. */
function windowed(model: RobynModel) {
  const imported = importRobyn(model, { start: WINDOW.from, engine });
  const channels = [...imported.channels, ...imported.organic];
  const spends = channels.map(({ name }) => (columns[name] as number[]).slice(WINDOW.from - 1, WINDOW.to));
  return { imported, channels, totals: respond(engine, channels, spends) };
}

describe("a model of Robyn", () => {
  it.each([
    ["Robyn (stable) v3.11.1 [R-4.4.0]", true],
    ["3.12.1", false],
  ])("of version %s is decomposed as Robyn decomposes it", (version, least) => {
    const { imported, totals } = windowed(exported(version));
    const byHand = [
      decomposed("tv", (lag) => 0.4 ** lag, 2.5, 0.35, least),
      decomposed("search", (lag) => (lag ? 0 : 1), 0.6, 0.9, least),
      decomposed("mail", (lag) => 0.2 ** lag, 1.5, 0.5, least),
    ];
    totals.forEach((total, i) => {
      expect(total / (byHand[i]?.total as number)).toBeCloseTo(1, 12);
    });
    expect(imported.record.version).toBe(version);
    expect(imported.record.window).toEqual(WINDOW);
    expect(imported.record.channels.map(({ parameters }) => parameters.inflexion)).toEqual(
      byHand.map(({ inflexion }) => expect.closeTo(inflexion, 8)),
    );
  });

  it("differs between the versions where the window's least adstock is above 0", () => {
    const inflexion = (version: string) => importRobyn(exported(version)).record.channels[0]?.parameters.inflexion;
    expect(inflexion("3.11.0")).toBeGreaterThan(inflexion("3.12.1") as number);
  });

  // 1 + 39 · 0.1 = 4.9, so 5; 1 + 39/26 = 2.5, so 2 (the even one); 1 + 39 · 3/26 = 5.5, so 6.
  it.each([
    ["cdf", 1.3, 0.1, 5],
    ["cdf", 0.7, 1 / 26, 2],
    ["pdf", 2.2, 3 / 26, 6],
    ["pdf", 0.9, 0, 0],
  ])("with a Weibull %s of shape %d and scale %d counts its scale in periods: %d", (form, shape, scale, periods) => {
    const hypers = Object.fromEntries(
      MEDIA.flatMap((name) => [[`${name}_shapes`, [shape]] as const, [`${name}_scales`, [scale]] as const]),
    );
    const { imported, totals } = windowed(exported("3.12.1", { ...hypers, ...(form === "pdf" ? { pdf: [1] } : {}) }));
    const density = Array.from({ length: ROWS }, (_, l) => {
      const z = (l + 1) / periods;
      return (shape / periods) * z ** (shape - 1) * Math.exp(-(z ** shape));
    });
    const [low, high] = [Math.min(...density), Math.max(...density)];
    const survival = (lag: number): number =>
      lag === 0 ? 1 : survival(lag - 1) * Math.exp(-((lag / periods) ** shape));
    const weights = (lag: number) => {
      if (periods === 0) return lag ? 0 : 1;
      return form === "cdf" ? survival(lag) : ((density[lag] as number) - low) / (high - low);
    };
    const parameters = { tv: [2.5, 0.35], search: [0.6, 0.9], mail: [1.5, 0.5] } as Record<string, [number, number]>;
    MEDIA.forEach((name, i) => {
      const [alpha, gamma] = parameters[name] as [number, number];
      const byHand = decomposed(name, weights, alpha, gamma, false);
      expect((totals[i] as number) / byHand.total).toBeCloseTo(1, 11);
    });
    if (periods > 0) expect(imported.record.channels[0]?.adstock.parameters.periods).toBe(periods);
  });

  it("has the allocator's form, with what is carried over", () => {
    const { allocator } = importRobyn(exported());
    const byHand = decomposed("tv", (lag) => 0.4 ** lag, 2.5, 0.35, true);
    expect(allocator.map(({ name }) => name)).toEqual(["tv", "search"]);
    const [response] = respond(engine, allocator.slice(0, 1), [[300]]);
    expect((response as number) / byHand.hill(300 + byHand.carry)).toBeCloseTo(1, 12);
    const plan = planBudget({ budget: 900, channels: allocator });
    expect(plan.status).toBe("met");
    expect(plan.gap).toBeLessThanOrEqual(1e-6);
  });

  it("without raw data takes the input by column", () => {
    const { Extras, ...model } = exported();
    expect(() => importRobyn(model)).toThrow("model.Extras.raw_data is missing");
    expect(importRobyn(model, { data: columns })).toEqual(importRobyn({ ...model, Extras } as RobynModel));
  });

  it("plans after the last row, or where it is told, on the history before", () => {
    expect(importRobyn(exported()).channels[0]?.history).toHaveLength(ROWS);
    expect(importRobyn(exported(), { start: 3 }).channels[0]?.history).toEqual(columns.tv?.slice(0, 2));
    expect(() => importRobyn(exported(), { start: ROWS + 2 })).toThrow("start must be a whole number from 1 to 41");
  });

  it("leaves out what cannot be planned, and says why", () => {
    const model = exported();
    model.ExportedModel.summary.forEach((entry) => {
      if (entry.variable === "tv") (entry as { coef: number }).coef = 0;
    });
    for (const row of model.Extras?.raw_data ?? []) (row as Record<string, unknown>).search = 0;
    const { channels, leftOut } = importRobyn(model);
    expect(channels).toEqual([]);
    expect(leftOut).toEqual([
      { name: "tv", reason: "its coefficient is 0" },
      { name: "search", reason: "it has no spend in the modelling window" },
    ]);
  });

  it("takes an exposure where its cost is given", () => {
    const model = exported();
    model.InputCollect.paid_media_spends = ["search"];
    expect(() => importRobyn(model)).toThrow(
      'model.InputCollect.all_media: "tv" is an exposure, not a spend: give its money for one unit as options.costs.tv',
    );
    const [tv] = importRobyn(model, { costs: { tv: 0.5 } }).channels;
    expect(tv).toMatchObject({ cost: 0.5, history: columns.tv?.map((x) => x / 2) });
    const units = series(6, 9);
    const plain = importRobyn(exported()).channels.slice(0, 1);
    const [bought] = respond(engine, [tv as NonNullable<typeof tv>], [units.map((x) => x / 2)]);
    const [counted] = respond(engine, plain, [units]);
    expect(bought).toBeCloseTo(counted as number, 8);
  });
});

describe("a hostile export of Robyn", () => {
  const broken = (change: (model: RobynModel) => void) => () => {
    const model = structuredClone(exported());
    change(model);
    importRobyn(model);
  };
  it.each<[string, (model: RobynModel) => void]>([
    ["model.InputCollect is missing", (model) => Reflect.deleteProperty(model, "InputCollect")],
    ["model.InputCollect.version is missing", (model) => Reflect.deleteProperty(model.InputCollect, "version")],
    [
      "model.InputCollect.version must be 3.11 or 3.12",
      (model) => Object.assign(model.InputCollect, { version: "3.10.5" }),
    ],
    [
      "model.InputCollect.version must be a version",
      (model) => Object.assign(model.InputCollect, { version: "latest" }),
    ],
    [
      "model.InputCollect.adstock[0] must be one of",
      (model) => Object.assign(model.InputCollect, { adstock: ["sticky"] }),
    ],
    [
      "model.InputCollect.rollingWindowEndWhich must be",
      (model) => Object.assign(model.InputCollect, { rollingWindowEndWhich: 99 }),
    ],
    [
      "model.ExportedModel.hyper_values.tv_alphas is missing",
      (model) => Reflect.deleteProperty(model.ExportedModel.hyper_values, "tv_alphas"),
    ],
    [
      "model.ExportedModel.hyper_values.tv_alphas must be above 0, got -1",
      (model) => Object.assign(model.ExportedModel.hyper_values, { tv_alphas: [-1] }),
    ],
    [
      "model.ExportedModel.hyper_values.tv_gammas[0] must be finite, got NaN",
      (model) => Object.assign(model.ExportedModel.hyper_values, { tv_gammas: [Number.NaN] }),
    ],
    [
      "model.ExportedModel.hyper_values.tv_gammas must be at most 1",
      (model) => Object.assign(model.ExportedModel.hyper_values, { tv_gammas: 1.5 }),
    ],
    [
      "model.ExportedModel.hyper_values.tv_thetas must be below 1",
      (model) => Object.assign(model.ExportedModel.hyper_values, { tv_thetas: 1 }),
    ],
    [
      'model.ExportedModel.summary has no entry for "tv"',
      (model) => Object.assign(model.ExportedModel, { summary: [] }),
    ],
    [
      "model.ExportedModel.summary[1].coef must not be negative",
      (model) => Object.assign(model.ExportedModel.summary[1] as object, { coef: -2 }),
    ],
    [
      "model.ExportedModel.summary[1].coef must be a number, got string",
      (model) => Object.assign(model.ExportedModel.summary[1] as object, { coef: "NA" }),
    ],
    [
      "model.Extras.raw_data[3].tv is missing",
      (model) => Reflect.deleteProperty(model.Extras?.raw_data?.[3] as object, "tv"),
    ],
    [
      "model.Extras.raw_data[3].tv must be at least 0 and finite, got -4",
      (model) => Object.assign(model.Extras?.raw_data?.[3] as object, { tv: -4 }),
    ],
    [
      'model.Extras.raw_data[3].tv must be a number, got "NA"',
      (model) => Object.assign(model.Extras?.raw_data?.[3] as object, { tv: "NA" }),
    ],
  ])("%s", (message, change) => {
    expect(broken(change)).toThrow(message);
  });

  it("is no object", () => {
    expect(() => importRobyn(null as unknown as RobynModel)).toThrow("model must be an object, got null");
  });
});
