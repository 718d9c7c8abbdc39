/** Whether the limits leave any plan over time: boxes and nested sums exactly, what crosses or steps by least squares. */
import type { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { type Model, modelOf, type Source, type SumLimit } from "../model.js";
import { type Clash, frame, inUnits, unitsDown } from "../separable/feasible.js";
import type { PlanProblem, PlanResult } from "../types.js";
import { Climbs } from "./climbs.js";
import { Column } from "./kernel.js";
import { excessOf, type Row, rowsOf, stepOf, stepSource } from "./rows.js";

/** Boxes by coordinate and rows, in whole units where the plan has a unit. */
export interface FramedFlight {
  model: Model;
  low: Float64Array;
  high: Float64Array;
  rows: Row[];
  /** Money of a plan within all limits. */
  feasible: number;
}

/** Turns of the search for a plan within the rows. */
const TURNS = 20_000;
const MENDS = 50;

export function frameFlight(engine: Engine, model: Model): { framed?: FramedFlight; clash?: Clash } {
  const { framed, clash } = frame({ ...model, sums: nested(model) });
  if (!framed) return { clash };
  const [low, high] = [new Float64Array(model.size), new Float64Array(model.size)];
  framed.tree.order.forEach((i, p) => {
    low[i] = framed.low[p] as number;
    high[i] = framed.high[p] as number;
  });
  const narrow = tighten(model, low, high);
  if (narrow) return { clash: narrow };
  const rows = rowsOf(model);
  const start = low.reduce((sum, least) => sum + least, 0);
  const result: FramedFlight = { model, low, high, rows, feasible: start };
  if (start > model.budget * (1 + 1e-12)) return { clash: tooDear(model, start) };
  if (rows.length === 0) return { framed: result };
  const scratch = new Scratch(engine.arena);
  try {
    const simplex = {
      low: new Column(engine, scratch, model.size),
      high: new Column(engine, scratch, model.size),
      ...{ budget: Math.min(model.budget, 1e300), atMost: model.problem.spend !== "exactly" },
    };
    simplex.low.view.set(low);
    simplex.high.view.set(high.map((amount) => Math.min(amount, simplex.budget)));
    const settings = { tolerance: 1e-9, turns: TURNS, watch: () => undefined };
    const climbs = new Climbs(engine, scratch, simplex, rows, settings);
    const { x, proven } = climbs.leastBroken(low);
    result.feasible = x.reduce((sum, money) => sum + money, 0);
    return proven ? { clash: brokenRows(model, rows, x) } : { framed: result };
  } finally {
    scratch.release();
  }
}

/** The sums of a model without those that cross larger ones. */
function nested({ sums, size }: Model): SumLimit[] {
  const owner = new Int32Array(size);
  const kept = new Set<SumLimit>();
  const order = sums
    .map((sum, i) => ({ sum, i }))
    .sort((a, b) => b.sum.members.length - a.sum.members.length || a.i - b.i);
  for (const { sum } of order) {
    const above = owner[sum.members[0] as number] as number;
    if (sum.members.some((i) => owner[i] !== above)) continue;
    kept.add(sum);
    for (const i of sum.members) owner[i] = kept.size;
  }
  return sums.filter((sum) => kept.has(sum));
}

/** Whether some limits cross: the separable method has no place for them. */
export function crosses(model: Model): boolean {
  return nested(model).length < model.sums.length;
}

/** Steps of channels of one line carry floors and ceilings from period to period; a clash where they meet. */
function tighten(model: Model, low: Float64Array, high: Float64Array): Clash | undefined {
  const { periods, lines, problem } = model;
  for (const [line, { channel, campaign, name }] of lines.entries()) {
    const amount = stepOf(model, channel);
    if (amount === undefined || campaign >= 0) continue;
    const step = problem.unit ? inUnits(unitsDown(amount, problem.unit), problem.unit) : amount;
    const from = line * periods;
    // Where the floor, and the ceiling, of each period came from.
    const [floors, ceilings] = [new Int32Array(periods), new Int32Array(periods)];
    for (let t = 0; t < periods; t++) [floors[t], ceilings[t]] = [t, t];
    for (const by of [1, -1]) {
      for (let k = 1; k < periods; k++) {
        const t = by > 0 ? k : periods - 1 - k;
        const [i, j] = [from + t, from + t - by];
        if ((low[j] as number) - step > (low[i] as number)) {
          low[i] = (low[j] as number) - step;
          floors[t] = floors[t - by] as number;
        }
        if ((high[j] as number) + step < (high[i] as number)) {
          high[i] = (high[j] as number) + step;
          ceilings[t] = ceilings[t - by] as number;
        }
      }
    }
    for (let t = 0; t < periods; t++) {
      const [least, most] = [low[from + t] as number, high[from + t] as number];
      if (least <= most * (1 + 1e-12)) {
        high[from + t] = Math.max(least, most);
        continue;
      }
      const [floor, ceiling] = [floors[t] as number, ceilings[t] as number];
      const [a, b] = [model.low[from + floor] as number, model.high[from + ceiling] as number];
      const source = stepSource(model, channel);
      const paths = [source.path, model.lowSource[from + floor]?.path, model.highSource[from + ceiling]?.path];
      return {
        limits: paths.filter((path) => path !== undefined),
        reason: `${name}: at least ${a} in period ${floor + 1} and at most ${b} in period ${ceiling + 1} need steps of more than ${amount}`,
        mend: (copy) => source.set(copy, ((a - b) / Math.max(1, Math.abs(floor - ceiling))) * (1 + 1e-9)),
      };
    }
  }
  return undefined;
}

function tooDear(model: Model, least: number): Clash {
  return {
    limits: [
      "budget",
      ...model.problem.channels.flatMap((_, c) => (stepOf(model, c) === undefined ? [] : [stepSource(model, c).path])),
    ],
    reason: `the floors sum to ${least} with the steps that are allowed, and at most ${model.budget} may be spent`,
    mend: (copy) => {
      const { reserve } = copy;
      copy.budget = reserve && "share" in reserve ? least / (1 - reserve.share) : least + model.reserve;
    },
  };
}

/** At the point that breaks rows least, those it breaks are the proof: no plan keeps them together. */
function brokenRows(model: Model, rows: readonly Row[], x: Float64Array): Clash {
  const over = rows.map((row) => excessOf(row, x));
  const most = over.reduce((worst, excess) => Math.max(worst, excess), 0);
  const broken = rows.filter((_, k) => (over[k] as number) > 1e-6 * most);
  const held = new Set<string>();
  for (const { members } of broken) {
    for (const i of members) {
      for (const source of [model.lowSource[i], model.highSource[i]])
        if (source && held.size < 20) held.add(source.path);
    }
  }
  const budget = Number.isFinite(model.budget) ? ["budget"] : [];
  const worst = rows[over.indexOf(most)] as Row;
  return {
    limits: [...new Set([...broken.map(({ source }) => source?.path ?? ""), ...budget, ...held])].filter(
      (path) => path,
    ),
    reason: `no plan keeps all limits on sums and steps together: the nearest breaks "${worst.name}" (${worst.kind} ${worst.limit}) by ${Number(most.toPrecision(6))}`,
    mend: (copy) => {
      rows.forEach((row, k) => {
        const excess = (over[k] as number) + 1e-9 * most;
        if ((over[k] as number) <= 1e-12 * most) return;
        const sign = row.kind === "at most" ? 1 : -1;
        (row.source as Source | undefined)?.set(copy, Math.max(0, row.limit + sign * excess));
      });
    },
  };
}

/** The clash of a result: every limit that must give way, and a problem in which they have. */
export function impossibleFlight(engine: Engine, problem: PlanProblem, first: Clash): NonNullable<PlanResult["clash"]> {
  const nearest = structuredClone(problem) as PlanProblem;
  const limits = new Set<string>();
  let clash: Clash | undefined = first;
  for (let mend = 0; clash && mend < MENDS; mend++) {
    for (const path of clash.limits) limits.add(path);
    clash.mend(nearest);
    clash = frameFlight(engine, modelOf(nearest)).clash;
  }
  return { limits: [...limits], reason: first.reason, nearest };
}
