/**
 * The nearest request that is possible: of the limits that clash the one that need be relaxed least, relative to its size, is
 * relaxed just as far as the others ask, as parts of options; again, where others clash besides; where many do, all at once,
 * by as little as possible together. Where whole options need a little more room, it is given a little more.
 */
import type { AllocationRequest } from "../../types.js";
import type { Account } from "../accounts.js";
import { Problem } from "../problem.js";
import { type Row, signOf } from "../rows.js";
import { leastProof, searchOf } from "./proof.js";

const EFFORT = { tolerance: 1e-10, most: 300, penalty: 1e4 };
/** Limits that are relaxed one by one, before what still clashes is relaxed together. */
const ONE_BY_ONE = 3;
/** … and how often, each time a little further outward. */
const MOST_TOGETHER = 4;
/** Ratios are found by Newton's steps (Dinkelbach 1967). */
const MOST_STEPS = 12;
/** A limit that is no decimal is relaxed this much more, relative, and four times as much where that was too little. */
const OUTWARD = 1e-9;

/** Parts of the largest amount of a choice by which what was relaxed is relaxed more where whole options need it. */
const STEPS = [0, 1 / 16, 1];

export interface Nearest {
  request: AllocationRequest;
  /** In words. */
  changes: string[];
}

/** Whether a plan of whole options was found for a request. */
export type Meets = (request: AllocationRequest) => boolean;

interface Relaxed {
  k: number;
  limit: number;
  /** Change relative to the size of the row. */
  by: number;
}

/** The nearest request for which a plan of whole options was found; where none was, the nearest for parts of options. */
export function nearestRequest(problem: Problem, clashing: ReadonlySet<number>, meets: Meets): Nearest {
  const parts = nearestOfParts(problem, clashing);
  for (const step of STEPS) {
    const now = step === 0 ? parts : loosened(problem, parts, step);
    if (meets(now.request)) return changesOf(problem, now);
  }
  return changesOf(problem, parts);
}

/** What was relaxed, relaxed by some more. */
function loosened(problem: Problem, parts: Problem, step: number): Problem {
  let { request } = parts;
  parts.rows.forEach((row, k) => {
    if (row.limit === problem.rows[k]?.limit) return;
    const by = row.counts === "return" ? -step * row.limit * 1e-3 : step * mostOf(parts, row);
    const limit = row.counts === "return" ? row.limit + by : row.limit + signOf(row) * by;
    const { perMoney } = parts.accounts[k] as Account;
    const unit = row.counts === "users" ? 1 : perMoney;
    request = withLimit(request, row, unit > 0 && row.counts !== "return" ? Math.round(limit * unit) / unit : limit);
  });
  return new Problem(parts.offers, request, parts.money, parts.scratch, parts.options);
}

/** The most that a choice uses of a row, a user where that is what counts. */
function mostOf({ offers }: Problem, { counts, resource }: Row): number {
  if (counts === "users") return 1;
  return counts === "money" ? offers.facts.mostCost : offers.resources.factsOf(resource).mostCost;
}

function changesOf(problem: Problem, now: Problem): Nearest {
  const changes = now.rows.flatMap((row, k) => {
    const before = problem.rows[k] as Row;
    return row.limit === before.limit ? [] : [`${row.name} ${row.kind} ${row.limit} (asked ${before.limit})`];
  });
  if (problem.exactlyOne && !now.exactlyOne) changes.push("at most one option for everyone");
  return { request: now.request, changes };
}

function nearestOfParts(problem: Problem, clashing: ReadonlySet<number>): Problem {
  const all = new Set(problem.rows.keys());
  let now = problem;
  let set: ReadonlySet<number> | undefined = clashing;
  for (let round = 0; set && round < ONE_BY_ONE + MOST_TOGETHER; round++) {
    const outward = OUTWARD * 4 ** round;
    const request = round < ONE_BY_ONE ? relaxedOne(now, set, all, outward) : relaxedTogether(now, outward);
    // Where no limit helps, such as a return of plans that all lose value, nobody need be given anything.
    if (!request && !now.exactlyOne) break;
    now = new Problem(
      now.offers,
      request ?? { ...now.request, exactlyOne: false },
      now.money,
      now.scratch,
      now.options,
    );
    set = leastProof(now);
  }
  return now;
}

/** The request with one limit of a clash relaxed; undefined where none of them helps. */
function relaxedOne(
  now: Problem,
  set: ReadonlySet<number>,
  all: ReadonlySet<number>,
  outward: number,
): AllocationRequest | undefined {
  const relaxed = leastRelaxed(now, set, all, outward) ?? leastRelaxed(now, set, set, outward);
  return relaxed && withLimit(now.request, now.rows[relaxed.k] as Row, relaxed.limit);
}

/**
 * The request with all limits relaxed that a mix of plans breaks which breaks them least, relative to their sizes, in sum. A
 * return that no ratio of the mix could be is held instead.
 */
function relaxedTogether(now: Problem, outward: number): AllocationRequest | undefined {
  const returns = now.rows.findIndex(({ counts }) => counts === "return");
  for (const penalty of [1, EFFORT.penalty]) {
    const penalties = new Map([[returns, penalty]]);
    const { broken, mix } = searchOf(now).minimise({ alpha: 0 }, { ...EFFORT, penalty: 1, penalties });
    const ratio = ratioOf(mix);
    const isBroken = returns >= 0 && (broken[returns] as number) > 0;
    if (isBroken && ratio === undefined) continue;
    let { request } = now;
    for (const [k, row] of now.rows.entries()) {
      const by = broken[k] as number;
      if (by === 0 || k === returns) continue;
      const limit = roundOutward(now.accounts[k] as Account, row.limit + signOf(row) * by, outward);
      request = withLimit(request, row, limit);
    }
    if (!isBroken) return request;
    return { ...request, minReturn: Math.min(request.minReturn as number, (ratio as number) * (1 - outward)) };
  }
  return undefined;
}

/** Of the rows in `set` the one that need be relaxed least while those in `held` hold. */
function leastRelaxed(
  problem: Problem,
  set: ReadonlySet<number>,
  held: ReadonlySet<number>,
  outward: number,
): Relaxed | undefined {
  let least: Relaxed | undefined;
  for (const k of set) {
    const relaxed = relax(problem, k, new Set([...held].filter((row) => row !== k)), outward);
    if (relaxed && (!least || relaxed.by < least.by)) least = relaxed;
  }
  return least;
}

function relax(problem: Problem, k: number, only: ReadonlySet<number>, outward: number): Relaxed | undefined {
  const row = problem.rows[k] as Row;
  const found = searchOf(problem).minimise({ alpha: 0, row: k, only }, EFFORT);
  if (!found.held) return undefined;
  if (row.counts === "return") return relaxReturn(problem, k, only, found.mix);
  const used = -signOf(row) * found.lower;
  const limit = roundOutward(problem.accounts[k] as Account, used, outward);
  const size = Math.max(Math.abs(row.limit), Math.abs(used)) || 1;
  return { k, limit, by: Math.abs(limit - row.limit) / size };
}

function relaxReturn(
  problem: Problem,
  k: number,
  only: ReadonlySet<number>,
  mix: { value: number; cost: number },
): Relaxed | undefined {
  const asked = (problem.rows[k] as Row).limit;
  let ratio = ratioOf(mix);
  if (ratio === undefined) return undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const request = { ...problem.request, minReturn: ratio };
    const next = new Problem(problem.offers, request, problem.money, problem.scratch, problem.options);
    const better = ratioOf(searchOf(next).minimise({ alpha: 0, row: k, only }, EFFORT).mix);
    if (better === undefined || !(better > ratio * (1 + 1e-9))) break;
    ratio = better;
  }
  const limit = Math.min(asked, Math.max(0, ratio * (1 - OUTWARD)));
  return { k, limit, by: (asked - limit) / asked };
}

function ratioOf({ value, cost }: { value: number; cost: number }): number | undefined {
  return cost > 0 && value >= 0 ? value / cost : undefined;
}

function roundOutward({ row, perMoney }: Account, used: number, outward: number): number {
  const sign = signOf(row);
  const whole = row.counts === "users" ? 1 : perMoney;
  // A millionth of a unit is rounding of the search, not a need.
  if (whole > 0) return (sign * Math.ceil(sign * used * whole - 1e-6)) / whole;
  return used + sign * Math.abs(used) * outward;
}

function withLimit(request: AllocationRequest, { name, kind }: Row, limit: number): AllocationRequest {
  if (name === "budget" || name === "minSpend" || name === "minReturn") return { ...request, [name]: limit };
  const own = name.slice(name.indexOf(" ") + 1);
  if (name.startsWith("stock ")) return { ...request, stock: { ...request.stock, [own]: Math.max(0, limit) } };
  if (name.startsWith("resource ")) {
    return {
      ...request,
      resources: request.resources?.map((r) => (r.name === own ? { ...r, atMost: limit } : r)) ?? [],
    };
  }
  const side = kind === "at most" ? "atMost" : "atLeast";
  return { ...request, groups: request.groups?.map((g) => (g.name === own ? { ...g, [side]: limit } : g)) ?? [] };
}
