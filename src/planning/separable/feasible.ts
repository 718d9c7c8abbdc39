/** Whether the limits leave any plan; if not, which clash, and the nearest problem that is possible. */
import { type Model, modelOf, type Source } from "../model.js";
import type { PlanProblem, PlanResult } from "../types.js";
import { reaches, type Tree, treeOf } from "./tree.js";

export interface Clash {
  limits: string[];
  reason: string;
  /** Makes this clash go away in a copy of the problem. */
  mend: (copy: PlanProblem) => void;
}

/** A model in whole units, its tree, and boxes by position. */
export interface Framed {
  model: Model;
  tree: Tree;
  low: Float64Array;
  high: Float64Array;
}

/** Most limits that are mended one after another; past half of them, floors that are shares give way altogether. */
const MENDS = 200;

/** Whole units, as a number without the dust of k · 0.01. */
export function inUnits(k: number, unit: number): number {
  const parts = Math.round(1 / unit);
  return parts > 1 && Math.abs(parts * unit - 1) < 1e-12 ? k / parts : k * unit;
}

export function unitsUp(x: number, unit: number): number {
  const k = x / unit;
  return Math.abs(k - Math.round(k)) < 1e-9 * Math.max(1, Math.abs(k)) ? Math.round(k) : Math.ceil(k);
}

export function unitsDown(x: number, unit: number): number {
  const k = x / unit;
  return Math.abs(k - Math.round(k)) < 1e-9 * Math.max(1, Math.abs(k)) ? Math.round(k) : Math.floor(k);
}

/** The limits of a model on positions, in whole units where the plan has a unit; or what clashes. */
export function frame(model: Model): { framed?: Framed; clash?: Clash } {
  const tree = treeOf(model);
  const { unit } = model.problem;
  const up = (x: number) => (unit && Number.isFinite(x) ? inUnits(unitsUp(x, unit), unit) : x);
  const down = (x: number) => (unit && Number.isFinite(x) ? inUnits(unitsDown(x, unit), unit) : x);
  const low = new Float64Array(model.size);
  const high = new Float64Array(model.size);
  for (let p = 0; p < model.size; p++) {
    const i = tree.order[p] as number;
    [low[p], high[p]] = [up(model.low[i] as number), down(model.high[i] as number)];
    const least = up(model.presence[i] as number);
    const clash = boxClash(model, i, low[p] as number, high[p] as number, least);
    if (clash) return { clash };
    if ((high[p] as number) < least) high[p] = 0;
    if ((low[p] as number) > 0 && (low[p] as number) < least) low[p] = least;
  }
  for (const group of tree.groups) {
    [group.low, group.high] = [up(group.low), down(group.high)];
    if (group.low > group.high) return { clash: crossed(group.name, group, unit) };
  }
  const clash = sumClash(model, tree, low, high);
  return clash ? { clash } : { framed: { model, tree, low, high } };
}

function boxClash(model: Model, i: number, low: number, high: number, presence: number): Clash | undefined {
  const { lowSource, highSource, problem } = model;
  const name = nameOf(model, i);
  const [floor, ceiling] = [lowSource[i], highSource[i]];
  if (low > high) {
    const limits = [floor?.path, ceiling?.path, problem.unit ? "unit" : undefined].filter((path) => path !== undefined);
    return {
      limits,
      reason: `${name}: at least ${model.low[i]} and at most ${model.high[i]}${problem.unit ? ` in whole units of ${problem.unit}` : ""}`,
      mend: (copy) => (ceiling ?? floor)?.set(copy, ceiling ? low : high),
    };
  }
  if (low > 0 && high < presence) {
    return {
      limits: [presencePath(model, i), ceiling?.path ?? ""],
      reason: `${name}: nothing or at least ${presence}, at least ${low}, and at most ${high}`,
      mend: (copy) => ceiling?.set(copy, presence),
    };
  }
  return undefined;
}

function presencePath({ lines, periods }: Model, i: number): string {
  const { channel, campaign } = lines[Math.floor(i / periods)] as Model["lines"][number];
  return `channels[${channel}]${campaign < 0 ? "" : `.campaigns[${campaign}]`}.presence`;
}

function nameOf({ lines, periods }: Model, i: number): string {
  const line = lines[Math.floor(i / periods)] as Model["lines"][number];
  return periods > 1 ? `${line.name} in period ${(i % periods) + 1}` : line.name;
}

interface Limits {
  low: number;
  high: number;
  lowSource?: Source;
  highSource?: Source;
}

function crossed(name: string, { low, high, lowSource, highSource }: Limits, unit: number | undefined): Clash {
  return {
    limits: [...new Set([lowSource?.path ?? "", highSource?.path ?? "", ...(unit ? ["unit"] : [])])],
    reason: `${name}: at least ${low} and at most ${high}${unit ? ` in whole units of ${unit}` : ""}`,
    mend: (copy) => highSource?.set(copy, low),
  };
}

function sumClash(model: Model, tree: Tree, low: Float64Array, high: Float64Array): Clash | undefined {
  const { reach, stuck } = reaches(tree, low, high);
  if (!stuck) return undefined;
  const { least, most } = reach.get(stuck) as { least: number; most: number };
  const { lowSource, highSource, name } = stuck;
  const positions = Array.from({ length: stuck.to - stuck.from }, (_, k) => stuck.from + k);
  const sources = (
    list: (Source | undefined)[],
    inner: (group: Limits) => Source | undefined,
    binds: (group: Limits) => boolean,
  ) => {
    const boxes = positions.map((p) => list[tree.order[p] as number]?.path);
    const groups = tree.groups.filter(
      (group) => group !== stuck && group.from >= stuck.from && group.to <= stuck.to && binds(group),
    );
    return [...new Set([...boxes, ...groups.map((group) => inner(group)?.path)])].filter((path) => path !== undefined);
  };
  if (least > stuck.high) {
    return {
      limits: [
        highSource?.path ?? name,
        ...sources(
          model.lowSource,
          (group) => group.lowSource,
          (group) => group.low > 0,
        ),
      ],
      reason: `the floors inside "${name}" sum to ${least}, and at most ${stuck.high} may be spent: ${round(least - stuck.high)} too much`,
      mend: (copy) => highSource?.set(copy, least),
    };
  }
  return {
    limits: [
      lowSource?.path ?? name,
      ...sources(
        model.highSource,
        (group) => group.highSource,
        (group) => Number.isFinite(group.high),
      ),
    ],
    reason: `the ceilings inside "${name}" let ${most} through, and at least ${stuck.low} must be spent: ${round(stuck.low - most)} too little`,
    // Shares of a smaller budget would be smaller themselves.
    mend: (copy) => {
      if (stuck.parent || !copy.groups?.some(({ shareAtMost }) => shareAtMost !== undefined))
        lowSource?.set(copy, most);
      else copy.spend = "atMost";
    },
  };
}

function round(x: number): number {
  return Number(x.toPrecision(12));
}

/** The clash of a result: every limit that must give way, and a problem in which they have. */
export function impossible(problem: PlanProblem, first: Clash): NonNullable<PlanResult["clash"]> {
  const nearest = structuredClone(problem) as PlanProblem;
  const limits = new Set<string>();
  let clash: Clash | undefined = first;
  for (let mend = 0; clash && mend < MENDS; mend++) {
    for (const path of clash.limits) limits.add(path);
    clash.mend(nearest);
    if (2 * mend > MENDS) for (const group of nearest.groups ?? []) group.shareAtLeast = 0;
    clash = frame(modelOf(nearest)).clash;
  }
  return { limits: [...limits], reason: first.reason, nearest };
}
