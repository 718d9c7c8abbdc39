/**
 * The twin of the allocation engine: the same method on the same columns, in plain TypeScript as fast as we can write it.
 * Sample → bracket of two prices → one pass → residual core → fill and swaps; the answer is `canonical`'s.
 */
import { bestMoves, type Move, SWAPS, WINDOW } from "./canonical.js";
import { type Quantum, quantumOf } from "./money.js";
import { findBreak, orderFirst, Steps, Whole } from "./steps.js";

/** What a table's owner knows of it before it asks: found once, when the columns are filled. */
export interface Facts {
  quantum: Quantum;
  /** Largest |value| and |cost| of an open option. */
  mostValue: number;
  mostCost: number;
}

export interface TwinProblem {
  values: Float32Array[];
  costs: Float32Array[];
  budget?: number;
  exactlyOne?: boolean;
  keys?: BigUint64Array;
  facts?: Facts;
}

export interface TwinAnswer {
  status: "met" | "impossible";
  choices: Uint8Array | Uint16Array;
  price: number;
  value: number;
  cost: number;
  /** Value of the linear relaxation, in f64 without a rounding margin. */
  bound: number;
  /** Users whose choice the pass left open, and full readings of the table. */
  core: number;
  passes: number;
}

/** Users a tile: its scratch columns stay in the first-level cache. */
const TILE = 512;
/** Below this many users everyone is the core. */
const SMALL = 60_000;
const SAMPLE_LEAST = 20_000;
const SAMPLE_MOST = 200_000;
/** The lead at the higher price, in units of what rounding can do: see `pass`. */
const LEAD = 1024;
const ROUNDING = 2 ** -47;

export function factsOf(values: Float32Array[], costs: Float32Array[], unit?: number): Facts {
  let mostValue = 0;
  let mostCost = 0;
  for (let j = 0; j < values.length; j++) {
    const v = values[j] as Float32Array;
    const c = costs[j] as Float32Array;
    for (let i = 0; i < v.length; i++) {
      const value = v[i] as number;
      if (value === -Infinity) continue;
      const cost = c[i] as number;
      if (value > mostValue || -value > mostValue) mostValue = Math.abs(value);
      if (cost > mostCost || -cost > mostCost) mostCost = Math.abs(cost);
    }
  }
  return { quantum: quantumOf(values, costs, unit), mostValue, mostCost };
}

export function solveTwin(problem: TwinProblem): TwinAnswer {
  const { values, costs, exactlyOne = false, keys } = problem;
  const { quantum, ...most } = problem.facts ?? factsOf(values, costs);
  const users = (values[0] as Float32Array).length;
  const money = problem.budget ?? Infinity;
  const budget = quantum.budget(money);
  const choices = values.length <= 254 ? new Uint8Array(users) : new Uint16Array(users);
  const steps = new Steps(values, costs, exactlyOne, quantum, choices, keys);
  let prices = users <= SMALL ? EVERYTHING : bracket(values, costs, exactlyOne, quantum, Number(budget));
  for (let passes = 1; ; passes++) {
    steps.clear();
    const sieved = pass(values, costs, exactlyOne, quantum, prices, most, choices);
    const { hi } = prices;
    // Between lo and here a lead that rounding hides at lo may be no lead: see `pass`.
    const lo = prices.lo === 0 ? 0 : prices.lo + (prices.hi - prices.lo) / LEAD;
    const found = sieved.impossible ? false : steps.climb(sieved.core, hi, lo);
    const answer = { choices, price: 0, value: 0, cost: 0, bound: -Infinity, core: sieved.core.length, passes };
    const start = sieved.quanta + steps.startQuanta.total;
    if (!found || (start > budget && hi === Infinity))
      return { ...answer, status: "impossible", choices: choices.fill(0) };
    if (start > budget) {
      prices = { hi: passes > 2 ? Infinity : prices.hi * 1.2, lo: prices.lo };
      continue;
    }
    const taken = findBreak(steps, typeof budget === "bigint" ? budget - start : NO_LIMIT);
    if (prices.lo > 0 && steps.count - taken.at <= WINDOW) {
      prices = { hi: prices.hi, lo: passes > 2 ? 0 : Math.fround(prices.lo * 0.8) };
      continue;
    }
    return finish(answer, sieved, steps, taken, money, quantum, exactlyOne, values, costs);
  }
}

interface Prices {
  hi: number;
  lo: number;
}

/** More quanta than any table can cost. */
const NO_LIMIT = 1n << 80n;
const EVERYTHING: Prices = { hi: Infinity, lo: 0 };

/** Two prices of a sample's own steps, apart by four standard errors of its spend and by enough steps for the window. */
function bracket(
  values: Float32Array[],
  costs: Float32Array[],
  exactlyOne: boolean,
  quantum: Quantum,
  budget: number,
): Prices {
  if (budget === Infinity) return { hi: Infinity, lo: 0 };
  const users = (values[0] as Float32Array).length;
  const n = Math.min(SAMPLE_MOST, Math.max(SAMPLE_LEAST, Math.floor(users / 50)));
  const part = n / users;
  const rows = new Uint32Array(n);
  // Spread by the golden ratio: nothing periodic in the rows lines up with it.
  for (let i = 0; i < n; i++) rows[i] = Math.floor(((i * 0.6180339887498949) % 1) * users);
  const steps = new Steps(values, costs, exactlyOne, quantum, new Uint16Array(users));
  if (!steps.climb(rows, Infinity, 0)) return EVERYTHING;
  const { count, efficiency, weight } = steps;
  const order = new Uint32Array(count).map((_, i) => i);
  order.sort((a, b) => (efficiency[b] as number) - (efficiency[a] as number));
  const target = budget * part - Number(steps.startQuanta.total);
  const wide = 4 * Math.sqrt(n * (1 - part)) * spread(steps, rows, target, order) + budget * part * 1e-4;
  let hi = Infinity;
  let lo = 0;
  let spent = 0;
  let behind = 0;
  for (let i = 0; i < count; i++) {
    const step = order[i] as number;
    spent += weight[step] as number;
    if (spent < target - wide) hi = efficiency[step] as number;
    if (spent > target) behind++;
    if (spent > target + wide && behind > 2 * WINDOW * part + 64) {
      lo = efficiency[step] as number;
      break;
    }
  }
  return { hi: Math.fround(hi), lo: Math.fround(lo) };
}

/** Standard deviation of what a user of the sample spends at the price that meets the target. */
function spread(steps: Steps, rows: Uint32Array, target: number, order: Uint32Array): number {
  const spend = new Float64Array(rows.length);
  const place = new Map<number, number>();
  rows.forEach((user, i) => {
    place.set(user, i);
  });
  let spent = 0;
  for (const step of order) {
    if (spent > target) break;
    const w = steps.weight[step] as number;
    const i = place.get(steps.user[step] as number) as number;
    spent += w;
    spend[i] = (spend[i] as number) + w;
  }
  const mean = spent / rows.length;
  let squares = 0;
  for (const x of spend) squares += (x - mean) ** 2;
  return Math.sqrt(squares / rows.length);
}

interface Sieved {
  /** Users whose choice may change between the two prices. */
  core: Uint32Array;
  /** What all others cost and bring. */
  quanta: bigint;
  value: number;
  impossible: boolean;
}

/**
 * One reading at two prices. A user keeps its choice at every price between when it leads at hi by LEAD roundings and is
 * not behind at lo: leads are linear in the price, so that it leads on (lo + (hi − lo)/LEAD, hi]. At lo = 0 scores are the
 * values themselves and nothing is rounded.
 */
function pass(
  values: Float32Array[],
  costs: Float32Array[],
  exactlyOne: boolean,
  quantum: Quantum,
  { hi, lo }: Prices,
  { mostValue, mostCost }: { mostValue: number; mostCost: number },
  choices: Uint8Array | Uint16Array,
): Sieved {
  const users = choices.length;
  if (hi === Infinity)
    return { core: new Uint32Array(users).map((_, i) => i), quanta: 0n, value: 0, impossible: false };
  const none = exactlyOne ? -Infinity : 0;
  const tolerance = LEAD * ROUNDING * (mostValue + hi * mostCost);
  const best = new Float64Array(TILE);
  const next = new Float64Array(TILE);
  const low = new Float64Array(TILE);
  const choice = new Uint16Array(TILE);
  const core = new Uint32Array(users);
  let count = 0;
  const quanta = new Whole();
  let value = 0;
  for (let from = 0; from < users; from += TILE) {
    const size = Math.min(TILE, users - from);
    best.fill(none);
    next.fill(-Infinity);
    low.fill(none);
    choice.fill(0);
    for (let j = 0; j < values.length; j++) {
      scoreColumn(
        values[j] as Float32Array,
        costs[j] as Float32Array,
        from,
        size,
        hi,
        lo,
        j + 1,
        best,
        next,
        low,
        choice,
      );
    }
    for (let i = 0; i < size; i++) {
      const option = choice[i] as number;
      const user = from + i;
      const v = option ? ((values[option - 1] as Float32Array)[user] as number) : 0;
      const c = option ? ((costs[option - 1] as Float32Array)[user] as number) : 0;
      if ((best[i] as number) === -Infinity) return { core, quanta: 0n, value: 0, impossible: true };
      choices[user] = option;
      if ((next[i] as number) >= (best[i] as number) - tolerance || v - lo * c < (low[i] as number)) {
        core[count++] = user;
        continue;
      }
      quanta.add(quantum.quanta(c));
      value += v;
    }
  }
  return { core: core.subarray(0, count), quanta: quanta.total, value, impossible: false };
}

function scoreColumn(
  v: Float32Array,
  c: Float32Array,
  from: number,
  size: number,
  hi: number,
  lo: number,
  option: number,
  best: Float64Array,
  next: Float64Array,
  low: Float64Array,
  choice: Uint16Array,
): void {
  for (let i = 0; i < size; i++) {
    const value = v[from + i] as number;
    const cost = c[from + i] as number;
    const atHi = value - hi * cost;
    const atLo = value - lo * cost;
    const most = best[i] as number;
    if (atHi > most) {
      next[i] = most;
      best[i] = atHi;
      choice[i] = option;
    } else if (atHi > (next[i] as number)) next[i] = atHi;
    if (atLo > (low[i] as number)) low[i] = atLo;
  }
}

/** Take, fill, swap, and add up. */
function finish(
  answer: Omit<TwinAnswer, "status">,
  sieved: Sieved,
  steps: Steps,
  { at, left }: { at: number; left: number },
  budget: number,
  quantum: Quantum,
  exactlyOne: boolean,
  values: Float32Array[],
  costs: Float32Array[],
): TwinAnswer {
  const { choices } = answer;
  steps.take(0, at);
  const price = at < steps.count ? (steps.efficiency[steps.order[at] as number] as number) : 0;
  const taken = sieved.value + valueAt(values, choices, sieved.core);
  const bound = price > 0 ? taken + price * addCosts(budget, -1, costs, choices) : taken;
  if (at < steps.count) {
    const end = Math.min(at + 1 + WINDOW, steps.count);
    orderFirst(steps, at + 1, end);
    left = steps.fill(at, end, left);
    swap(values, costs, exactlyOne, quantum, steps.usersOf(at, end), choices, price, left);
  }
  const value = sieved.value + valueAt(values, choices, sieved.core);
  return { ...answer, status: "met", price, bound, value, cost: addCosts(0, 1, costs, choices) };
}

function valueAt(values: Float32Array[], choices: Uint8Array | Uint16Array, users: Uint32Array): number {
  let total = 0;
  for (const user of users) {
    const option = choices[user] as number;
    if (option) total += (values[option - 1] as Float32Array)[user] as number;
  }
  return total;
}

/** `start` plus the signed costs of all choices, summed with Neumaier's compensation. */
function addCosts(start: number, sign: number, costs: Float32Array[], choices: Uint8Array | Uint16Array): number {
  let total = start;
  let lost = 0;
  for (let user = 0; user < choices.length; user++) {
    const option = choices[user] as number;
    if (option === 0) continue;
    const cost = sign * ((costs[option - 1] as Float32Array)[user] as number);
    const sum = total + cost;
    lost += Math.abs(total) >= Math.abs(cost) ? total - sum + cost : cost - sum + total;
    total = sum;
  }
  return total + lost;
}

/**
 * Swaps among `users`. A set of moves that fits gains price · left less its moves' losses (how far they are from the dual
 * optimum): a move that loses more than the rest can make up for is left out, which changes nothing and leaves few.
 */
function swap(
  values: Float32Array[],
  costs: Float32Array[],
  exactlyOne: boolean,
  quantum: Quantum,
  users: number[],
  choices: Uint8Array | Uint16Array,
  price: number,
  left: number,
): void {
  const rate = price * quantum.size;
  for (let round = 0; round < SWAPS; round++) {
    const moves: (Move & { loss: number })[] = [];
    let least = 0;
    users.forEach((user, rank) => {
      const now = choices[user] as number;
      const valueNow = now ? ((values[now - 1] as Float32Array)[user] as number) : 0;
      const quantaNow = now ? quantum.quanta((costs[now - 1] as Float32Array)[user] as number) : 0;
      for (let option = exactlyOne ? 1 : 0; option <= values.length; option++) {
        const value = option ? ((values[option - 1] as Float32Array)[user] as number) : 0;
        if (option === now || value === -Infinity) continue;
        const quanta = option ? quantum.quanta((costs[option - 1] as Float32Array)[user] as number) : 0;
        const weight = quanta - quantaNow;
        const gain = value - valueNow;
        const dear = rate * weight;
        const loss = dear - gain - 2 ** -45 * (Math.abs(dear) + Math.abs(gain));
        if (loss < least) least = loss;
        moves.push({ rank, option, weight, gain, loss });
      }
    });
    const worth = moves.filter((move) => move.loss <= rate * left * (1 + 2 ** -45) - least);
    worth.sort((a, b) => a.weight - b.weight || a.rank - b.rank || a.option - b.option);
    const best = bestMoves(worth, left);
    if (best.length === 0) return;
    for (const { rank, option, weight } of best) {
      choices[users[rank] as number] = option;
      left -= weight;
    }
  }
}
