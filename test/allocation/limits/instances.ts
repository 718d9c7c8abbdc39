/** Random small instances of every limit kind and their combinations, and what outside truth needs of them. */
import type { AllocationRequest, GroupLimit, Offers } from "../../../src/index.js";
import { createEngine } from "../../../src/index.js";
import { Random, shapes, type Table, tableOf } from "../tables.js";

export interface Instance {
  table: Table;
  /** Amounts by resource, by option. */
  amounts: Float32Array[][];
  request: AllocationRequest;
}

/** Data that HiGHS' own tolerances can tell apart. */
export const NAMES = [
  "uniform",
  "small integers, many ties",
  "integers with closed options",
  "equal costs",
  "costs by option",
  "cents",
  "negative values and costs",
  "concave ladder",
  "free options",
  "one price per unit",
];

export const KINDS = ["budget", "stock", "groups", "minReturn", "minSpend", "resources"] as const;
export type Kind = (typeof KINDS)[number];

export function instanceOf(seed: number, name: string, kinds: readonly Kind[], most = 16): Instance {
  const random = new Random(seed);
  const users = 2 + random.below(most);
  const options = 1 + random.below(5);
  const table = tableOf(users, options, random, shapes[name] as (typeof shapes)[string]);
  const amounts = kinds.includes("resources")
    ? Array.from({ length: 1 + random.below(3) }, () =>
        Array.from({ length: options }, () => Float32Array.from({ length: users }, () => random.below(10) / 2)),
      )
    : [];
  const spend = total(table.costs);
  const request: AllocationRequest = { exactlyOne: random.below(3) === 0 };
  const part = (of: number, least = 0) => cents(of * (least + (1 - least) * random.next()));
  if (kinds.includes("budget")) request.budget = part((spend / options) * 0.8);
  if (kinds.includes("minSpend")) request.minSpend = part((spend / options) * 0.8);
  if (kinds.includes("minReturn")) request.minReturn = cents(2 * random.next());
  if (kinds.includes("stock")) {
    request.stock = {};
    for (let j = 1; j <= options; j++) if (random.below(2)) request.stock[j] = random.below(users);
  }
  if (kinds.includes("groups")) request.groups = groupsOf(random, options, spend / options);
  if (kinds.includes("resources")) {
    request.resources = amounts.map((columns, k) => ({ name: `r${k}`, atMost: part(total(columns) / options) }));
  }
  return { table, amounts, request };
}

/** Groups that nest, overlap or cover nothing. */
function groupsOf(random: Random, options: number, spend: number): GroupLimit[] {
  return Array.from({ length: 1 + random.below(3) }, (_, g) => {
    const offers = Array.from({ length: options }, (__, j) => String(j + 1)).filter(() => random.below(2) === 0);
    const group: GroupLimit = { name: `g${g}`, offers };
    const most = random.below(3);
    if (most > 0) group.atMost = cents(spend * random.next() * 0.6);
    if (most < 2) group.atLeast = cents(spend * random.next() * 0.2);
    return group;
  });
}

const cents = (x: number) => Math.round(100 * x) / 100;

function total(columns: readonly Float32Array[]): number {
  return columns.reduce((sum, column) => column.reduce((s, x) => s + Math.abs(x), sum), 0);
}

/** Every set of kinds once, seeds for each. */
export function* combinations(): Generator<Kind[]> {
  for (let bits = 1; bits < 1 << KINDS.length; bits++) yield KINDS.filter((_, i) => bits & (1 << i));
}

export function offersFor({ table, amounts }: Instance, engine = createEngine()): Offers {
  const { values, costs } = table;
  const users = (values[0] as Float32Array).length;
  const resources = amounts.map((_, k) => `r${k}`);
  const offers = engine.offers({ users, options: values.length, resources });
  values.forEach((column, j) => {
    offers.fill(j, (v, c) => {
      v.set(column);
      c.set(costs[j] as Float32Array);
    });
    amounts.forEach((columns, k) => {
      offers.setResource(`r${k}`, j, 0, columns[j] as Float32Array);
    });
  });
  return offers;
}

/** One linear row over pairs of user and option. */
export interface LinearRow {
  name: string;
  sense: "<=" | ">=";
  limit: number;
  of: (user: number, option: number) => number;
}

/** The limits of an instance, written down from the request as README words them. */
export function linearRows({ table, amounts, request }: Instance): LinearRow[] {
  const rows: LinearRow[] = [];
  const cost = (user: number, option: number) => decimal((table.costs[option] as Float32Array)[user] as number);
  const value = (user: number, option: number) => (table.values[option] as Float32Array)[user] as number;
  const { budget, minSpend, minReturn, stock, groups, resources } = request;
  if (budget !== undefined) rows.push({ name: "budget", sense: "<=", limit: budget, of: cost });
  if (minSpend !== undefined) rows.push({ name: "minSpend", sense: ">=", limit: minSpend, of: cost });
  if (minReturn !== undefined) {
    const of = (i: number, j: number) => value(i, j) - minReturn * cost(i, j);
    rows.push({ name: "minReturn", sense: ">=", limit: 0, of });
  }
  for (const [name, limit] of Object.entries(stock ?? {})) {
    rows.push({ name: `stock ${name}`, sense: "<=", limit, of: (_, j) => (String(j + 1) === name ? 1 : 0) });
  }
  for (const { name, offers, atMost, atLeast } of groups ?? []) {
    const of = (i: number, j: number) => (offers.includes(String(j + 1)) ? cost(i, j) : 0);
    if (atMost !== undefined) rows.push({ name: `group ${name}`, sense: "<=", limit: atMost, of });
    if (atLeast !== undefined) rows.push({ name: `group ${name}`, sense: ">=", limit: atLeast, of });
  }
  for (const [k, { name, atMost }] of (resources ?? []).entries()) {
    const of = (i: number, j: number) => ((amounts[k] as Float32Array[])[j] as Float32Array)[i] as number;
    rows.push({ name: `resource ${name}`, sense: "<=", limit: atMost, of });
  }
  return rows;
}

/** Cents are cents, not the f32 beside them. */
function decimal(x: number): number {
  const near = Math.round(100 * x) / 100;
  return Math.fround(near) === x ? near : x;
}
