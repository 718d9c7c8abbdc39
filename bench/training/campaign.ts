/**
 * The generated campaign, 60,000 users of an experiment and as many new ones: what forests find of the true effects, and what the
 * allocation by them keeps of the value that the true effects would have given for the same money.
 *
 * The formula is src/embedded/campaign.ts's: 12 features, no coupon, 6 % or 14 %, drawn by equal chances. Outcomes are the order (0 or 1)
 * and the sales. A coupon costs 1 or 2, the budget is 0.4 a user.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FEATURES } from "../../src/embedded/campaign.js";
import { type Experiment, trainCausalForest, trainUpliftForest } from "../../src/learn/index.js";
import type { Row, SuiteOptions } from "../rows.js";
import { effectsOf, judged, type Outcome, type Trial, trial, USERS, type Users, users } from "./made.js";
import { NO_PYTHON, pythonWith, run } from "./python.js";

const TREES = 100;

interface Learned {
  name: string;
  seconds: number;
  /** By arm beside the control. */
  effects: Float64Array[];
}

async function ours(made: Trial, fresh: Users, outcome: Outcome): Promise<Learned[]> {
  const data: Experiment = { treatment: made.arm, outcome: made.outcomes[outcome], features: made.features };
  const criterion = outcome === "ordered" ? "KL" : "ED";
  const learners = {
    "causal forest": () => trainCausalForest(data, { trees: TREES }),
    "causal forest, 100 of an arm in a leaf": () => trainCausalForest(data, { trees: TREES, minSamplesTreatment: 100 }),
    "causal forest, 500 of an arm in a leaf": () => trainCausalForest(data, { trees: TREES, minSamplesTreatment: 500 }),
    "uplift forest, depth 5": () => trainUpliftForest(data, { trees: TREES, criterion }),
    "uplift forest, symmetric, depth 6": () =>
      trainUpliftForest(data, { trees: TREES, criterion: "ED", symmetric: true, maxDepth: 6 }),
  };
  const learned: Learned[] = [];
  for (const [name, learn] of Object.entries(learners)) {
    const started = performance.now();
    const { model } = await learn();
    const scores = model.score(fresh.features);
    const seconds = (performance.now() - started) / 1000;
    learned.push({ name, seconds, effects: ["1", "2"].map((one) => Float64Array.from(scores[one] as Float64Array)) });
  }
  return learned;
}

function theirs(folder: string, outcome: Outcome, python: string): Learned[] {
  const seconds = run<Record<string, number>>(
    python,
    "campaign.py",
    [folder, USERS, FEATURES, TREES, outcome].map(String),
  );
  return Object.entries(seconds).map(([name, taken], number) => {
    const bytes = readFileSync(join(folder, `effects${number}`));
    const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return { name, seconds: taken, effects: [all.subarray(0, USERS), all.subarray(USERS)] };
  });
}

interface Judged extends Learned {
  correlation: number;
  kept: number;
}

export default async function measure({ quick, say }: SuiteOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-campaign-"));
  try {
    const [made, fresh] = [trial(), users(USERS)];
    write(folder, made, fresh);
    const rows: Row[] = [];
    for (const outcome of ["ordered", "sales"] as const) {
      say(`generated campaign, ${outcome}`);
      const python = quick ? undefined : pythonWith("causalml.inference.tree, econml.grf");
      const truth = effectsOf(fresh[outcome]);
      const judge = (one: Learned): Judged => ({ ...one, ...judged(one.effects, truth) });
      const our = (await ours(made, fresh, outcome)).map(judge);
      const their = python ? theirs(folder, outcome, python).map(judge) : [];
      rows.push(...our.map((one) => rowOf(one, outcome)), ...their.map((one) => rowOf(one, outcome)));
      if (python) rows.push(best(outcome, our, their));
      if (!python) {
        const why = quick ? "--quick: they take minutes" : NO_PYTHON;
        rows.push({ name: `campaign, ${outcome}: causalml and EconML`, n: USERS, left_out: why });
      }
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(folder: string, made: Trial, fresh: Users): void {
  const put = (name: string, ...columns: (Float32Array | Float64Array | Uint8Array)[]) =>
    writeFileSync(join(folder, name), Buffer.concat(columns.map((one) => Buffer.from(one.buffer))));
  put("features", ...Object.values(made.features));
  put("new", ...Object.values(fresh.features));
  put("arm", made.arm);
  put("ordered", made.outcomes.ordered);
  put("sales", made.outcomes.sales);
}

function rowOf(one: Judged, outcome: Outcome): Row {
  return {
    name: `campaign, ${outcome}: ${one.name}`,
    n: USERS,
    data: `12 features, 3 arms, ${TREES} trees, judged on as many new users`,
    median_ms: 1000 * one.seconds,
    figures: {
      "correlation with the true effects": Number(one.correlation.toPrecision(3)),
      "value kept, %": Number((100 * one.kept).toPrecision(3)),
    },
  };
}

/** The best of ours beside the best of theirs, by either measure. */
function best(outcome: Outcome, ours: Judged[], theirs: Judged[]): Row {
  const most = (of: Judged[], pick: (one: Judged) => number) => Math.max(...of.map(pick));
  const [r, rival] = [most(ours, (one) => one.correlation), most(theirs, (one) => one.correlation)];
  const [kept, rivalKept] = [most(ours, (one) => one.kept), most(theirs, (one) => one.kept)];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return {
    name: `campaign, ${outcome}: our best and theirs`,
    n: USERS,
    data: "causalml 0.18 and EconML 0.17",
    figures: {
      "correlation, ours and theirs": `${r.toFixed(3)} and ${rival.toFixed(3)}`,
      "value kept, ours and theirs": `${percent(kept)} and ${percent(rivalKept)}`,
    },
    asked: "at least causalml's and EconML's best",
    met: r >= rival && kept >= rivalKept,
  };
}
