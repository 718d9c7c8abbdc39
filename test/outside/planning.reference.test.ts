/** Fitted models of others: what their authors published, out of our kernels. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createEngine,
  importPyMC,
  importRobyn,
  type PlanProblem,
  planBudget,
  type RobynModel,
} from "../../src/index.js";
import { respond } from "../planning/importers/respond.js";
import { referenceData } from "../reference.setup.js";
import { readCsv } from "./data/csv.js";

interface Variable {
  coef_published: number;
  theta: number;
  alpha: number;
  gamma: number;
  inflexion_recomputed: number;
  inflexion_if_gamma_times_max: number;
  mean_carryover_recomputed: number;
  mean_spend?: number;
  decompAgg_published: number;
  initSpend: number;
  initResponse_published: number;
  optmSpend: number;
  optmResponse_published: number;
}

const PAID = ["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"];
const MEDIA = [...PAID, "newsletter"];
const [FROM, TO] = [7, 163];

let golden: Record<string, Variable>;
let columns: Record<string, number[]>;

beforeAll(() => {
  golden = JSON.parse(
    readFileSync(referenceData("mmm", "robyn", "golden_robyn_3_165_9_DERIVED.json"), "utf8"),
  ).variables;
  const { column } = readCsv("mmm", "robyn", "dt_simulated_weekly.csv");
  columns = Object.fromEntries(MEDIA.map((name) => [name, [...column(name)]]));
});

/** The fit as robyn_write writes it. */
function model(version: string): RobynModel {
  const hypers = MEDIA.flatMap((name): [string, number[]][] => {
    const { alpha, gamma, theta } = golden[name] as Variable;
    return [
      [`${name}_alphas`, [alpha]],
      [`${name}_gammas`, [gamma]],
      [`${name}_thetas`, [theta]],
    ];
  });
  return {
    InputCollect: {
      version: [version],
      adstock: ["geometric"],
      all_media: MEDIA,
      paid_media_spends: PAID,
      organic_vars: ["newsletter"],
      rollingWindowStartWhich: [FROM],
      rollingWindowEndWhich: [TO],
    },
    ExportedModel: {
      summary: MEDIA.map((variable) => ({ variable, coef: (golden[variable] as Variable).coef_published })),
      hyper_values: Object.fromEntries(hypers),
    },
  };
}

const of = (name: string) => golden[name] as Variable;

describe("Robyn's model 3_165_9", () => {
  const engine = createEngine();
  const imported = (version = "Robyn (stable) v3.11.1 [R-4.4.0]") =>
    importRobyn(model(version), { data: columns, start: FROM, engine });
  const decomposed = (version?: string) => {
    const { channels, organic } = imported(version);
    const all = [...channels, ...organic];
    const spends = all.map(({ name }) => (columns[name] as number[]).slice(FROM - 1, TO));
    return new Map(respond(engine, all, spends).map((total, i) => [all[i]?.name as string, total]));
  };

  it("is decomposed as published, to 1e-6", () => {
    const totals = decomposed();
    for (const name of MEDIA) {
      expect(Math.abs((totals.get(name) as number) / of(name).decompAgg_published - 1)).toBeLessThanOrEqual(1e-6);
    }
  });

  it("has the inflexion of its version", () => {
    for (const [version, field] of [
      ["3.11.1", "inflexion_recomputed"],
      ["3.12.1", "inflexion_if_gamma_times_max"],
    ] as const) {
      for (const { channel, parameters } of imported(version).record.channels) {
        expect((parameters.inflexion as number) / of(channel)[field]).toBeCloseTo(1, 13);
      }
    }
    expect(decomposed("3.12.1").get("ooh_S")).toBeCloseTo(18_320_014.5, 1);
  });

  it("answers the allocator's spends as published, to 1e-8", () => {
    const { allocator } = imported();
    expect(allocator.map(({ name }) => name)).toEqual(PAID);
    for (const point of ["init", "optm"] as const) {
      const spends = PAID.map((name) => [of(name)[`${point}Spend`]]);
      respond(engine, allocator, spends).forEach((response, i) => {
        const published = of(PAID[i] as string)[`${point}Response_published`];
        expect(Math.abs(response / published - 1)).toBeLessThanOrEqual(1e-8);
      });
    }
    for (const { name, current } of allocator) expect(current as number).toBeCloseTo(of(name).mean_spend as number, 6);
  });
});

/** media-mix.md 10.1: share of x1, response, and response of the even split, by multiple of the weekly budget. */
const SPLITS = [
  [1, true, 1, 18_441.6, 16_110.6],
  [2, true, 0.63557, 28_910.6, 28_289.1],
  [3, true, 0.55804, 36_120.1, 35_938.5],
  [1, false, 0.95852, 16_638.1, 15_006.9],
  [2, false, 0.59561, 26_437.5, 26_122.9],
  [3, false, 0.52502, 32_817.1, 32_783.3],
] as const;
const WEEKS = 8;
const WEEKLY = 0.470932;

describe("PyMC-Marketing's mmm_example, by its true parameters", () => {
  const engine = createEngine();
  let truth: { amplitude: number; alpha: number[]; lam: number[]; beta: number[]; true_total_contribution: object };
  let spends: Record<string, number[]>;
  beforeAll(() => {
    const folder = ["mmm", "pymc-marketing"];
    truth = JSON.parse(readFileSync(referenceData(...folder, "mmm_example_true_parameters_DERIVED.json"), "utf8"));
    const { column } = readCsv(...folder, "mmm_example.csv");
    spends = { x1: [...column("x1")], x2: [...column("x2")] };
  });

  /** Scaled as the library scales, or raw as the generator has it: the same curves. */
  function channels(scaled: boolean) {
    const most = (name: string) => (scaled ? Math.max(...(spends[name] as number[])) : 1);
    const target_scale = scaled ? 8312.4075 : truth.amplitude;
    return importPyMC({
      version: "1.0.0",
      adstock: { type: "geometric", l_max: 8 },
      saturation: "logistic",
      target_scale,
      channels: ["x1", "x2"].map((name, c) => ({
        name,
        channel_scale: most(name),
        adstock: { alpha: truth.alpha[c] as number },
        saturation: {
          lam: (truth.lam[c] as number) * most(name),
          beta: ((truth.beta[c] as number) * truth.amplitude) / target_scale,
        },
      })),
    }).channels;
  }

  it.each([true, false])("brings its true totals, scaled: %s", (scaled) => {
    const totals = respond(engine, channels(scaled), [spends.x1 as number[], spends.x2 as number[]]);
    Object.values(truth.true_total_contribution).forEach((total, c) => {
      expect((totals[c] as number) / total).toBeCloseTo(1, 12);
    });
  });

  it.each(SPLITS)(
    "%d times the budget, tail counted: %s, is split best at %d where weeks are equal",
    (times, tail, share, best, even) => {
      const weekly = times * WEEKLY;
      const problem: PlanProblem = {
        budget: WEEKS * weekly,
        periods: WEEKS,
        carryOut: tail,
        channels: channels(true),
      };
      const at = (part: number) => {
        const levels = [part * weekly, (1 - part) * weekly];
        const plan = levels.map((level) => new Array<number>(WEEKS).fill(level));
        return respond(engine, problem.channels, plan, tail).reduce((sum, total) => sum + total, 0);
      };
      // The published numbers are of a weekly budget rounded to six digits.
      expect(Math.abs(at(0.5) - even)).toBeLessThan(0.1);
      expect(Math.abs(at(share) - best)).toBeLessThan(0.1);
      let [low, high] = [0, 1];
      while (high - low > 1e-7) {
        const third = (high - low) / 3;
        if (at(low + third) < at(high - third)) low += third;
        else high -= third;
      }
      expect((low + high) / 2).toBeCloseTo(share, 4);
      const { response, bound } = planBudget(problem, { engine, tolerance: 1e-7 });
      // Weeks that may differ bring no less than equal ones.
      expect(response).toBeGreaterThanOrEqual(at((low + high) / 2) * (1 - 1e-6));
      expect(bound / response - 1).toBeLessThanOrEqual(1e-6);
      expect(bound).toBeGreaterThanOrEqual(response);
    },
  );
});
