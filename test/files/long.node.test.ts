/** Long files: grouped, in any order, with a few candidates among many offers; the same decisions as the wide file. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Float64, Int32, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { beforeAll, describe, expect, it } from "vitest";
import { allocate } from "../../src/allocation/allocate.js";
import { openOffers } from "../../src/files/index.js";
import { createEngine } from "../../src/index.js";
import { decisions, parquet, seeded, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();
const USERS = 34_000;
const NAMES = ["five", "ten, off", "twenty"];
const random = seeded(11);

interface Row {
  id: number;
  offer: string;
  value: number;
  cost: number;
}

/** One row for each offer of each user; a tenth of the pairs is missing, some as NULLs. */
const rows: Row[] = [];
const wide: string[] = [];
for (let i = 0; i < USERS; i++) {
  const id = i * 7919 - 1000;
  const cells: string[] = [];
  for (const [j, offer] of NAMES.entries()) {
    const value = Math.round(random() * 1e4) / 100;
    const cost = Math.round(random() * 500) / 100 + j;
    // Every user keeps the first offer, and the first user has them in order: so the order of names is the same.
    const absent = i > 0 && j > 0 && random() < 0.1;
    cells.push(absent ? "," : `${value},${cost}`);
    if (!absent) rows.push({ id, offer, value, cost });
  }
  wide.push(`${id},${cells.join(",")}`);
}
const line = ({ id, offer, value, cost }: Row) => `${id},"${offer}",${value},${cost}`;
const longCsv = (some: readonly Row[]) => ["user_id,offer,value,cost", ...some.map(line)].join("\n");

/** The same rows, dealt so that a user's lie far apart while the first rows of the users stay in order. */
const scattered = [0, 1, 2].flatMap((turn) => {
  const seen = new Map<number, number>();
  return rows.filter(({ id }) => {
    const nth = seen.get(id) ?? 0;
    seen.set(id, nth + 1);
    return nth === turn;
  });
});

const BUDGET = 60_000;

const readers = ["duckdb", "javascript"] as const;

async function decide(
  input: string,
  output: string,
  reader: "auto" | (typeof readers)[number] = "auto",
): Promise<{ options: string[]; written: unknown; bound: number }> {
  const file = await openOffers(input, { temporaryFolder: folder, reader });
  if (reader !== "auto") expect(file.reader).toBe(reader);
  const engine = createEngine();
  const offers = await file.read(engine);
  const result = allocate(offers, { budget: BUDGET });
  const written = await file.writeDecisions(output, offers, result.choices);
  await file.close();
  return { options: file.options, written, bound: result.bound };
}

let expected: Awaited<ReturnType<typeof decisions>>;
let plain: Awaited<ReturnType<typeof decide>>;

beforeAll(async () => {
  const header = ["user_id", ...NAMES.flatMap((name) => [`"value_${name}"`, `"cost_${name}"`])].join(",");
  text(join(folder, "wide.csv"), [header, ...wide].join("\n"));
  text(join(folder, "grouped.csv"), longCsv(rows));
  text(join(folder, "scattered.csv"), longCsv(scattered));
  const types = "{'user_id': 'VARCHAR', 'offer': 'VARCHAR', 'value': 'DOUBLE', 'cost': 'DOUBLE'}";
  for (const name of ["grouped", "scattered"]) {
    await parquet(
      join(folder, `${name}.parquet`),
      `SELECT * FROM read_csv('${join(folder, `${name}.csv`)}', columns = ${types}, quote = '"')`,
    );
  }
  plain = await decide(join(folder, "wide.csv"), join(folder, "wide-decisions.csv"));
  expected = await decisions(join(folder, "wide-decisions.csv"));
});

describe.each(["grouped.csv", "scattered.csv", "grouped.parquet", "scattered.parquet"])("%s", (name) => {
  it.each(readers)("gives the decisions of the wide file, to the bit, by %s", async (reader) => {
    const output = join(folder, `out-${reader}-${name}`);
    expect(await decide(join(folder, name), output, reader)).toEqual(plain);
    expect(await decisions(output)).toEqual(expected);
  });
});

it.each(readers)("leaves no temporary files, by %s", async (reader) => {
  const file = await openOffers(join(folder, "scattered.csv"), { temporaryFolder: folder, reader });
  expect(file.reader).toBe(reader);
  const sorting = () => readdirSync(folder).filter((name) => name.startsWith("shadowprice-"));
  expect(sorting()).toHaveLength(1);
  await file.close();
  expect(sorting()).toEqual([]);
});

it("what a killed run left of its sorting, the next removes", async () => {
  const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
  mkdirSync(join(folder, `shadowprice-${dead}-x`));
  mkdirSync(join(folder, `shadowprice-${process.ppid}-x`));
  const file = await openOffers(join(folder, "scattered.csv"), { temporaryFolder: folder });
  await file.close();
  expect(readdirSync(folder).filter((name) => name.startsWith("shadowprice-"))).toEqual([
    `shadowprice-${process.ppid}-x`,
  ]);
  rmSync(join(folder, `shadowprice-${process.ppid}-x`), { recursive: true });
});

it("users stand in the order of their first rows", async () => {
  const input = text(join(folder, "order.csv"), "user_id,offer,value,cost\nz,a,1,1\nb,a,1,1\nz,b,1,1\na,b,1,1\n");
  const file = await openOffers(input);
  const offers = await file.read(createEngine());
  const output = join(folder, "order-out.csv");
  await file.writeDecisions(output, offers, Uint8Array.of(2, 0, 2));
  await file.close();
  expect(await decisions(output)).toEqual([
    { user_id: "z", offer: "b", value: 1, cost: 1 },
    { user_id: "b", offer: null, value: 0, cost: 0 },
    { user_id: "a", offer: "b", value: 1, cost: 1 },
  ]);
});

it("a pair of NULLs is an offer that is closed", async () => {
  const input = text(join(folder, "closed.csv"), "user_id,offer,value,cost\n1,a,,\n2,a,5,1\n");
  const { written } = await decide(input, join(folder, "closed-out.csv"));
  expect(written).toEqual({ users: 2, value: 5, cost: 1 });
});

it("many offers, few candidates a user: slots, whatever the order of a user's rows", async () => {
  const random = seeded(3);
  const candidates: Row[][] = Array.from({ length: 3000 }, (_, id) => {
    const first = Math.floor(random() * 900);
    return Array.from({ length: 4 }, (_, k) => ({
      id,
      offer: `offer ${first + 30 * k}`,
      value: Math.ceil(random() * 50),
      cost: Math.ceil(random() * 9),
    }));
  });
  // Every offer once, in order, so that both files number them alike.
  const all = Array.from({ length: 1000 }, (_, j) => ({ id: -1 - j, offer: `offer ${j}`, value: 1, cost: 1 }));
  const outputs = [];
  for (const turned of [false, true]) {
    const some = [...all, ...candidates.flatMap((of) => (turned ? of.toReversed() : of))];
    const input = text(join(folder, `slots-${turned}.csv`), longCsv(some));
    const output = join(folder, `slots-out-${turned}.csv`);
    const file = await openOffers(input);
    const offers = await file.read(createEngine());
    expect([offers.hasSlots, offers.columns, file.options.length]).toEqual([true, 4, 1000]);
    const result = allocate(offers, { budget: 4000 });
    expect(result.choices).toBeInstanceOf(Uint16Array);
    const written = await file.writeDecisions(output, offers, result.choices);
    await file.close();
    expect(written.cost).toBeLessThanOrEqual(4000);
    const out = await decisions(output);
    for (const { user_id, offer, value, cost } of out) {
      if (offer === null) continue;
      const row = some.find((one) => String(one.id) === user_id && one.offer === offer);
      expect([value, cost]).toEqual([row?.value, row?.cost]);
    }
    outputs.push(out);
  }
  expect(outputs[0]).toEqual(outputs[1]);
});

it("Arrow: ids and offers as integers", async () => {
  const column = (cells: number[]) => vectorFromArray(cells, new Float64());
  const table = new Table({
    user_id: vectorFromArray([5, 5, 6, 5], new Int32()),
    offer: vectorFromArray([10, 20, 20, 30], new Int32()),
    value: column([1, 2, 3, 4]),
    cost: column([1, 1, 1, 1]),
  });
  const input = join(folder, "long.arrow");
  writeFileSync(input, tableToIPC(table, "file"));
  const output = join(folder, "long-out.parquet");
  const { options, written } = await decide(input, output);
  expect(options).toEqual(["10", "20", "30"]);
  expect(written).toEqual({ users: 2, value: 7, cost: 2 });
  expect(await decisions(output)).toEqual([
    { user_id: "5", offer: "30", value: 4, cost: 1 },
    { user_id: "6", offer: "20", value: 3, cost: 1 },
  ]);
});
