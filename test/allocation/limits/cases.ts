/**
 * Random small tables with limits of every kind, and an exact count of what choices use: nothing of the solver in it.
 */
import type { AllocationRequest, Engine, Ids, Offers } from "../../../src/index.js";
import type { Random, Table } from "../tables.js";

/** A table with amounts of resources: by name, a column an option. */
export interface LimitedTable extends Table {
  resources: Record<string, Float32Array[]>;
}

export interface Case extends LimitedTable {
  request: AllocationRequest;
}

/** Options of a case are named "1", "2", …, as `engine.offers` does. */
export function limitedOffers(engine: Engine, { values, costs, resources }: LimitedTable, ids?: Ids): Offers {
  const users = (values[0] as Float32Array).length;
  const names = Object.keys(resources);
  const offers = engine.offers({ users, options: values.length, resources: names, ...(ids && { ids }) });
  values.forEach((column, j) => {
    offers.fill(j, (v, c) => {
      v.set(column);
      c.set(costs[j] as Float32Array);
    });
    for (const name of names) {
      offers.fillResource(name, j, (amounts) => amounts.set(resources[name]?.[j] as Float32Array));
    }
  });
  return offers;
}

/** Values and costs of one option. */
type Draw = (random: Random, option: number) => [value: number, cost: number];

/** Costs are decimals, or numbers that f32 holds; what HiGHS' tolerances can tell apart. */
const DRAWS: Record<string, Draw> = {
  integers: (random) => [random.below(40), 1 + random.below(9)],
  cents: (random) => [random.below(4000) / 64, random.below(900) / 100],
  "costs by option": (random, j) => [random.below(100) * Math.sqrt(j + 1), j + 1],
  "many ties": (random) => [random.below(4), random.below(3)],
  "negative values and costs": (random) => [random.below(60) - 20, random.below(12) - 3],
  binary: (random) => [random.next() * 9, random.below(4096) / 1024],
};

export const DRAW_NAMES = Object.keys(DRAWS);

/** Kinds of limits that a case can have. */
export const KINDS = [
  "budget",
  "minSpend",
  "minReturn",
  "stock",
  "atMost",
  "atLeast",
  "resources",
  "exactlyOne",
] as const;
export type Kind = (typeof KINDS)[number];

/** Some of the kinds, at least one. */
export function someKinds(random: Random): Kind[] {
  const some = KINDS.filter(() => random.next() < 0.4);
  return some.length > 0 ? some : [KINDS[random.below(KINDS.length)] as Kind];
}

export interface Shape {
  users: number;
  options: number;
  kinds: readonly Kind[];
  draw: string;
  /** How near the limits are to what random choices use: 1 is a random plan's own use, which then holds them all. */
  tightness?: number;
}

/** A random table and limits around what some random choices use; with tightness 1 these choices hold all limits. */
export function randomCase(random: Random, { users, options, kinds, draw, tightness = 1 }: Shape): Case {
  const has = (kind: Kind) => kinds.includes(kind);
  const table = randomTable(random, users, options, draw, has("resources") ? 1 + random.below(3) : 0);
  const exactlyOne = has("exactlyOne");
  const plan = Array.from({ length: users }, (_, i) => randomChoice(random, table, i, exactlyOne));
  const request: AllocationRequest = { ...(exactlyOne && { exactlyOne }) };
  const about = (used: number, up: boolean) => {
    const off = (1 - tightness) * random.next() * Math.abs(used);
    return roundTo(used + (up ? -off : off), 1024, draw);
  };
  const all = table.values.map((_, j) => String(j + 1));
  const spent = (members: readonly string[]) =>
    sum(plan.map((j, i) => (j > 0 && members.includes(String(j)) ? (table.costs[j - 1]?.[i] as number) : 0)));
  const value = sum(plan.map((j, i) => (j > 0 ? (table.values[j - 1]?.[i] as number) : 0)));
  if (has("budget")) request.budget = about(spent(all), true);
  if (has("minSpend")) request.minSpend = about(spent(all), false);
  if (has("minReturn") && value >= 0) {
    const ratio = value / spent(all);
    request.minReturn = ratio > 0 && ratio < 1e3 ? Math.floor(ratio * tightness * 100) / 100 : 0;
  }
  if (has("stock")) {
    const some = all.filter(() => random.next() < 0.6);
    const used = (name: string) => plan.filter((j) => j === Number(name)).length;
    request.stock = Object.fromEntries(some.map((name) => [name, Math.max(0, Math.floor(used(name) * tightness))]));
  }
  if (has("atMost") || has("atLeast")) {
    request.groups = Array.from({ length: 1 + random.below(3) }, (_, g) => {
      const offers = all.filter(() => random.next() < 0.5);
      const most = has("atMost") && (g !== 1 || !has("atLeast"));
      return {
        name: `g${g}`,
        offers,
        ...(most && { atMost: about(spent(offers), true) }),
        ...(!(most && g === 0 && random.next() < 0.5 && has("atMost")) &&
          (has("atLeast") || !most) && { atLeast: about(spent(offers), false) }),
      };
    });
  }
  const names = Object.keys(table.resources);
  if (names.length > 0) {
    request.resources = names.map((name) => ({
      name,
      atMost: about(sum(plan.map((j, i) => (j > 0 ? (table.resources[name]?.[j - 1]?.[i] as number) : 0))), true),
    }));
  }
  return { ...table, request };
}

function randomTable(random: Random, users: number, options: number, draw: string, resources: number): LimitedTable {
  const column = () => Array.from({ length: options }, () => new Float32Array(users));
  const table: LimitedTable = { values: column(), costs: column(), resources: {} };
  for (let k = 0; k < resources; k++) table.resources[`r${k}`] = column();
  for (let i = 0; i < users; i++) {
    for (let j = 0; j < options; j++) {
      const [value, cost] = (DRAWS[draw] as Draw)(random, j);
      const closed = j > 0 && random.next() < 0.1;
      (table.values[j] as Float32Array)[i] = closed ? -Infinity : value;
      (table.costs[j] as Float32Array)[i] = cost;
      for (const name of Object.keys(table.resources)) {
        (table.resources[name]?.[j] as Float32Array)[i] = random.below(10);
      }
    }
  }
  return table;
}

function randomChoice(random: Random, { values }: Table, user: number, exactlyOne: boolean): number {
  const open = values.flatMap((column, j) => (column[user] === -Infinity ? [] : [j + 1]));
  const all = exactlyOne ? open : [0, ...open];
  return all[random.below(all.length)] as number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Limits of the same kind as the costs: whole, in cents, or in powers of two. */
function roundTo(x: number, per: number, draw: string): number {
  if (draw === "cents") return Math.round(x * 100) / 100;
  return draw === "binary" ? Math.round(x * per) / per : Math.round(x);
}

/** A whole number of 2^-149 · 10^-20 for every f32 and every decimal of up to 20 digits. */
const UNIT = (10n ** 20n) << 149n;
const BINARY = 10n ** 20n;

/** What an f32 is. */
export function exactOf(x: number): bigint {
  return BigInt(x * 2 ** 149) * BINARY;
}

/** What a number is that is meant as a decimal: the shortest that reads as it. */
export function decimalOf(x: number): bigint {
  const [, sign, whole = "0", fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(String(x)) ?? [];
  const digits = BigInt(whole + fraction) * UNIT;
  const shift = Number(power) - fraction.length;
  const size = shift < 0 ? digits / 10n ** BigInt(-shift) : digits * 10n ** BigInt(shift);
  return sign === "-" ? -size : size;
}

/** What a cost in f32 means: the decimal of up to four digits that f32 rounds to it, or what it is. */
export function meantBy(x: number): number {
  const decimal = Number(x.toFixed(4));
  return Math.fround(decimal) === x ? decimal : x;
}

function amountOf(x: number): bigint {
  const meant = meantBy(x);
  return meant === x ? exactOf(x) : decimalOf(meant);
}

/** What choices (0 = none) use of each limit, and whether they hold it, in exact arithmetic on the caller's numbers. */
export function usesOf(of: Case, choices: ArrayLike<number>): { name: string; holds: boolean }[] {
  const { request } = of;
  const chosen = Array.from(choices);
  const uses: { name: string; holds: boolean }[] = [];
  const total = (columns: readonly Float32Array[], members?: readonly string[]) =>
    chosen.reduce((all, j, i) => {
      if (j === 0 || (members && !members.includes(String(j)))) return all;
      return all + amountOf(columns[j - 1]?.[i] as number);
    }, 0n);
  const add = (name: string, holds: boolean) => uses.push({ name, holds });
  if (request.exactlyOne)
    add(
      "exactlyOne",
      chosen.every((j) => j > 0),
    );
  add(
    "open",
    chosen.every((j, i) => j === 0 || of.values[j - 1]?.[i] !== -Infinity),
  );
  if (request.budget !== undefined) add("budget", total(of.costs) <= decimalOf(request.budget));
  if (request.minSpend !== undefined) add("minSpend", total(of.costs) >= decimalOf(request.minSpend));
  if (request.minReturn !== undefined) {
    const value = chosen.reduce((all, j, i) => (j === 0 ? all : all + exactOf(of.values[j - 1]?.[i] as number)), 0n);
    add("minReturn", value * UNIT >= total(of.costs) * decimalOf(request.minReturn));
  }
  for (const [name, most] of Object.entries(request.stock ?? {})) {
    add(`stock ${name}`, chosen.filter((j) => String(j) === name).length <= most);
  }
  for (const { name, offers, atMost, atLeast } of request.groups ?? []) {
    const spent = total(of.costs, offers);
    if (atMost !== undefined) add(`group ${name}`, spent <= decimalOf(atMost));
    if (atLeast !== undefined) add(`group ${name}`, spent >= decimalOf(atLeast));
  }
  for (const { name, atMost } of request.resources ?? []) {
    add(`resource ${name}`, total(of.resources[name] as Float32Array[]) <= decimalOf(atMost));
  }
  return uses;
}

/** Names of the limits that choices break. */
export function brokenBy(of: Case, choices: ArrayLike<number>): string[] {
  return usesOf(of, choices).flatMap(({ name, holds }) => (holds ? [] : [name]));
}
