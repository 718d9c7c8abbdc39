/** Fitted models of others: what their authors published, out of our kernels. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createEngine, importRobyn, type RobynModel } from "../../src/index.js";
import { respond } from "../planning/importers/respond.js";
import { referenceData } from "../reference.setup.js";

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
  const [head, ...lines] = readFileSync(referenceData("mmm", "robyn", "dt_simulated_weekly.csv"), "utf8")
    .trim()
    .split("\n");
  const names = (head as string).split(",").map((name) => name.replaceAll('"', ""));
  const rows = lines.map((line) => line.split(","));
  columns = Object.fromEntries(MEDIA.map((name) => [name, rows.map((row) => Number(row[names.indexOf(name)]))]));
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
