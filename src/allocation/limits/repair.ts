/**
 * From the choices at the dual's prices to choices that hold every limit exactly, and as near the bound as can be.
 *
 * 1. Core: the users who can change their choice at little loss of score (none included), fewer where the table is large. Where
 *    they do not suffice, more.
 * 2. Repair, fill, pairs (plan/repair.ts, plan/pairs.ts): greedy, by what a change loses at the prices.
 * 3. Small problems, and those that are stuck: tabu search (plan/tabu.ts).
 * 4. Small problems: branch and bound (plan/branch.ts), which proves where it ends.
 * 5. The choices are written back. They are counted once more, by another program, where the answer is read (answer.ts).
 */
import { branch, valueSize } from "./plan/branch.js";
import { type Core, coreOf, leftOf } from "./plan/core.js";
import { listNear, type Near, writeChoices } from "./plan/kernel.js";
import { mendAll, pairAll } from "./plan/pairs.js";
import { fillAll, repairAll } from "./plan/repair.js";
import { State } from "./plan/state.js";
import { type Effort, tabuSearch } from "./plan/tabu.js";
import type { DualPoint, Problem, Repaired } from "./problem.js";

/** Options of a core: at first, and where they do not suffice. A table of no more is in the core whole. */
const FIRST_CORE = 6_000;
const LARGER = 16;
const LARGEST_CORE = 1_800_000;
/** Options of problems that are searched on where they could be left as they are. */
const FEW = 2_048;
/** Entries that a search looks at. */
const FIRST_WORK = 3e6;
const TABU_WORK = 4e6;
const BRANCH_WORK = 3e7;
const STUCK_WORK = 6e7;
/** Pairs of switches that are looked at: of small problems, and of large ones, whose gap is small without. */
const FEW_PAIRS = 2_000_000;
const MANY_PAIRS = 20_000;
/** Users a call of a kernel. */
const SLICE = 1 << 18;

/** `isTrial`: without the long searches. */
export function repair(problem: Problem, { prices, bound }: DualPoint, choices: number, isTrial = false): Repaired {
  const used = problem.tally(choices);
  const left = leftOf(problem, used);
  const all = problem.offers.users * (problem.offers.columns + 1);
  for (let room = FIRST_CORE; ; room *= LARGER) {
    const isWhole = all <= room;
    const near = isWhole ? listAll(problem, prices, choices) : listSome(problem, prices, choices, room);
    const core = coreOf(problem, prices, near, left, isWhole);
    const state = new State(core);
    const isLast = isWhole || room * LARGER > LARGEST_CORE;
    const found = search(problem, state, { isWhole, isLast, isTrial, bound });
    if (!found.held && !isLast) continue;
    const { rows, columns } = chosenOf(core, state);
    writeChoices(problem, choices, rows, columns);
    return found;
  }
}

interface Course {
  isWhole: boolean;
  isLast: boolean;
  isTrial: boolean;
  bound: number;
}

function search(problem: Problem, state: State, { isWhole, isLast, isTrial, bound }: Course): Repaired {
  const effort = (work: number): Effort => ({
    work,
    report: (done, total) => problem.report("repair", done, total),
  });
  const isSmall = isWhole && state.core.options <= FEW;
  const raise = () => {
    fillAll(state);
    pairAll(state, isSmall ? FEW_PAIRS : MANY_PAIRS);
  };
  let held = repairAll(state) || mendAll(state);
  effort(0).report(0, 1);
  if (held) raise();
  if (!isSmall) {
    if (held || !isLast) return { held };
    held = tabuSearch(state, effort(STUCK_WORK));
    if (held) raise();
    return { held, stopped: "work" };
  }
  if (held && (isTrial || isNear(state.value, bound))) return { held };
  const first = prove(problem, state, effort(FIRST_WORK));
  if (first.stopped === undefined) return first;
  if (isTrial) return { held: first.held || tabuSearch(state, effort(TABU_WORK)), stopped: "work" };
  if (tabuSearch(state, effort(first.held ? TABU_WORK : STUCK_WORK))) raise();
  return prove(problem, state, effort(BRANCH_WORK));
}

/** Branch and bound from the best plan that is known. */
function prove({ offers }: Problem, state: State, effort: Effort): Repaired {
  const held = state.holds;
  const tree = branch(state.core, held ? state.choice : undefined, effort);
  if (tree.choice) state.goTo(tree.choice);
  const found = held || tree.choice !== undefined;
  if (!tree.complete) return { held: found, stopped: "work" };
  if (tree.bound === Number.NEGATIVE_INFINITY) return { held: false, none: true };
  return { held: found, bound: tree.bound + (offers.facts.inexact ? 2 ** -24 * valueSize(state.core) : 0) };
}

/** Nothing is left to find beyond rounding. */
function isNear(value: number, bound: number): boolean {
  return bound - value <= 1e-12 * Math.abs(bound);
}

function chosenOf({ first, tableRow, column }: Core, { choice }: State): { rows: Uint32Array; columns: Uint16Array } {
  const rows = Uint32Array.from(choice, (_, u) => tableRow[first[u] as number] as number);
  return { rows, columns: Uint16Array.from(choice, (o) => column[o] as number) };
}

function listAll(problem: Problem, prices: Float64Array, choices: number): Near {
  const { users, columns } = problem.offers;
  const room = (users + 1) * (columns + 1);
  problem.passes++;
  return listNear(problem, prices, choices, Number.POSITIVE_INFINITY, { room, ranges: [{ from: 0, to: users }] });
}

/** Users of the samples that show how near is near, in runs: of a few all options, of more those that are nearer. */
const COARSE = { runs: 16, run: 16, share: 0.06 };
const FINE = { runs: 256, run: 64 };
/** Options of a sample at most: 24 bytes each, of the 64 MiB that an edge runtime has. */
const MOST_SAMPLED = 400_000;

/** About as many options as there is room for, those of the smallest losses. */
function listSome(problem: Problem, prices: Float64Array, choices: number, room: number): Near {
  const { users, columns } = problem.offers;
  // Few users are looked at whole; of many options fewer users are.
  const sampled = ({ runs, run }: { runs: number; run: number }) => {
    const most = Math.max(1, Math.min(runs, Math.floor(MOST_SAMPLED / ((columns + 1) * run))));
    return { runs: most, run, size: Math.min(users, most * run) };
  };
  const losses = (epsilon: number, sample: { runs: number; run: number }) => {
    const { runs, run, size } = sampled(sample);
    const ranges = Array.from({ length: size === users ? 1 : runs }, (_, g) => {
      const from = Math.floor((g * users) / runs);
      return { from, to: size === users ? users : Math.min(users, from + run) };
    });
    const shown = listNear(problem, prices, choices, epsilon, { room: (size + 1) * (columns + 1), ranges });
    return shown.losses.filter((_, o) => o > 0 && shown.rows[o] === shown.rows[o - 1]).sort();
  };
  // Each user's choice is listed too: more than half of what is listed may be switches.
  const share = Math.min(1, (0.45 * room) / (users * columns));
  const coarse = losses(Number.POSITIVE_INFINITY, COARSE);
  const about = coarse[Math.floor(Math.max(COARSE.share, 2 * share) * coarse.length)] ?? Number.POSITIVE_INFINITY;
  const fine = losses(about, FINE);
  const epsilon = fine[Math.floor(share * sampled(FINE).size * columns)] ?? about;
  const least = 2 ** -40 * Math.abs(coarse.at(-1) ?? 0);
  const ranges: { from: number; to: number }[] = [];
  const slice = problem.options.slice ?? SLICE;
  for (let from = 0; from < users; from += slice) ranges.push({ from, to: Math.min(users, from + slice) });
  problem.passes++;
  return listNear(problem, prices, choices, Math.max(epsilon, least), { room, ranges });
}
