/** Wide files through every reader: the same table, the same decisions. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Float64, Int64, Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { beforeAll, describe, expect, it } from "vitest";
import { openOffers } from "../../src/files/index.js";
import { createEngine } from "../../src/index.js";
import { decisions, parquet, seeded, sql, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();
const USERS = 5000;
const OPTIONS = ["ten off", 'a "b", c'];

interface User {
  id: bigint;
  pairs: ([number, number] | null)[];
}

const random = seeded(7);
const users: User[] = Array.from({ length: USERS }, (_, i) => ({
  id: (BigInt(i) * 0x9e3779b97f4a7c15n) % 2n ** 62n,
  pairs: OPTIONS.map(() =>
    random() < 0.1 ? null : [Math.round(random() * 1e6) / 1e4 - 20, Math.round(random() * 1e4) / 100],
  ),
}));
/** An open option of each user, or none. */
const choices = Uint8Array.from(users, ({ pairs }) => {
  const choice = Math.floor(random() * 3);
  return choice > 0 && pairs[choice - 1] ? choice : 0;
});

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const columns = OPTIONS.flatMap((name) => [`value_${name}`, `cost_${name}`]);

function csv(): string {
  const rows = users.map(({ id, pairs }) =>
    [id, ...pairs.flatMap<number | string>((pair) => pair ?? ["", ""])].join(","),
  );
  return [["user_id", ...columns].map(quote).join(","), ...rows].join("\n");
}

function arrow(ids: "integer" | "text"): Uint8Array {
  const cells = (k: number) => users.map(({ pairs }) => pairs[k >> 1]?.[k & 1] ?? null);
  return tableToIPC(
    new Table({
      user_id:
        ids === "integer"
          ? vectorFromArray(
              users.map(({ id }) => id),
              new Int64(),
            )
          : vectorFromArray(
              users.map(({ id }) => String(id)),
              new Utf8(),
            ),
      ...Object.fromEntries(columns.map((name, k) => [name, vectorFromArray(cells(k), new Float64())])),
    }),
    "file",
  );
}

const cases = [
  { name: "CSV", file: "wide.csv", reader: "auto", used: "javascript", ids: "text" },
  { name: "Parquet", file: "wide.parquet", reader: "duckdb", used: "duckdb", ids: "integer" },
  { name: "Parquet", file: "wide.parquet", reader: "javascript", used: "javascript", ids: "integer" },
  { name: "Parquet, text ids", file: "text.parquet", reader: "duckdb", used: "duckdb", ids: "text" },
  { name: "Parquet, text ids", file: "text.parquet", reader: "javascript", used: "javascript", ids: "text" },
  { name: "Arrow", file: "wide.arrow", reader: "auto", used: "javascript", ids: "integer" },
  { name: "Arrow, text ids", file: "text.arrow", reader: "javascript", used: "javascript", ids: "text" },
] as const;

beforeAll(async () => {
  const source = text(join(folder, "wide.csv"), csv());
  const types = `{'user_id': 'BIGINT', ${columns.map((name) => `'${name}': 'DOUBLE'`).join(", ")}}`;
  const table = `read_csv('${source}', header = true, delim = ',', columns = ${types})`;
  await parquet(join(folder, "wide.parquet"), `SELECT * FROM ${table}`, ", ROW_GROUP_SIZE 2048");
  await parquet(join(folder, "text.parquet"), `SELECT * REPLACE (user_id::VARCHAR AS user_id) FROM ${table}`);
  writeFileSync(join(folder, "wide.arrow"), arrow("integer"));
  writeFileSync(join(folder, "text.arrow"), arrow("text"));
});

describe.each(cases)("$name by $used", ({ file, reader, used, ids }) => {
  it("fills the table with the file's numbers and keys", async () => {
    const offered = await openOffers(join(folder, file), { reader });
    expect([offered.reader, offered.layout, offered.users, offered.options]).toEqual([used, "wide", USERS, OPTIONS]);
    const engine = createEngine();
    const offers = await offered.read(engine);
    const { buffer } = engine.memory;
    for (const [j] of OPTIONS.entries()) {
      const values = new Float32Array(buffer, offers.values + j * offers.stride, USERS);
      const costs = new Float32Array(buffer, offers.costs + j * offers.stride, USERS);
      expect([...values]).toEqual(users.map(({ pairs }) => Math.fround(pairs[j]?.[0] ?? -Infinity)));
      for (const [i, { pairs }] of users.entries()) {
        expect(Math.abs((costs[i] as number) - (pairs[j]?.[1] ?? 0))).toBeLessThan(1e-5);
      }
    }
    if (ids === "text") {
      const keys = new BigUint64Array(buffer, offers.keys, USERS);
      const md5 = (id: bigint) => createHash("md5").update(String(id)).digest().readBigUInt64LE(8);
      expect([...keys]).toEqual(users.map(({ id }) => md5(id)));
    }
    offers.release();
    await offered.close();
  });

  it.each(["csv", "parquet", "arrow"])("writes the decisions as %s", async (format) => {
    const offered = await openOffers(join(folder, file), { reader });
    const offers = await offered.read(createEngine());
    const output = join(folder, `decisions-${used}.${format}`);
    const written = await offered.writeDecisions(output, offers, choices);
    await offered.close();
    const expected = users.map(({ id, pairs }, i) => {
      const pair = choices[i] ? pairs[(choices[i] as number) - 1] : undefined;
      return {
        user_id: String(id),
        offer: pair ? OPTIONS[(choices[i] as number) - 1] : null,
        value: pair?.[0] ?? 0,
        cost: pair?.[1] ?? 0,
      };
    });
    expect(await decisions(output)).toEqual(expected);
    const total = (of: "value" | "cost") => expected.reduce((sum, row) => sum + row[of], 0);
    expect(written.users).toBe(USERS);
    expect(written.value).toBeCloseTo(total("value"), 6);
    expect(written.cost).toBeCloseTo(total("cost"), 6);
  });
});

it("gives bit-identical totals whatever the reader", async () => {
  const totals = [];
  for (const reader of ["duckdb", "javascript"] as const) {
    const offered = await openOffers(join(folder, "wide.parquet"), { reader });
    const offers = await offered.read(createEngine());
    totals.push(await offered.writeDecisions(join(folder, `totals-${reader}.parquet`), offers, choices));
    await offered.close();
  }
  expect(totals[0]).toEqual(totals[1]);
});

it("makes the keys that DuckDB makes in SQL", async () => {
  const [row] = await sql("SELECT md5_number_lower('héllo')::VARCHAR AS key");
  expect(row?.key).toBe(String(createHash("md5").update("héllo").digest().readBigUInt64LE(8)));
});
