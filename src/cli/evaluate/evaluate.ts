/** `shadowprice evaluate [MODEL] FILE`: what scores are worth, told by an experiment. */
import { InvalidArgumentError } from "commander";
import { columnNames, type ReadTable, readColumns } from "../../files/columns.js";
import { type PolicyCurve, policyCurve } from "../../policy/curve.js";
import { evaluate } from "../../uplift/evaluate/evaluate.js";
import type { ArmScores, Trial } from "../../uplift/evaluate/types.js";
import { importModel } from "../../uplift/import.js";
import type { Model } from "../../uplift/model/model.js";
import { EXIT, UsageError } from "../failure.js";
import { readGiven } from "../given.js";
import { parseNumber, solving, stoppable } from "../request.js";
import type { Bar, Terminal } from "../terminal.js";
import { evaluationLines } from "./report.js";

export interface EvaluateFlags {
  treatment: string;
  control: string;
  outcome: string;
  score?: string[];
  response?: string;
  features?: string[];
  cost?: string | Record<string, number>;
  propensity?: string;
  cluster?: string;
  budget?: number[];
  top?: number[];
  seed?: number;
  resamples?: number;
  level?: number;
  json?: boolean;
}

/** NAME,…: column names. */
export function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new InvalidArgumentError('Write column names with commas between, such as "age,visits".');
  return names;
}

/** N,…: numbers. */
export function parseNumbers(text: string): number[] {
  return text.split(",").map(parseNumber);
}

/** A column, or ARM=N,…: what each arm costs. */
export function parseCosts(text: string): string | Record<string, number> {
  if (!text.includes("=")) return text;
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.lastIndexOf("=");
      if (at < 1) throw new InvalidArgumentError(`Write ARM=N,… or a column's name, not "${pair}".`);
      return [pair.slice(0, at), parseNumber(pair.slice(at + 1))];
    }),
  );
}

export async function evaluateCommand(
  files: readonly string[],
  flags: EvaluateFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { path, models } = filesOf(files, flags);
  const bar = terminal.progress();
  try {
    const { table, input } = await readInput(path, models, flags, bar, signal);
    const { resamples, seed, level, top: shares } = flags;
    const options = { resamples, seed, level, signal };
    const judged = stoppable(() =>
      evaluate(input, {
        ...defined(options),
        ...defined({ shares }),
        onProgress: (done, total) => bar.show("resampling", done, total),
      }),
    );
    const policies = stoppable(() => curvesOf(input, flags, defined(options), bar));
    bar.end();
    if (flags.json) {
      const { format, rows } = table;
      terminal.print(
        JSON.stringify({ ...judged, policies, input: { path, format, rows, models: models.map(({ name }) => name) } }),
      );
    } else for (const line of evaluationLines(table, flags, judged, policies, terminal)) terminal.print(line);
    return EXIT.met;
  } finally {
    bar.end();
  }
}

interface Named {
  name: string;
  model: Model;
}

function filesOf(files: readonly string[], { score }: EvaluateFlags): { path: string; models: Named[] } {
  const path = files.at(-1) as string;
  const models = files.slice(0, -1).map((name) => ({ name, model: readModel(name) }));
  if (models.length === 0 && !score)
    throw new UsageError("give a model before the file, or columns with scores: --score COL,…");
  return { path, models };
}

function readModel(path: string): Model {
  const bytes = readGiven(path);
  try {
    return importModel(bytes);
  } catch (error) {
    throw new UsageError(`${path} is no model: ${(error as Error).message}`);
  }
}

type Input = Parameters<typeof evaluate>[0];

async function readInput(
  path: string,
  models: readonly Named[],
  flags: EvaluateFlags,
  bar: Bar,
  signal: AbortSignal,
): Promise<{ table: ReadTable; input: Input }> {
  const { treatment, control, outcome, score = [], response, cluster, propensity, cost } = flags;
  const asked = [...new Set([...models.flatMap(({ model }) => model.features), ...(flags.features ?? [])])];
  if (models.length > 0) await requireFeatures(path, models);
  const costColumn = typeof cost === "string" ? [cost] : [];
  const numbers = [
    outcome,
    ...score,
    ...costColumn,
    ...(response ? [response] : []),
    ...(propensity ? [propensity] : []),
  ];
  const table = await readColumns(
    path,
    { numbers, gappy: asked, texts: [treatment, ...(cluster ? [cluster] : [])], places: placesOf(models) },
    { signal, onProgress: ({ phase, done, total }) => bar.show(phase, done, total) },
  );
  const column = (name: string) => table.numbers.get(name) as Float64Array;
  const arms = table.texts.get(treatment) as string[];
  const features = Object.fromEntries(asked.map((name): [string, Float64Array] => [name, column(name)]));
  const trial: Trial = {
    ...{ treatment: arms, control, outcome: column(outcome) },
    ...(cost !== undefined && { cost: typeof cost === "string" ? column(cost) : costsOf(arms, control, cost) }),
    ...(propensity !== undefined && { propensity: column(propensity) }),
    ...(cluster !== undefined && { cluster: table.texts.get(cluster) as string[] }),
  };
  const names = [...new Set(arms)].filter((arm) => arm !== control);
  const scores: Record<string, ArmScores> = Object.fromEntries(score.map((name) => [name, column(name)]));
  for (const { name, model } of models) scores[name] = scoresOf(model, features, names, name);
  return {
    table,
    input: {
      ...trial,
      scores,
      ...(response !== undefined && { response: column(response) }),
      ...(asked.length > 0 && { features }),
    },
  };
}

/** Places of the texts that models were trained on. @throws {UsageError} where two models number the same column otherwise. */
function placesOf(models: readonly Named[]): Map<string, Map<string, number>> {
  const lists = new Map<string, readonly string[]>();
  for (const { name, model } of models) {
    for (const [feature, texts] of Object.entries(model.about.categories ?? {})) {
      const other = lists.get(feature);
      if (other && JSON.stringify(other) !== JSON.stringify(texts)) {
        throw new UsageError(
          `${name} knows other texts of "${feature}" than a model before it: evaluate them one by one`,
        );
      }
      lists.set(feature, texts);
    }
  }
  return new Map(Array.from(lists, ([name, texts]) => [name, new Map(texts.map((text, k) => [text, k]))]));
}

async function requireFeatures(path: string, models: readonly Named[]): Promise<void> {
  const names = new Set(await columnNames(path));
  for (const { name, model } of models) {
    const missing = model.features.filter((feature) => !names.has(feature));
    if (missing.length === 0) continue;
    const few = missing.slice(0, 12).join(", ");
    throw new UsageError(`${path} lacks ${missing.length} of the features that ${name} asks for: ${few}`);
  }
}

/** What each row's arm costs. */
function costsOf(arms: readonly string[], control: string, costs: Record<string, number>): Float64Array {
  return Float64Array.from(arms, (arm) => {
    const cost = arm === control ? (costs[arm] ?? 0) : costs[arm];
    if (cost === undefined) throw new UsageError(`--cost has nothing for the arm "${arm}": write ${arm}=N`);
    return cost;
  });
}

/** Outputs by arm where they bear the arms' names (or value_ARM); a single output stands for all arms. */
function scoresOf(
  model: Model,
  features: Record<string, Float64Array>,
  arms: readonly string[],
  name: string,
): ArmScores {
  const outputs = solving(() => model.score(features));
  const of = (arm: string) => outputs[arm] ?? outputs[`value_${arm}`];
  if (arms.every((arm) => of(arm))) {
    return Object.fromEntries(arms.map((arm) => [arm, of(arm) as Float64Array]));
  }
  const [only, ...others] = Object.values(outputs);
  if (only && others.length === 0) return only;
  throw new UsageError(
    `the outputs of ${name} are ${model.outputs.join(", ")}: name them as the arms, ${arms.join(", ")}, or let there be one`,
  );
}

/** The policy of each score at each budget, where costs are known. */
function curvesOf(input: Input, flags: EvaluateFlags, options: object, bar: Bar): Record<string, PolicyCurve> {
  if (input.cost === undefined) {
    if (flags.budget) throw new UsageError("--budget needs costs: --cost ARM=N,… or --cost COL");
    return {};
  }
  const { scores, ...rest } = input;
  const { control } = flags;
  const arms = [...new Set(input.treatment as string[])].filter((arm) => arm !== control);
  const costs = Object.fromEntries(arms.map((arm) => [arm, meanCost(input, arm) - meanCost(input, control)]));
  return Object.fromEntries(
    Object.entries(scores).map(([name, given]) => {
      const values = ArrayBuffer.isView(given)
        ? Object.fromEntries(arms.map((arm) => [arm, given as Float64Array]))
        : (given as Record<string, Float64Array>);
      const budgets = flags.budget ? { budgets: flags.budget } : {};
      const onProgress = (done: number, total: number) => bar.show("policies", done, total);
      return [name, policyCurve({ ...rest, values, costs }, { ...options, ...budgets, onProgress })];
    }),
  );
}

/** What the arm cost on average where it was given. */
function meanCost({ treatment, cost }: Input, arm: string): number {
  let [n, sum] = [0, 0];
  (treatment as string[]).forEach((one, i) => {
    if (one === arm) [n, sum] = [n + 1, sum + ((cost as Float64Array)[i] as number)];
  });
  return n > 0 ? sum / n : 0;
}

/** Without what was not given: the core's own defaults hold then. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
