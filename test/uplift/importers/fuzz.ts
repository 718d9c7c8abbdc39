/**
 * Files that were damaged: every importer gives a model, or a TypeError or RangeError of ours with a place, never another error.
 * Run by fuzz.test.ts (a share) and by scripts/fuzz-importers.mjs (a million).
 */
import { importModel } from "../../../src/uplift/import.js";
import type { Model } from "../../../src/uplift/model/model.js";
import { seeded } from "../forests.js";
import { type Case, readCases } from "./fixtures.js";

export interface Fuzzed {
  inputs: number;
  models: number;
  refused: number;
  /** Milliseconds of the slowest input, read and scored. */
  slowest: number;
  /** Errors that nobody should see, and inputs that took too long: what was read, and what was thrown. */
  wrong: string[];
}

/** Milliseconds that a file of these sizes may take: the usual is 1, on a machine with six times the work it can do 4,000. */
const LONGEST = 20_000;

/** What runtimes throw by themselves where a check is missing. */
const UNCHECKED =
  /call stack|Invalid (typed )?array|Invalid string|Array buffer allocation|not a function|not iterable|undefined \(|Cannot (read|convert|mix)|outside (of )?the bounds|offset is out/i;

const HOSTILE = [
  ..."-1 0 1 2 255 65536 2147483647 -2147483648 4294967295 4294967296 9007199254740993 1e38 1e39 1e999 -1e999 1e-50".split(
    " ",
  ),
  ...['"x"', '""', "null", "true", "[]", "{}", "[[]]", "NaN", "-0", "0.5", '"1||2"', '"4294967295"', '"__proto__"', ""],
];

/** Files of every format, the long ones with their first trees only. */
export async function fuzzSeeds(): Promise<(Uint8Array | string)[]> {
  const cases = await readCases();
  const seeds: (Uint8Array | string)[] = [];
  for (const [name, { file }] of cases) {
    if (typeof file !== "string") seeds.push(file);
    else if (file[0] === "t") seeds.push(file.replace(/\nTree=2\n[\s\S]*?end of trees/, "\nend of trees"));
    else seeds.push(shortened(name, JSON.parse(file)));
  }
  seeds.push(JSON.stringify(PORTABLE));
  return seeds;
}

const PORTABLE = {
  format: "shadowprice-forest",
  version: 1,
  features: ["a", "b"],
  outputs: ["x", "y"],
  compares: "f32",
  sums: "f64",
  test: "<=",
  divisor: 2,
  trees: [
    {
      feature: [0, -1, -1],
      threshold: [0.5, 0, 0],
      left: [1, -1, -1],
      right: [2, -1, -1],
      value: [[], [1, 2], [3, 4]],
    },
    { feature: [-1], threshold: [0], left: [-1], right: [-1], value: [[5, 6]], missing_left: [false] },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: files of four libraries, cut wherever their trees are
function shortened(name: string, file: any): string {
  if (name.startsWith("lightgbm")) file.tree_info.length = Math.min(file.tree_info.length, 3);
  else if (name.startsWith("catboost")) file.oblivious_trees.length = 2;
  else {
    const booster = file.learner.gradient_booster;
    const model = booster.model ?? booster.gbtree.model;
    model.trees.length = 2;
    model.tree_info.length = 2;
    if (booster.weight_drop) booster.weight_drop.length = 2;
  }
  return JSON.stringify(file);
}

export function fuzz(seeds: readonly (Uint8Array | string)[], inputs: number, seed: number): Fuzzed {
  const random = seeded(seed);
  const result: Fuzzed = { inputs, models: 0, refused: 0, slowest: 0, wrong: [] };
  for (let i = 0; i < inputs; i++) {
    const origin = seeds[Math.floor(random() * seeds.length)] as Uint8Array | string;
    let file = origin;
    for (let rounds = 1 + Math.floor(random() * 3); rounds > 0; rounds--)
      file = typeof file === "string" ? damageText(file, random) : damageBytes(file, random);
    const started = performance.now();
    try {
      const model = importModel(file);
      scoreAwkward(model, random);
      result.models++;
    } catch (error) {
      const { name, message } = error as Error;
      if ((name === "TypeError" || name === "RangeError") && !UNCHECKED.test(message)) result.refused++;
      else if (result.wrong.length < 20) result.wrong.push(`input ${i} of seed ${seed}: ${name}: ${message}`);
    }
    const took = performance.now() - started;
    result.slowest = Math.max(result.slowest, took);
    if (took > LONGEST) result.wrong.push(`input ${i} of seed ${seed}: ${took.toFixed(0)} ms`);
  }
  return result;
}

const AWKWARD = [0, -0, 0.5, 1, 3, 1e-36, -1e38, 1e300, 2 ** 31, -1, Infinity, -Infinity, Number.NaN];

/** Rows together, of which one model in ten gets so many that they are scored in bulk, and one by itself: the same bytes. */
function scoreAwkward(model: Model, random: () => number): void {
  // A file may say that it has 65,536 features.
  const rows = model.features.length < 100 && random() < 0.1 ? 1000 : 3;
  const awkward = () => AWKWARD[Math.floor(random() * AWKWARD.length)] as number;
  const columns = Object.fromEntries(
    model.features.map((name) => [name, Float64Array.from({ length: rows }, awkward)]),
  );
  const bulk = model.score(columns);
  const last = model.score(Float64Array.from(model.features, (name) => columns[name]?.[rows - 1] as number));
  for (const [k, output] of model.outputs.entries()) {
    const [one, many] = [last[k], bulk[output]?.[rows - 1]];
    if (!Object.is(one, many)) throw new Error(`${output} is ${one} by itself and ${many} among ${rows}`);
  }
}

function place(length: number, random: () => number): [number, number] {
  const at = Math.floor(random() * length);
  return [at, Math.min(length, at + 1 + Math.floor(random() ** 4 * 200))];
}

function damageText(text: string, random: () => number): string {
  const [at, end] = place(text.length, random);
  const kind = random();
  if (kind < 0.6) return damageNumber(text, at, random);
  if (kind < 0.7) return text.slice(0, at);
  if (kind < 0.8) return text.slice(0, at) + text.slice(end);
  if (kind < 0.9) return text.slice(0, end) + text.slice(at);
  return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 128)) + text.slice(at + 1);
}

/** Another number, or what is none, in place of the next value behind `at`. */
function damageNumber(text: string, at: number, random: () => number): string {
  const value = /-?\d[\d.eE+-]*|true|false|"[^"]*"/g;
  value.lastIndex = at;
  const found = value.exec(text);
  if (!found) return text.slice(0, at);
  const hostile = HOSTILE[Math.floor(random() * HOSTILE.length)] as string;
  return text.slice(0, found.index) + hostile + text.slice(found.index + found[0].length);
}

function damageBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const [at, end] = place(bytes.length, random);
  const kind = random();
  if (kind < 0.1) return bytes.slice(0, at);
  const copy = kind < 0.2 ? Uint8Array.of(...bytes.subarray(0, end), ...bytes.subarray(at)) : bytes.slice();
  if (kind < 0.4) copy.fill(Math.floor(random() * 256), at, end);
  else copy[at] = kind < 0.6 ? ([0, 1, 127, 128, 255][Math.floor(random() * 5)] as number) : Math.floor(random() * 256);
  return copy;
}

export type { Case };
