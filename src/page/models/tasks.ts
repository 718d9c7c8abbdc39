/** What the models' worker does. */
import { columnsOf } from "../../files/named.js";
import { policyCurve } from "../../policy/curve.js";
import { evaluate } from "../../uplift/evaluate/evaluate.js";
import type { ArmScores, Trial } from "../../uplift/evaluate/types.js";
import { importModel } from "../../uplift/import.js";
import type { Model } from "../../uplift/model/model.js";
import { fileReaders } from "../files/index.js";
import type { TaskContext } from "../worker/rpc.js";
import { EXAMPLE_COSTS, type Example, exampleExperiment } from "./example.js";
import type { From, Judged, Look, Mapping } from "./types.js";

const RESAMPLES = 300;

export const tasks = {
  /** What the model asks for, and the columns of the experiment. */
  async look({ model, experiment }: { model: File; experiment: File }): Promise<Look> {
    const { features, outputs } = await readModel(model);
    const { openFile, previewOf } = await fileReaders();
    const source = await openFile(experiment);
    const columns = await previewOf(source);
    const missing = features.filter((name) => !columns.some((column) => column.name === name));
    if (missing.length > 0) {
      const few = missing.slice(0, 8).join(", ") + (missing.length > 8 ? ", …" : "");
      throw new Error(
        `${experiment.name} lacks ${missing.length} of the ${features.length} features of the model: ${few}`,
      );
    }
    return { features: [...features], outputs: [...outputs], columns, format: source.format, rows: source.rows };
  },

  /** The model judged on the experiment: metrics, calibration, and what the policy buys at each budget. */
  async judge({ from }: { from: From }, context: TaskContext): Promise<Judged> {
    const { model, trial, features, costs } = await read(from, context);
    const arms = [...new Set(trial.treatment)].filter((arm) => arm !== trial.control);
    const outputs = model.score(features);
    const scores = scoresOf(outputs, arms);
    const options = (phase: string) => ({
      resamples: RESAMPLES,
      signal: context.signal,
      onProgress: (done: number, total: number) => context.progress({ phase, done, total }),
    });
    const evaluation = evaluate({ ...trial, scores: { model: scores }, features }, options("judge"));
    if (!costs) return { evaluation };
    const values = ArrayBuffer.isView(scores) ? Object.fromEntries(arms.map((arm) => [arm, scores])) : scores;
    return { evaluation, curve: policyCurve({ ...trial, values, costs, features }, options("policies")) };
  },
};

type Read = Example & { costs?: Record<string, number> };

async function read(from: From, context: TaskContext): Promise<Read> {
  if (from.kind === "example") return { ...exampleExperiment(), costs: EXAMPLE_COSTS };
  const model = await readModel(from.model);
  const { mapping } = from;
  const { openFile } = await fileReaders();
  const source = await openFile(from.experiment);
  const table = await columnsOf(
    source,
    {
      numbers: [mapping.outcome, ...(mapping.cost ? [mapping.cost] : [])],
      gappy: model.features,
      texts: [mapping.treatment],
    },
    { signal: context.signal, onProgress: ({ phase, done, total }) => context.progress({ phase, done, total }) },
  );
  const column = (name: string) => table.numbers.get(name) as Float64Array;
  const treatment = table.texts.get(mapping.treatment) as string[];
  const trial: Trial & { treatment: string[] } = {
    treatment,
    control: mapping.control,
    outcome: column(mapping.outcome),
  };
  const features = Object.fromEntries(model.features.map((name) => [name, column(name)]));
  const costs = costsOf(mapping, treatment, mapping.cost ? column(mapping.cost) : undefined);
  return { model, trial, features, ...(costs && { costs }) };
}

async function readModel(file: File): Promise<Model> {
  try {
    return importModel(new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    throw new Error(`${file.name} is no model that can be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** Outputs by arm where they bear the arms' names (or value_ARM); a single output stands for all arms. */
function scoresOf(outputs: Record<string, Float64Array>, arms: readonly string[]): ArmScores {
  const of = (arm: string) => outputs[arm] ?? outputs[`value_${arm}`];
  if (arms.every((arm) => of(arm))) return Object.fromEntries(arms.map((arm) => [arm, of(arm) as Float64Array]));
  const [only, ...others] = Object.values(outputs);
  if (only && others.length === 0) return only;
  throw new Error(
    `the outputs of the model are ${Object.keys(outputs).join(", ")}: they must bear the names of the arms, ${arms.join(", ")}, or be one`,
  );
}

/** What each arm costs more than the control: as written, or the mean of the column. */
function costsOf(
  { costs, control }: Mapping,
  treatment: readonly string[],
  column: Float64Array | undefined,
): Record<string, number> | undefined {
  const arms = [...new Set(treatment)].filter((arm) => arm !== control);
  if (column) {
    const mean = (arm: string) => {
      let [n, sum] = [0, 0];
      for (const [i, one] of treatment.entries()) if (one === arm) [n, sum] = [n + 1, sum + (column[i] as number)];
      return sum / n;
    };
    return Object.fromEntries(arms.map((arm) => [arm, mean(arm) - mean(control)]));
  }
  if (costs.trim() === "") return undefined;
  const given = new Map(
    costs.split(",").map((pair): [string, number] => {
      const at = pair.lastIndexOf("=");
      const cost = at < 0 || pair.slice(at + 1).trim() === "" ? Number.NaN : Number(pair.slice(at + 1));
      if (!Number.isFinite(cost)) throw new Error(`Write the costs as ARM=N with commas between, not "${pair.trim()}"`);
      return [pair.slice(0, at).trim(), cost];
    }),
  );
  return Object.fromEntries(
    arms.map((arm) => {
      const cost = given.get(arm);
      if (cost === undefined) throw new Error(`the costs have nothing for the arm "${arm}": write ${arm}=N`);
      return [arm, cost];
    }),
  );
}
