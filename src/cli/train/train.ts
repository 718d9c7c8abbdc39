/** `shadowprice train FILE`: from the file of an experiment to a model that scores. */
import { existsSync, readFileSync } from "node:fs";
import { format, parse } from "node:path";
import { InvalidArgumentError } from "commander";
import { InputFileError, OutputFileError } from "../../files/errors.js";
import { type ExperimentTable, readExperimentFile } from "../../files/experiment.js";
import { AsideFile, FileWriter } from "../../files/output.js";
import { type Choice, trainChosen } from "../../learn/choose/choose.js";
import { type Judged, judgeOnTest, sampleRatio } from "../../learn/choose/judge.js";
import { type Learned, learnerOf } from "../../learn/choose/learners.js";
import { describedBy } from "../../learn/data/about.js";
import { splitExperiment, type TestSplit } from "../../learn/data/split.js";
import type { Experiment, TrainProgress } from "../../learn/data/types.js";
import { estimatePropensities } from "../../learn/meta/observed.js";
import type { PropensityReport } from "../../learn/meta/types.js";
import { Model } from "../../uplift/model/model.js";
import { stopwatch } from "../allocate.js";
import { EXIT, UsageError } from "../failure.js";
import { mebibytes } from "../format.js";
import { refuseOutput } from "../given.js";
import { asUsage } from "../request.js";
import type { Bar, Terminal } from "../terminal.js";
import { trainLines } from "./report.js";

/** A share from 0 to below 1. */
export function parseShare(text: string): number {
  const share = text.trim() === "" ? Number.NaN : Number(text);
  if (!(share >= 0 && share < 1)) throw new InvalidArgumentError("Write a share from 0 to below 1, such as 0.2.");
  return share;
}

export interface TrainFlags {
  treatment: string;
  control: string;
  outcome: string;
  model?: string;
  cost?: string | Record<string, number>;
  features?: string[];
  without?: string[];
  allow?: string[];
  id?: string;
  cluster?: string;
  propensity?: string | Record<string, number>;
  estimatePropensity?: boolean;
  weight?: string;
  learner?: string;
  trees?: number;
  test: number;
  seed: number;
  json?: boolean;
}

/** All that a run found out. */
export interface TrainRun {
  table: ExperimentTable;
  learned: Learned;
  /** Where nobody named a learner. */
  choice: Choice | undefined;
  judged: Judged | undefined;
  /** Where chances were estimated. */
  chances: PropensityReport | undefined;
  ratio: ReturnType<typeof sampleRatio>;
  output: string;
  seconds: number;
}

export async function trainCommand(
  path: string,
  flags: TrainFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { model: output = besides(path), json } = flags;
  refuseOutput(output, [path], "--model");
  if (flags.estimatePropensity && (flags.propensity !== undefined || flags.allow)) {
    throw new UsageError(
      "--estimate-propensity finds the chances, and features may then differ: give it without --propensity and --allow",
    );
  }
  const clock = stopwatch();
  const bar = terminal.progress();
  try {
    if (flags.learner !== undefined) refused(() => learnerOf(flags.learner as string));
    const { table, data: given } = await readData(path, flags, bar, signal);
    const onProgress = progressOn(bar, terminal);
    const ratio = refused(() => sampleRatio(given));
    const estimate = () => estimatePropensities(given, { seed: flags.seed, signal, onProgress });
    const chances = flags.estimatePropensity ? await asked(estimate) : undefined;
    const data = chances ? { ...given, propensity: chances.propensity } : given;
    const allow: true | string[] | undefined = chances ? true : flags.allow;
    const options = { seed: flags.seed, ...(allow && { allow }), signal };
    const split = await asked(async () => splitOf(data, flags));
    const trees = flags.trees === undefined ? {} : { trees: flags.trees };
    const train = flags.learner === undefined ? trainChosen : learnerOf(flags.learner).train;
    const made: Learned & { choice?: Choice } = await asked(() =>
      train(split?.train ?? data, { ...options, ...trees, onProgress }),
    );
    const judged = split && refused(() => judgeOnTest(made.model, split, usesBefore(output, split), flags.seed));
    signal.throwIfAborted();
    const learned = describedBy(made, trainingOf(made, flags, split, judged));
    write(output, learned.model.bytes());
    bar.end();
    const run: TrainRun = {
      table,
      learned,
      choice: made.choice,
      judged,
      chances: chances?.report,
      ratio,
      output,
      seconds: clock(),
    };
    if (json) terminal.print(JSON.stringify(trainJson(run)));
    else for (const line of trainLines(run, flags, terminal)) terminal.print(line);
    for (const warning of warningsOf(run, flags)) terminal.warn(warning);
    return EXIT.met;
  } finally {
    bar.end();
  }
}

/** Names the row where --id does not. */
const ID = "user_id";

/** The file as an experiment. */
async function readData(
  path: string,
  flags: TrainFlags,
  bar: Bar,
  signal: AbortSignal,
): Promise<{ table: ExperimentTable; data: Experiment }> {
  const { treatment, control, outcome, cost, cluster, propensity, weight, features, id, without = [] } = flags;
  const column = (given: string | object | undefined) => (typeof given === "string" ? [given] : []);
  const numbers = [outcome, ...column(cost), ...column(propensity), ...column(weight)];
  const texts = [treatment, ...column(cluster)];
  const twice = features?.find((name) => [...numbers, ...texts].includes(name));
  if (twice !== undefined) {
    throw new UsageError(`"${twice}" is no feature: it says what was given, what it cost or what came of it`);
  }
  const table = await readExperimentFile(
    path,
    {
      ...{ numbers, texts, not: id === undefined ? without : [id, ...without] },
      ...{ notIfThere: id === undefined ? [ID] : [], ...(features && { features }) },
    },
    { signal, onProgress: ({ phase, done, total }) => bar.show(phase, done, total) },
  );
  const arms = table.texts.get(treatment) as string[];
  const of = (name: string) => table.numbers.get(name) as Float64Array;
  const data: Experiment = {
    ...{ treatment: arms, control, outcome: of(outcome), features: table.features },
    ...(cost !== undefined && { cost: typeof cost === "string" ? of(cost) : costsOf(arms, control, cost) }),
    ...(propensity !== undefined && {
      propensity: typeof propensity === "string" ? of(propensity) : chancesOf(arms, propensity),
    }),
    ...(cluster !== undefined && { cluster: table.texts.get(cluster) as string[] }),
    ...(weight !== undefined && { weight: of(weight) }),
  };
  return { table, data };
}

/** What each row's arm costs. */
export function costsOf(arms: readonly string[], control: string, costs: Record<string, number>): Float64Array {
  const unknown = Object.keys(costs).find((arm) => !arms.includes(arm));
  if (unknown !== undefined) throw new UsageError(`--cost names the arm "${unknown}", which no row has`);
  return Float64Array.from(arms, (arm) => {
    const cost = arm === control ? (costs[arm] ?? 0) : costs[arm];
    if (cost === undefined) throw new UsageError(`--cost has nothing for the arm "${arm}": write ${arm}=N`);
    return cost;
  });
}

/** By arm, every one of them. */
function chancesOf(arms: readonly string[], chances: Record<string, number>): Record<string, number> {
  const unknown = Object.keys(chances).find((arm) => !arms.includes(arm));
  if (unknown !== undefined) throw new UsageError(`--propensity names the arm "${unknown}", which no row has`);
  const without = arms.find((arm) => !Object.hasOwn(chances, arm));
  if (without !== undefined) {
    throw new UsageError(`--propensity has nothing for the arm "${without}": write ${without}=P, as for every arm`);
  }
  return chances;
}

function splitOf(data: Experiment, { test, seed }: TrainFlags): Promise<TestSplit> | undefined {
  return test === 0 ? undefined : splitExperiment(data, { share: test, seed });
}

const PHASES: Record<TrainProgress["phase"], string> = {
  ...{ features: "reading features", trees: "growing trees", models: "boosting", learners: "comparing learners" },
};

/** Bar by phase; the memory is stated once, before it is taken. */
function progressOn(bar: Bar, terminal: Terminal): (progress: TrainProgress) => void {
  let stated = false;
  return ({ phase, done, total, memory }) => {
    if (!stated && memory > 0) {
      stated = true;
      bar.pause();
      terminal.note(`training takes at most ${mebibytes(memory)} of memory`);
    }
    bar.show(PHASES[phase], done, total);
  };
}

/** How often the model that stands where this one will stand was judged on the same rows. */
function usesBefore(output: string, { fingerprint }: TestSplit): number {
  if (!existsSync(output)) return 0;
  try {
    const { test } = (Model.read(readFileSync(output)).about.training ?? {}) as { test?: Record<string, unknown> };
    return test?.fingerprint === fingerprint && typeof test.uses === "number" ? test.uses : 0;
  } catch {
    // What stands there is no model of ours: it says nothing.
    return 0;
  }
}

function trainingOf({ report }: Learned, flags: TrainFlags, split: TestSplit | undefined, judged: Judged | undefined) {
  const { treatment, control, outcome, seed, cost, estimatePropensity } = flags;
  return {
    ...{ learner: report.learner, rows: report.rows, arms: report.arms, seed, treatment, control, outcome },
    ...(cost !== undefined && { cost }),
    ...(estimatePropensity && { propensity: "estimated" }),
    ...(split &&
      judged && {
        test: {
          ...{ fingerprint: split.fingerprint, rows: judged.rows, share: split.share, uses: judged.usedBefore + 1 },
          ...{ worth: judged.worth.value, error: judged.worth.error },
        },
      }),
  };
}

function warningsOf({ ratio, judged, table }: TrainRun, flags: TrainFlags): string[] {
  const warnings: string[] = [];
  if (ratio.suspicious) {
    warnings.push(
      `the arms have not the rows that --propensity says (p = ${ratio.p.toExponential(1)}): rows were lost in one arm more than in ` +
        "another, or the draw was broken; no figure here is sure",
    );
  }
  if (judged && judged.usedBefore > 0) {
    warnings.push(
      `these test rows have judged ${judged.usedBefore} ${judged.usedBefore === 1 ? "model" : "models"} before: what is chosen by ` +
        "them is not tested by them; take another --seed, or new data",
    );
  }
  for (const { column, why } of flags.features ? [] : table.left) {
    warnings.push(`column "${column}" was left out, as ${why}; --features ${column},… takes it`);
  }
  return warnings.map((warning) => `shadowprice: ${warning}`);
}

function trainJson({
  table,
  learned,
  choice,
  judged,
  chances,
  ratio,
  output,
  seconds,
}: TrainRun): Record<string, unknown> {
  const { model, report } = learned;
  return {
    ...report,
    ...(chances && { propensity: chances }),
    choice,
    sampleRatio: ratio,
    test: judged,
    input: { path: table.path, format: table.format, rows: table.rows, left: table.left },
    model: { path: output, features: model.features, outputs: model.outputs, bytes: model.size },
    seconds,
  };
}

/** @throws {OutputFileError} when it cannot be written; then nothing is. */
function write(output: string, bytes: Uint8Array): void {
  const aside = new AsideFile(output);
  try {
    const writer = new FileWriter(aside);
    try {
      writer.write(bytes);
    } finally {
      writer.close();
    }
    aside.commit();
  } catch (error) {
    aside.discard();
    throw error;
  }
}

/** What the training refuses is the caller's wrong input. */
function refused<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw inWords(error);
  }
}

async function asked<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw inWords(error);
  }
}

/** The API's words for its options become those of the command line. */
function inWords(error: unknown): unknown {
  if (error instanceof InputFileError || error instanceof OutputFileError) return error;
  const usage = asUsage(error);
  if (usage instanceof UsageError) {
    usage.message = usage.message
      .replace(
        /Leave (it|them) out of features, or allow (it|them) by name \(allow\) where you know better/,
        (_, one) => {
          return `Leave ${one} out with --without COL,…, or keep ${one} with --allow COL,… where you know better`;
        },
      )
      .replace("name the control's value", "name the control's value with --control");
  }
  return usage;
}

/** campaign.csv → campaign.model, beside it. */
function besides(path: string): string {
  const { dir, name } = parse(path);
  return format({ dir, name, ext: ".model" });
}
