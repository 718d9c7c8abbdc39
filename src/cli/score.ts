/** `shadowprice score MODEL FILE`: features in, an offer file out. */
import { format, parse } from "node:path";
import { createEngine } from "../create.js";
import { InputFileError } from "../files/errors.js";
import { FeatureFile, type ScoreBatch } from "../files/scores/file.js";
import { importModel } from "../uplift/import.js";
import type { Model } from "../uplift/model/model.js";
import { stopwatch } from "./allocate.js";
import { EXIT, UsageError } from "./failure.js";
import { amount, counted, seconds, table } from "./format.js";
import { readGiven, refuseOutput } from "./given.js";
import type { Terminal } from "./terminal.js";

export interface ScoreFlags {
  output?: string;
  /** Cost of an offer, by the output's name; of every offer under "". */
  cost?: Record<string, number>;
  json?: boolean;
}

/** A column of numbers that the output has. */
interface OutputColumn {
  name: string;
  /** Number of the model's output, or of the file's column behind the features, or the same for every user. */
  from: { output: number } | { input: string } | { constant: number };
}

export async function scoreCommand(
  modelPath: string,
  path: string,
  flags: ScoreFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { output = besides(path), json } = flags;
  refuseOutput(output, [path, modelPath]);
  const model = readModel(modelPath);
  const clock = stopwatch();
  const bar = terminal.progress();
  let file: FeatureFile | undefined;
  try {
    file = await FeatureFile.open(path, {
      signal,
      onProgress: ({ phase, done, total }) => bar.show(phase === "read" ? "scoring" : phase, done, total),
    });
    const columns = outputColumns(model, file, flags.cost ?? {});
    const summary = await scoreFile(model, file, output, columns);
    const passed = clock();
    bar.end();
    if (json) {
      terminal.print(
        JSON.stringify({
          users: file.rows,
          model: { path: modelPath, features: model.features.length, trees: model.trees, outputs: model.outputs },
          columns: summary,
          input: { path, format: file.format, reader: "javascript" },
          output: { path: output },
          seconds: passed,
        }),
      );
    } else for (const line of reportLines(model, file, output, summary, passed, terminal)) terminal.print(line);
    if (!columns.some(({ name }) => name.startsWith("cost_"))) {
      terminal.warn("shadowprice allocate asks for a cost beside every value: give them with --cost OFFER=N,…");
    }
    return EXIT.met;
  } finally {
    bar.end();
    await file?.close();
  }
}

/** @throws {UsageError} where the file cannot be read, {InputFileError} for what is no model. */
function readModel(path: string): Model {
  const bytes = readGiven(path);
  try {
    return importModel(bytes);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new InputFileError(path, error.message);
    throw error;
  }
}

/** An output named cost_NAME is a cost, any other a value; costs come from the model, from --cost, or from the file's own columns. */
function outputColumns(model: Model, file: FeatureFile, costs: Record<string, number>): OutputColumn[] {
  const values = model.outputs.map((name, output) => ({
    name: /^(value|cost)_./.test(name) ? name : `value_${name}`,
    from: { output },
  }));
  const names = new Set(values.map(({ name }) => name));
  if (names.size < values.length)
    throw new UsageError(`outputs of the model share a column: ${model.outputs.join(", ")}`);
  const offers = values.filter(({ name }) => name.startsWith("value_")).map(({ name }) => name.slice(6));
  for (const name of Object.keys(costs)) {
    if (name !== "" && !offers.includes(name)) {
      throw new UsageError(`--cost names "${name}"; the model has ${offers.map((offer) => `"${offer}"`).join(", ")}`);
    }
  }
  const inFile = new Set(file.columns.map((column) => column.name));
  const ofCosts = offers.flatMap((offer): OutputColumn[] => {
    const name = `cost_${offer}`;
    const constant = costs[offer] ?? costs[""];
    if (names.has(name)) return [];
    if (constant !== undefined) return [{ name, from: { constant } }];
    return inFile.has(name) ? [{ name, from: { input: name } }] : [];
  });
  return [...values, ...ofCosts];
}

export interface ColumnSummary {
  name: string;
  mean: number;
  least: number;
  most: number;
}

/** Scores the file batch by batch; what a person may want to know of each column of values. */
async function scoreFile(
  model: Model,
  file: FeatureFile,
  output: string,
  columns: readonly OutputColumn[],
): Promise<ColumnSummary[]> {
  using placed = model.place(createEngine());
  const inputs = columns.flatMap(({ from }) => ("input" in from ? [from.input] : []));
  const wanted = [...new Set([...model.features, ...inputs])];
  const names = columns.map(({ name }) => name);
  const sums = columns.map(() => ({ sum: 0, least: Infinity, most: -Infinity, rows: 0 }));
  const texts = new Map(
    Object.entries(model.about.categories ?? {}).map(([name, all]) => [name, new Map(all.map((text, k) => [text, k]))]),
  );
  const scoreBatch: ScoreBatch = (numbers, rows, first) => {
    const given = Object.fromEntries(wanted.map((name, c) => [name, (numbers[c] as Float64Array).subarray(0, rows)]));
    const scores = placed.score(given);
    const made = columns.map(({ from }) => {
      if ("output" in from) return scores[model.outputs[from.output] as string] as Float64Array;
      if ("input" in from) return given[from.input] as Float64Array;
      return new Float64Array(rows).fill(from.constant);
    });
    closePairs(names, made, rows);
    for (const [c, column] of made.entries()) {
      const total = sums[c] as (typeof sums)[number];
      for (let i = 0; i < rows; i++) {
        const x = column[i] as number;
        if (Number.isNaN(x)) continue;
        if (!Number.isFinite(x)) {
          throw new InputFileError(file.path, `"${names[c]}" comes to ${x}: no offer file holds it`, {
            row: first + i + 1,
          });
        }
        total.sum += x;
        total.rows++;
        total.least = Math.min(total.least, x);
        total.most = Math.max(total.most, x);
      }
    }
    return made;
  };
  await file.score(wanted, output, names, scoreBatch, texts);
  return sums.map(({ sum, least, most, rows }, c) => ({ name: names[c] as string, mean: sum / rows, least, most }));
}

/** A cost of the file that is NULL closes the offer: its value is NULL too. */
function closePairs(names: readonly string[], columns: readonly Float64Array[], rows: number): void {
  for (const [c, name] of names.entries()) {
    if (!name.startsWith("cost_")) continue;
    const values = columns[names.indexOf(`value_${name.slice(5)}`)];
    const costs = columns[c] as Float64Array;
    if (values) for (let i = 0; i < rows; i++) if (Number.isNaN(costs[i])) values[i] = Number.NaN;
  }
}

function reportLines(
  model: Model,
  file: FeatureFile,
  output: string,
  summary: readonly ColumnSummary[],
  passed: number,
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colours;
  const rows = summary.map(({ name, mean, least, most }) => [name, amount(mean), amount(least), amount(most)]);
  const [head = "", ...rest] = table([["column", "mean", "least", "most"], ...rows], [1, 2, 3]);
  const size = `${counted(model.trees, "tree")}, ${counted(model.features.length, "feature")}`;
  return [
    "",
    `${bold(file.path)}   ${dim(`${counted(file.rows, "user")} (${file.format}), ${size}, ${seconds(passed)}`)}`,
    "",
    `  ${dim(head)}`,
    ...rest.map((line) => `  ${line}`),
    "",
    `  scores are in ${bold(output)}`,
    "",
  ];
}

/** users.csv → users.scores.csv, beside it. */
function besides(path: string): string {
  const { dir, name, ext } = parse(path);
  return format({ dir, name: `${name}.scores`, ext });
}

/** `--cost 1.5` or `--cost 5off=5,10off=10`. */
export function parseOfferCosts(text: string): Record<string, number> {
  const costs: Record<string, number> = {};
  for (const part of text.split(",")) {
    const at = part.lastIndexOf("=");
    const [name, number] = at < 0 ? ["", part] : [part.slice(0, at), part.slice(at + 1)];
    const cost = number.trim() === "" ? Number.NaN : Number(number);
    if (!Number.isFinite(cost)) throw new UsageError(`--cost ${text}: "${part}" must be N or OFFER=N`);
    costs[name] = cost;
  }
  return costs;
}
