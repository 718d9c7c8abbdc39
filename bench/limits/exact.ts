/**
 * Proven optima: Pisinger's families and the coupon ladder, ten seeds each, and OR-Tools CP-SAT on the same problems.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AllocationResult, allocate, createEngine, type Offers } from "../../src/index.js";
import { couponColumn } from "../allocation/coupons.js";
import { type Family, type Problem, pisinger } from "../allocation/pisinger.js";
import { median } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const USERS = 10_000;
const OPTIONS = 8;
const SEEDS = 10;
/** Seconds: one solve may take so long before it counts as not proven. */
const PATIENCE = 60;
/** Seconds that CP-SAT gets for one problem; a ratio over it is a lower bound. */
const CAP = 60;
/** Problems of a family that CP-SAT gets: it takes long. */
const THEIRS = 3;

interface Instance extends Problem {
  exactlyOne: boolean;
}

interface Kind {
  name: string;
  data: string;
  make: (seed: number) => Instance;
}

const KINDS: Kind[] = [
  ...(["uncorrelated", "weakly correlated", "strongly correlated"] as Family[]).flatMap((family) =>
    [1000, 10_000].map((range) => ({
      name: `exact, ${family}, R = ${range}`,
      data: `${OPTIONS} options, Pisinger, exactly one`,
      make: (seed: number) => ({ ...pisinger(family, USERS, OPTIONS, range, seed), exactlyOne: true }),
    })),
  ),
  {
    name: "exact, coupon ladder in cents",
    data: `${OPTIONS} options, values and costs rounded to cents, at most one`,
    make: (seed: number) => coupons(seed, (x) => Math.fround(Math.round(x * 100) / 100)),
  },
  {
    name: "exact, coupon ladder as it is",
    data: `${OPTIONS} options, f32 values and costs on quanta of a power of two, at most one`,
    make: (seed: number) => coupons(seed, (x) => x),
  },
];

/** The ladder, with 30 % of what everyone's most valuable coupon costs to spend. */
function coupons(seed: number, round: (x: number) => number): Instance {
  const columns = Array.from({ length: OPTIONS }, (_, j) => {
    const [values, costs] = [new Float32Array(USERS), new Float32Array(USERS)];
    couponColumn(OPTIONS, j, values, costs, seed);
    return { values: values.map(round), costs: costs.map(round) };
  });
  let free = 0;
  for (let i = 0; i < USERS; i++) {
    const best = columns.reduce((a, b) => ((b.values[i] as number) > (a.values[i] as number) ? b : a));
    if ((best.values[i] as number) > 0) free += best.costs[i] as number;
  }
  const budget = Math.floor(0.3 * free * 100) / 100;
  return {
    values: columns.map(({ values }) => values),
    costs: columns.map(({ costs }) => costs),
    budget,
    exactlyOne: false,
  };
}

function tableOf({ values, costs }: Instance): Offers {
  const offers = createEngine().offers({ users: USERS, options: OPTIONS });
  values.forEach((column, j) => {
    offers.fill(j, (v, c) => {
      v.set(column);
      c.set(costs[j] as Float32Array);
    });
  });
  return offers;
}

export default function measure({ quick, say }: SuiteOptions): Row[] {
  const python = quick ? undefined : pythonWithOrTools();
  return KINDS.flatMap((kind) => {
    say(kind.name);
    const solved = Array.from({ length: SEEDS }, (_, i) => solve(kind.make(i + 1)));
    return [ourRow(kind, solved), theirRow(kind, solved, python, quick, say)];
  });
}

interface Solved {
  ms: number;
  result: AllocationResult;
}

/** The best of three: the first compiles. */
function solve(instance: Instance): Solved {
  const offers = tableOf(instance);
  const { budget, exactlyOne } = instance;
  let best: Solved | undefined;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    const result = allocate(offers, { budget, exactlyOne, exact: true }, { timeLimit: PATIENCE });
    const ms = performance.now() - start;
    if (!best || ms < best.ms) best = { ms, result };
  }
  return best as Solved;
}

function ourRow({ name, data }: Kind, solved: Solved[]): Row {
  const times = solved.map(({ ms }) => ms);
  const unproven = solved.filter(({ result }) => result.stopped).length;
  const ms = median(times);
  return {
    name,
    n: USERS,
    data,
    median_ms: ms,
    figures: {
      seeds: SEEDS,
      proven: SEEDS - unproven,
      "slowest of them, ms": Number(Math.max(...times).toPrecision(3)),
      "search alone, median ms": Number(
        (1000 * median(solved.map(({ result }) => result.phases.exact ?? 0))).toPrecision(3),
      ),
      "largest gap": Math.max(...solved.map(({ result }) => result.gap)),
      "quantum of value": solved[0]?.result.valueUnit ?? 0,
      "quantum of money": solved[0]?.result.unit ?? 0,
    },
    asked: "proven, median of 10 seeds at most 0.5 s",
    met: unproven === 0 && ms <= 500,
  };
}

interface Theirs {
  seconds: number;
  status: string;
  value: number;
}

/** CP-SAT with one worker on the first problems of the family; both count whole quanta. */
function theirRow(
  kind: Kind,
  solved: Solved[],
  python: string | undefined,
  quick: boolean,
  say: SuiteOptions["say"],
): Row {
  const row: Row = {
    name: `CP-SAT, one worker: ${kind.name}`,
    n: USERS,
    data: kind.data,
    asked: "ours at least 20 × faster",
  };
  if (!python) {
    const why = "no Python with ortools: python3 -m venv build/ortools && build/ortools/bin/pip install ortools";
    return { ...row, left_out: quick ? "--quick: CP-SAT takes minutes" : why };
  }
  const { unit = 1, valueUnit = 1 } = solved[0]?.result ?? {};
  if (Math.min(unit, valueUnit) < 1e-4) {
    return { ...row, left_out: "CP-SAT takes integers: the quanta of these numbers are too fine for its sums" };
  }
  const runs = solved.slice(0, THEIRS).map((ours, i) => {
    say(`CP-SAT, ${kind.name}, seed ${i + 1}`);
    const theirs = solveByCpSat(python, kind.make(i + 1), unit, valueUnit);
    return { ours, theirs, ratio: (1000 * theirs.seconds) / ours.ms };
  });
  const ratio = median(runs.map((run) => run.ratio));
  const proven = runs.filter(({ theirs }) => theirs.status === "OPTIMAL");
  const differ = proven.filter(({ ours, theirs }) => Math.abs(ours.result.value - theirs.value) > 0.5 * valueUnit);
  return {
    ...row,
    median_ms: 1000 * median(runs.map(({ theirs }) => theirs.seconds)),
    ratio_to: { [proven.length < runs.length ? "ours, at least" : "ours"]: ratio },
    figures: {
      seeds: runs.length,
      "proven by CP-SAT": proven.length,
      "seconds it may take": CAP,
      "optima that differ": differ.length,
    },
    met: ratio >= 20 && differ.length === 0,
  };
}

/** Solves one problem in a process of its own; the seconds are those of the solver alone. */
function solveByCpSat(python: string, instance: Instance, unit: number, valueUnit: number): Theirs {
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-cpsat-"));
  try {
    const whole = (columns: Float32Array[], quantum: number) =>
      columns.map((column) => Array.from(column, (x) => Math.round(x / quantum)));
    const problem = {
      values: whole(instance.values, valueUnit),
      costs: whole(instance.costs, unit),
      budget: Math.floor(instance.budget / unit + 1e-6),
      exactlyOne: instance.exactlyOne,
      cap: CAP,
    };
    const file = join(folder, "problem.json");
    writeFileSync(file, JSON.stringify(problem));
    const { status, stdout, stderr } = spawnSync(python, ["bench/limits/cpsat.py", file], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const theirs = JSON.parse(stdout) as Theirs;
    return { ...theirs, value: theirs.value * valueUnit };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** ORTOOLS_PYTHON, build/ortools or the machine's own. */
function pythonWithOrTools(): string | undefined {
  const places = [process.env.ORTOOLS_PYTHON, "build/ortools/bin/python3", "python3"];
  return places.find(
    (python) => python && spawnSync(python, ["-c", "import ortools.sat.python.cp_model"]).status === 0,
  );
}
