/** The linear relaxation and the integer program of an instance, by HiGHS. */
import type { Highs } from "highs";
import { type Instance, type LinearRow, linearRows } from "./instances.js";

/** The optimum; undefined where HiGHS proves that there is none. `goal` takes the place of the value. */
export function optimumOf(
  highs: Highs,
  instance: Instance,
  {
    integer = false,
    rows = linearRows(instance),
    exactlyOne = instance.request.exactlyOne ?? false,
    goal,
  }: { integer?: boolean; rows?: LinearRow[]; exactlyOne?: boolean; goal?: LinearRow["of"] } = {},
): number | undefined {
  const { values } = instance.table;
  const users = (values[0] as Float32Array).length;
  const objective: string[] = [];
  const sums = rows.map((): string[] => []);
  const choices: string[] = [];
  const names: string[] = [];
  for (let user = 0; user < users; user++) {
    const own: string[] = [];
    values.forEach((column, j) => {
      const v = column[user] as number;
      if (v === -Infinity) return;
      const name = `x${user}_${j}`;
      own.push(name);
      objective.push(term(goal ? goal(user, j) : v, name));
      rows.forEach((row, k) => {
        const a = row.of(user, j);
        if (a !== 0) (sums[k] as string[]).push(term(a, name));
      });
    });
    if (own.length > 0) choices.push(` u${user}: ${own.join(" + ")} ${exactlyOne ? "=" : "<="} 1`);
    else if (exactlyOne) return undefined;
    names.push(...own);
  }
  for (const [k, { sense, limit }] of rows.entries()) {
    if ((sums[k] as string[]).length > 0) continue;
    if (sense === "<=" ? limit < 0 : limit > 0) return undefined;
  }
  if (names.length === 0) return 0;
  const limits = rows.flatMap(({ sense, limit }, k) => {
    const sum = sums[k] as string[];
    return sum.length > 0 ? [` r${k}: ${sum.join(" ")} ${sense} ${signed(limit)}`] : [];
  });
  const bounds = names.map((name) => ` 0 <= ${name} <= 1`).join("\n");
  const kinds = integer ? `General\n ${names.join(" ")}\n` : "";
  const model = `Maximize\n obj: ${objective.join(" ")}\nSubject To\n${[...limits, ...choices].join("\n")}\nBounds\n${bounds}\n${kinds}End\n`;
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
const signed = (x: number) => (x < 0 ? `-${plain(-x)}` : plain(x));
