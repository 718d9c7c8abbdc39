/**
 * The canonical answer of ARCHITECTURE.md, read plainly: collect every step of every user, sort them, take, fill, swap.
 * The specification, and the oracle of the tests; for up to some 200,000 users.
 */
import { ExactSum, type Quantum, quantumOf } from "./money.js";

export interface Problem {
  /** Values and costs by option; a closed option has value −Infinity. */
  values: Float32Array[];
  costs: Float32Array[];
  budget?: number;
  exactlyOne?: boolean;
  unit?: number;
  /** Tie-breaking keys; default `mix64(row)`. */
  keys?: BigUint64Array;
}

export interface Answer {
  status: "met" | "impossible";
  /** 0 for none, j + 1 for option j. */
  choices: Uint16Array;
  price: number;
  value: number;
  /** In the caller's money: whole multiples of a decimal unit, else the sum of the `f32` costs. */
  cost: number;
  /** Total cost in quanta. */
  quanta: bigint;
  /** Optimum of the linear relaxation in the caller's money: whole multiples of a decimal unit, else the `f32` costs. */
  bound: number;
  quantum: Quantum;
}

/** Steps behind the break that the fill and the swaps look at. */
export const WINDOW = 4096;
export const SWAPS = 64;

interface Step {
  user: number;
  /** 0 for the first step of its user. */
  number: number;
  option: number;
  efficiency: number;
  weight: number;
}

export function canonical(problem: Problem): Answer {
  const table = new Table(problem);
  const { quantum, users } = table;
  const choices = new Uint16Array(users);
  let spent = 0n;
  for (let user = 0; user < users; user++) {
    const start = table.start(user);
    if (start < 0) return impossible(table);
    choices[user] = start;
    spent += BigInt(table.quanta(user, start));
  }
  const budget = quantum.budget(problem.budget);
  if (spent > budget) return impossible(table);

  const steps = orderedSteps(table, problem.keys ?? rowKeys(users));
  let at = 0;
  for (; at < steps.length; at++) {
    const step = steps[at] as Step;
    if (spent + BigInt(step.weight) > budget) break;
    spent += BigInt(step.weight);
    choices[step.user] = step.option;
  }
  const price = steps[at]?.efficiency ?? 0;
  const bound = relaxation(table, problem.budget);
  if (at < steps.length) {
    const rest = steps.slice(at, at + 1 + WINDOW);
    spent = fill(rest, choices, spent, budget);
    spent = swap(table, rest, choices, spent, budget);
  }
  return { status: "met", choices, price, ...totals(table, choices), quanta: spent, bound, quantum };
}

function impossible(table: Table): Answer {
  const choices = new Uint16Array(table.users);
  return {
    status: "impossible",
    choices,
    price: 0,
    value: 0,
    cost: 0,
    quanta: 0n,
    bound: -Infinity,
    quantum: table.quantum,
  };
}

/** Options by number: 0 is none, j + 1 is column j. */
class Table {
  readonly users: number;
  readonly quantum: Quantum;
  readonly #problem: Problem;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.users = (problem.values[0] as Float32Array).length;
    this.quantum = quantumOf(problem.values, problem.costs, problem.unit);
  }

  /** The numbers of the options that exist for a user. */
  options(user: number): number[] {
    const open = this.#problem.exactlyOne ? [] : [0];
    this.#problem.values.forEach((column, j) => {
      if (column[user] !== -Infinity) open.push(j + 1);
    });
    return open;
  }

  value(user: number, option: number): number {
    return option ? ((this.#problem.values[option - 1] as Float32Array)[user] as number) : 0;
  }

  cost(user: number, option: number): number {
    return option ? ((this.#problem.costs[option - 1] as Float32Array)[user] as number) : 0;
  }

  quanta(user: number, option: number): number {
    return this.quantum.quanta(this.cost(user, option));
  }

  /** What the `f32` cost of an option stands for. */
  money(user: number, option: number): number {
    const cost = this.cost(user, option);
    return this.quantum.decimal ? this.quantum.money(this.quantum.quanta(cost)) : cost;
  }

  /** The cheapest option, then the most valuable, then the lowest number; −1 where none exists. */
  start(user: number): number {
    let best = -1;
    for (const option of this.options(user)) {
      if (best < 0) {
        best = option;
        continue;
      }
      const cheaper = this.cost(user, best) - this.cost(user, option);
      if (cheaper > 0 || (cheaper === 0 && this.value(user, option) > this.value(user, best))) best = option;
    }
    return best;
  }

  /** The steps of one user, from its start up, by its costs in the table or in money. */
  steps(user: number, cost: "cost" | "money" = "cost"): Step[] {
    const steps: Step[] = [];
    const options = this.options(user);
    let now = this.start(user);
    let cap = Infinity;
    for (;;) {
      let best = -1;
      let most = -Infinity;
      for (const option of options) {
        const dearer = this[cost](user, option) - this[cost](user, now);
        const better = this.value(user, option) - this.value(user, now);
        if (!(dearer > 0 && better > 0)) continue;
        const efficiency = better / dearer;
        if (efficiency > most || (efficiency === most && this[cost](user, option) < this[cost](user, best))) {
          most = efficiency;
          best = option;
        }
      }
      if (best < 0) return steps;
      cap = Math.min(cap, most);
      const weight = this.quanta(user, best) - this.quanta(user, now);
      steps.push({ user, number: steps.length, option: best, efficiency: cap, weight });
      now = best;
    }
  }
}

function orderedSteps(table: Table, keys: BigUint64Array): Step[] {
  const rank = ranks(keys);
  const steps: Step[] = [];
  for (let user = 0; user < table.users; user++) steps.push(...table.steps(user));
  return steps.sort(
    (a, b) => b.efficiency - a.efficiency || (rank[a.user] as number) - (rank[b.user] as number) || a.number - b.number,
  );
}

/** Place of every user in the order of (key, row). */
function ranks(keys: BigUint64Array): Uint32Array {
  const rows = Array.from(keys, (key, row) => ({ key, row }));
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.row - b.row));
  const rank = new Uint32Array(keys.length);
  rows.forEach(({ row }, place) => {
    rank[row] = place;
  });
  return rank;
}

/** `rest` starts with the break, which is refused. */
function fill(rest: Step[], choices: Uint16Array, spent: bigint, budget: bigint | number): bigint {
  const refused = new Set<number>();
  rest.forEach((step, i) => {
    const fits = i > 0 && spent + BigInt(step.weight) <= budget;
    if (!fits || refused.has(step.user)) {
      refused.add(step.user);
      return;
    }
    spent += BigInt(step.weight);
    choices[step.user] = step.option;
  });
  return spent;
}

export interface Move {
  rank: number;
  option: number;
  weight: number;
  gain: number;
}

function swap(table: Table, rest: Step[], choices: Uint16Array, spent: bigint, budget: bigint | number): bigint {
  const users = [...new Set(rest.map((step) => step.user))];
  for (let round = 0; round < SWAPS; round++) {
    // With a break in sight what is left is less than one step's weight: a double holds it exactly.
    const left = Number(BigInt(budget) - spent);
    const moves = users.flatMap((user, rank) => movesOf(table, user, rank, choices[user] as number));
    moves.sort((a, b) => a.weight - b.weight || a.rank - b.rank || a.option - b.option);
    const best = bestMoves(moves, left);
    if (best.length === 0) return spent;
    for (const move of best) {
      choices[users[move.rank] as number] = move.option;
      spent += BigInt(move.weight);
    }
  }
  return spent;
}

function movesOf(table: Table, user: number, rank: number, now: number): Move[] {
  return table
    .options(user)
    .filter((option) => option !== now)
    .map((option) => ({
      rank,
      option,
      weight: table.quanta(user, option) - table.quanta(user, now),
      gain: table.value(user, option) - table.value(user, now),
    }));
}

/**
 * The best single move or pair of the sorted moves, as the specification ranks them; empty where none gains.
 * The best partners of two different users are kept for every prefix, so that one of them is always another user's.
 */
export function bestMoves(moves: Move[], left: number): Move[] {
  const prefixes: { first?: Move; second?: Move }[] = [];
  let prefix: { first?: Move; second?: Move } = {};
  for (const move of moves) {
    const { first, second } = prefix;
    if (!first || move.gain > first.gain) {
      prefix = { first: move, second: first && first.rank !== move.rank ? first : second };
    } else if (move.rank !== first.rank && (!second || move.gain > second.gain)) {
      prefix = { first, second: move };
    }
    prefixes.push(prefix);
  }
  let best: Move[] = [];
  let most = 0;
  let fits = moves.length;
  moves.forEach((move, i) => {
    if (move.weight <= left && move.gain > most) {
      most = move.gain;
      best = [move];
    }
    while (fits > 0 && (moves[fits - 1] as Move).weight + move.weight > left) fits--;
    const { first, second } = prefixes[Math.min(fits, i) - 1] ?? {};
    const partner = first?.rank === move.rank ? second : first;
    if (partner && partner.gain + move.gain > most) {
      most = partner.gain + move.gain;
      best = [partner, move];
    }
  });
  return best;
}

function totals(table: Table, choices: Uint16Array): { value: number; cost: number } {
  const value = new ExactSum();
  const cost = new ExactSum();
  choices.forEach((option, user) => {
    value.add(table.value(user, option));
    cost.add(table.quantum.decimal ? table.quanta(user, option) : table.cost(user, option));
  });
  return { value: value.total, cost: table.quantum.decimal ? table.quantum.money(cost.total) : cost.total };
}

/** Dantzig's bound: steps in the order of their efficiency in money, and a part of the first that does not fit. */
function relaxation(table: Table, budget = Infinity): number {
  const value = new ExactSum();
  const left = new ExactSum();
  left.add(Math.min(budget, Number.MAX_VALUE / 4));
  const now = new Uint16Array(table.users);
  const steps: Step[] = [];
  for (let user = 0; user < table.users; user++) {
    const start = table.start(user);
    now[user] = start;
    value.add(table.value(user, start));
    left.add(-table.money(user, start));
    steps.push(...table.steps(user, "money"));
  }
  steps.sort((a, b) => b.efficiency - a.efficiency || a.user - b.user || a.number - b.number);
  for (const { user, option, efficiency } of steps) {
    const from = now[user] as number;
    const before = left.total;
    left.add(table.money(user, from));
    left.add(-table.money(user, option));
    if (left.total < 0) {
      value.add(efficiency * Math.max(before, 0));
      break;
    }
    value.add(-table.value(user, from));
    value.add(table.value(user, option));
    now[user] = option;
  }
  return value.total;
}

/** Keys of rows without ids. */
export function rowKeys(users: number): BigUint64Array {
  return BigUint64Array.from({ length: users }, (_, row) => mix64(BigInt(row)));
}

const MASK = 0xffff_ffff_ffff_ffffn;

/** The finaliser of splitmix64 applied to x + 0x9E3779B97F4A7C15. */
export function mix64(x: bigint): bigint {
  let z = (x + 0x9e37_79b9_7f4a_7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK;
  return z ^ (z >> 31n);
}
