/** HiGHS on the tables of cases.ts: the optimum of the relaxation and of the integer program. */
import loader, { type Highs } from "highs";
import { type Case, meantBy } from "./cases.js";

export async function loadHighs(): Promise<Highs> {
  // The package's types describe its CommonJS file, whose default export Node hands over unwrapped.
  return (loader as unknown as () => Promise<Highs>)();
}

/** The optimum; undefined where HiGHS proves that there is none. `only`: the rows of these names alone, such as "stock 1". */
export function optimumOf(highs: Highs, of: Case, integer: boolean, only?: readonly string[]): number | undefined {
  const model = modelOf(of, integer, only);
  if (model === undefined) return undefined;
  const solution = highs.solve(model, {
    output_flag: false,
    mip_rel_gap: 0,
    mip_abs_gap: 0,
    mip_feasibility_tolerance: 1e-9,
    primal_feasibility_tolerance: 1e-10,
    dual_feasibility_tolerance: 1e-10,
  });
  return solution.Status === "Optimal" ? solution.ObjectiveValue : undefined;
}

/** The program in CPLEX's text form; undefined where a user must have an option and has none. */
function modelOf(of: Case, integer: boolean, only?: readonly string[]): string | undefined {
  const { values, costs, request } = of;
  const users = (values[0] as Float32Array).length;
  const names: string[] = [];
  const objective: string[] = [];
  const rows: string[] = [];
  const isIn = (name: string) => only?.includes(name) ?? true;
  const exactlyOne = request.exactlyOne === true && isIn("exactlyOne");
  for (let i = 0; i < users; i++) {
    const own = values.flatMap((column, j) => (column[i] === -Infinity ? [] : [`x${i}_${j}`]));
    if (own.length > 0) rows.push(` u${i}: ${own.join(" + ")} ${exactlyOne ? "=" : "<="} 1`);
    else if (exactlyOne) return undefined;
    names.push(...own);
  }
  const open = names.map((name) => name.slice(1).split("_").map(Number) as [number, number]);
  for (const [i, j] of open) objective.push(term(values[j]?.[i] as number, i, j));
  const row = (
    name: string,
    of: (i: number, j: number) => number,
    sense: "<=" | ">=",
    limit: number,
    members?: readonly string[],
  ) => {
    if (!isIn(name)) return;
    const terms = open.flatMap(([i, j]) => {
      const factor = members && !members.includes(String(j + 1)) ? 0 : of(i, j);
      return factor === 0 ? [] : [{ factor, i, j }];
    });
    const factors = terms.map(({ factor }) => factor);
    const scale = SCALES.find((by) => [...factors, limit].every((x) => isNearWhole(x * by))) ?? 1;
    const text = terms.map(({ factor, i, j }) => term(scaled(factor, scale), i, j)).join(" ");
    // A row without terms still says 0 ≤ limit.
    rows.push(` r${rows.length}: ${text || "0 zero"} ${sense} ${plain(scaled(limit, scale))}`);
  };
  const cost = (i: number, j: number) => meantBy(costs[j]?.[i] as number);
  const { budget, minSpend, minReturn, stock = {}, groups = [], resources = [] } = request;
  if (budget !== undefined) row("budget", cost, "<=", budget);
  if (minSpend !== undefined) row("minSpend", cost, ">=", minSpend);
  if (minReturn !== undefined) {
    row("minReturn", (i, j) => (values[j]?.[i] as number) - minReturn * cost(i, j), ">=", 0);
  }
  for (const [name, most] of Object.entries(stock)) row(`stock ${name}`, () => 1, "<=", most, [name]);
  for (const { name, offers, atMost, atLeast } of groups) {
    if (atMost !== undefined) row(`group ${name}`, cost, "<=", atMost, offers);
    if (atLeast !== undefined) row(`group ${name}`, cost, ">=", atLeast, offers);
  }
  for (const { name, atMost } of resources) {
    row(`resource ${name}`, (i, j) => of.resources[name]?.[j]?.[i] as number, "<=", atMost);
  }
  const bounds = [...names.map((name) => ` 0 <= ${name} <= 1`), " 0 <= zero <= 0"].join("\n");
  const kinds = integer && names.length > 0 ? `General\n ${names.join(" ")}\n` : "";
  return `Maximize\n obj: ${objective.join(" ")} + 0 zero\nSubject To\n${rows.join("\n")}\nBounds\n${bounds}\n${kinds}End\n`;
}

/** Factors that make a row whole, so that HiGHS' tolerances do not matter. */
const SCALES = [1, 100, 1024, 6400, 65_536, 640_000];
const isNearWhole = (x: number) => Math.abs(x - Math.round(x)) < 1e-9 * Math.max(1, Math.abs(x));
const scaled = (x: number, by: number) => (isNearWhole(x * by) ? Math.round(x * by) : x * by);

const term = (factor: number, i: number, j: number) =>
  `${factor < 0 ? "-" : "+"} ${plain(Math.abs(factor))} x${i}_${j}`;
const plain = (x: number) => x.toFixed(15).replace(/\.?0+$/, "") || "0";
