/**
 * Against outside truth: HiGHS solves the linear relaxation and the integer program of random small instances.
 */
import loader, { type Highs } from "highs";
import { beforeAll, describe, expect, test } from "vitest";
import { canonical } from "../reference/canonical.js";
import { solve } from "./solving.js";
import { freeSpend, leastSpend, Random, shapes, type Table, tableOf } from "./tables.js";

let highs: Highs;

beforeAll(async () => {
  // The package's types describe its CommonJS file, whose default export Node hands over unwrapped.
  highs = await (loader as unknown as () => Promise<Highs>)();
});

/** The optimum that HiGHS finds; undefined where it proves that there is none. */
function optimum(table: Table, budget: number, exactlyOne: boolean, integer: boolean): number | undefined {
  const users = (table.values[0] as Float32Array).length;
  const objective: string[] = [];
  const spend: string[] = [];
  const rows: string[] = [];
  const names: string[] = [];
  for (let user = 0; user < users; user++) {
    const own: string[] = [];
    table.values.forEach((column, j) => {
      if (column[user] === -Infinity) return;
      const name = `x${user}_${j}`;
      own.push(name);
      objective.push(term(column[user] as number, name));
      spend.push(term((table.costs[j] as Float32Array)[user] as number, name));
    });
    if (own.length > 0) rows.push(` u${user}: ${own.join(" + ")} ${exactlyOne ? "=" : "<="} 1`);
    else if (exactlyOne) return undefined;
    names.push(...own);
  }
  if (names.length === 0) return 0;
  const bounds = names.map((name) => ` 0 <= ${name} <= 1`).join("\n");
  const kinds = integer ? `General\n ${names.join(" ")}\n` : "";
  const model = `Maximize\n obj: ${objective.join(" ")}\nSubject To\n budget: ${spend.join(" ")} <= ${plain(budget)}\n${rows.join("\n")}\nBounds\n${bounds}\n${kinds}End\n`;
  const solution = highs.solve(model, {
    output_flag: false,
    mip_rel_gap: 0,
    mip_abs_gap: 0,
    primal_feasibility_tolerance: 1e-10,
    dual_feasibility_tolerance: 1e-10,
    small_matrix_value: 1e-12,
  });
  return solution.Status === "Optimal" ? solution.ObjectiveValue : undefined;
}

const term = (factor: number, name: string) => `${factor < 0 ? "-" : "+"} ${plain(Math.abs(factor))} ${name}`;
const plain = (x: number) => x.toFixed(17).replace(/\.?0+$/, "") || "0";

/** Data that HiGHS' own tolerances can tell apart. */
const NAMES = [
  "uniform",
  "small integers, many ties",
  "integers with closed options",
  "equal costs",
  "costs by option",
  "negative values and costs",
  "concave ladder",
  "free options",
  "one price per unit",
];

for (const exactlyOne of [false, true]) {
  describe(exactlyOne ? "exactly one" : "at most one", () => {
    for (const name of NAMES) {
      test(`${name}: relaxation = bound ≥ integer optimum ≥ value`, () => {
        for (let seed = 1; seed <= 8; seed++) {
          const random = new Random(seed + 500);
          const table = tableOf(
            2 + random.below(14),
            1 + random.below(5),
            random,
            shapes[name] as (typeof shapes)[string],
          );
          const cheapest = leastSpend(table, exactlyOne);
          const least = Number.isFinite(cheapest) ? cheapest : 0;
          const budget = Math.fround(least + (freeSpend(table) - least) * random.next());
          const result = solve(table, { budget, exactlyOne }, { bound: "f64" });
          const relaxed = optimum(table, budget, exactlyOne, false);
          if (relaxed === undefined) {
            expect(result.status).toBe("impossible");
            continue;
          }
          const whole = optimum(table, budget, exactlyOne, true) as number;
          expect(result.status).toBe("met");
          const size = Math.max(1, Math.abs(relaxed));
          expect(Math.abs(canonical({ ...table, budget, exactlyOne }).bound - relaxed)).toBeLessThan(1e-9 * size);
          expect(Math.abs(result.bound - relaxed)).toBeLessThan(1e-7 * size);
          expect(result.bound).toBeGreaterThanOrEqual(whole - 1e-9 * size);
          expect(result.value).toBeLessThanOrEqual(whole + 1e-9 * size);
          expect(feasible(table, result.choices, budget, exactlyOne)).toBe(true);
        }
      });
    }
  });
}

/** All these costs are multiples of 2^-149 that BigInt holds exactly. */
function feasible(table: Table, choices: ArrayLike<number>, budget: number, exactlyOne: boolean): boolean {
  let spent = 0n;
  for (let user = 0; user < choices.length; user++) {
    const option = choices[user] as number;
    if (option === 0 && exactlyOne) return false;
    if (option && table.values[option - 1]?.[user] === -Infinity) return false;
    if (option) spent += exact(table.costs[option - 1]?.[user] as number);
  }
  return spent <= exact(budget);
}

const exact = (x: number) => BigInt(x * 2 ** 149);

test("small knapsacks are solved to the optimum by the swaps more often than not", () => {
  let solved = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const table = tableOf(12, 3, new Random(seed), shapes.uniform as (typeof shapes)[string]);
    const budget = 0.4 * freeSpend(table);
    const whole = optimum(table, budget, false, true) as number;
    if (solve(table, { budget }).value > whole - 1e-9) solved++;
  }
  expect(solved).toBeGreaterThan(10);
});
