/** Reads the published multiple-choice, multi-dimensional knapsack problems (exactly one option a group). */
import { readdirSync, readFileSync } from "node:fs";
import { referenceData } from "../../reference.setup.js";

export interface Group {
  values: number[];
  /** By option, then by limit. */
  weights: number[][];
}

export interface Mmkp {
  name: string;
  capacities: number[];
  groups: Group[];
  /** The published optimum, proven, and the optimum of the relaxation. */
  optimum: number;
  relaxed: number;
}

export const KHAN = ["I01", "I02", "I03", "I04", "I05", "I06"];

/** `n l m`, m capacities, then per group its number and l rows `value w1 … wm`; text follows. */
export function khan(name: string): Mmkp {
  const text = readFileSync(referenceData("mmkp", "khan", name), "utf8");
  const numbers = numbersOf(text.slice(0, text.search(/[^\n]*Solutions/)));
  const known = rowsOf("khan", "reference.csv").find(([file]) => file === name) as string[];
  return problemOf(name, numbers, { at: 0 }, { optimum: Number(known[4]), relaxed: Number(known[5]) });
}

/** The nine files of 30 problems: `number groups options limits`, capacities, groups. */
export function hiremathHill(): Mmkp[] {
  const optima = rowsOf("hiremath-hill", "optimal-xpress.csv");
  const bounds = rowsOf("hiremath-hill", "lp-bounds.csv");
  const files = readdirSync(referenceData("mmkp", "hiremath-hill")).filter((name) => name.endsWith(".txt"));
  return files.sort().flatMap((file) => {
    const numbers = numbersOf(readFileSync(referenceData("mmkp", "hiremath-hill", file), "utf8"));
    const group = file.replace(/\.txt$/, "");
    const problems: Mmkp[] = [];
    for (const place = { at: 0 }; place.at < numbers.length; ) {
      const number = String(numbers[place.at++]);
      const find = (rows: string[][]) => rows.find(([g, n]) => g === group && n === number) as string[];
      const known = { optimum: Number(find(optima)[5]), relaxed: Number(find(bounds)[2]) };
      problems.push(problemOf(`${group} ${number}`, numbers, place, known));
    }
    return problems;
  });
}

function problemOf(
  name: string,
  numbers: readonly number[],
  place: { at: number },
  known: { optimum: number; relaxed: number },
): Mmkp {
  const next = () => numbers[place.at++] as number;
  const [groups, options, limits] = [next(), next(), next()];
  const capacities = Array.from({ length: limits }, next);
  const read = (_: unknown, g: number): Group => {
    if (next() !== g + 1) throw new Error(`${name}: group ${g + 1} does not stand where it should`);
    const rows = Array.from({ length: options }, () => Array.from({ length: 1 + limits }, next));
    return { values: rows.map((row) => row[0] as number), weights: rows.map((row) => row.slice(1)) };
  };
  return { name, capacities, groups: Array.from({ length: groups }, read), ...known };
}

function numbersOf(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}

function rowsOf(...parts: string[]): string[][] {
  const [, ...lines] = readFileSync(referenceData("mmkp", ...parts), "utf8")
    .trim()
    .split(/\r?\n/);
  return lines.map((line) => line.split(","));
}
