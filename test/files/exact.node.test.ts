/** Values and costs leave as they stand in the file, and their totals are exact; keys, repeats and sums on their own. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { md5Key } from "../../src/allocation/md5.js";
import { openOffers } from "../../src/files/index.js";
import { repeatedKeys } from "../../src/files/repeats.js";
import { decimalNumber, decimalText, Total } from "../../src/files/total.js";
import { createEngine } from "../../src/index.js";
import { parquet, seeded, sql, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();

async function decideAll(input: string, output: string, reader: "auto" | "duckdb" | "javascript", choice = 1) {
  const file = await openOffers(input, { reader });
  const offers = await file.read(createEngine());
  const written = await file.writeDecisions(output, offers, new Uint8Array(file.users).fill(choice));
  await file.close();
  return written;
}

/** Types of two offers' costs in, and of the decisions' cost out: the narrowest that holds both as they stand. */
const types: [string, string, string][] = [
  ["DECIMAL(10,2)", "DECIMAL(10,2)", "DECIMAL(10,2)"],
  ["DECIMAL(10,2)", "DECIMAL(12,4)", "DECIMAL(12,4)"],
  ["DECIMAL(38,2)", "DECIMAL(38,2)", "DECIMAL(38,2)"],
  ["INTEGER", "DECIMAL(5,2)", "DECIMAL(12,2)"],
  ["SMALLINT", "BIGINT", "BIGINT"],
  ["UBIGINT", "INTEGER", "DECIMAL(20,0)"],
  ["FLOAT", "FLOAT", "FLOAT"],
  ["FLOAT", "DOUBLE", "DOUBLE"],
  ["DECIMAL(10,2)", "DOUBLE", "DOUBLE"],
  ["DOUBLE", "DOUBLE", "DOUBLE"],
];

describe.each(["duckdb", "javascript"] as const)("by %s", (reader) => {
  it.each(types)("costs %s and %s leave as %s", async (one, other, out) => {
    const input = await parquet(
      join(folder, "types.parquet"),
      `SELECT i AS user_id, 1::${other} AS value_a, (i + 7)::${one} AS cost_a, 2::${one} AS value_b, 3::${other} AS cost_b FROM range(3) t(i)`,
    );
    const output = join(folder, `types-${reader}.parquet`);
    const written = await decideAll(input, output, reader);
    expect(written).toEqual({ users: 3, value: 3, cost: 24 });
    const rows = await sql(
      `SELECT typeof(value) AS value, typeof(cost) AS type, cost::VARCHAR AS cost FROM '${output}'`,
    );
    expect(rows.map(({ value, type, cost }) => [value, type, Number(cost)])).toEqual(
      [7, 8, 9].map((cost) => [out, out, cost]),
    );
  });

  it("ten thousand decimals of 0.70 are 7,000.00; those of floating point too", async () => {
    for (const type of ["DECIMAL(10,2)", "DOUBLE"]) {
      const query = `SELECT i AS user_id, 0.1::${type} AS value_a, 0.7::${type} AS cost_a FROM range(10000) t(i)`;
      const written = await decideAll(
        await parquet(join(folder, "seven.parquet"), query),
        join(folder, "seven-out.parquet"),
        reader,
      );
      expect(written).toEqual({ users: 10_000, value: 1000, cost: 7000 });
    }
  });

  it("whole numbers beyond 2^53 and long decimals stay what they are", async () => {
    const query = `SELECT 1 AS user_id, 9007199254740993::BIGINT AS value_a, 12345678901234567890.123456789::DECIMAL(38,9) AS cost_a`;
    const output = join(folder, `long-${reader}.parquet`);
    await decideAll(await parquet(join(folder, "long.parquet"), query), output, reader);
    const [row] = await sql(`SELECT value::VARCHAR AS value, cost::VARCHAR AS cost FROM '${output}'`);
    expect(row).toEqual({ value: "9007199254740993", cost: "12345678901234567890.123456789" });
  });

  it("a user with no offer has 0 and 0, in the columns' types", async () => {
    const query = "SELECT 1 AS user_id, 1.5::DECIMAL(5,2) AS value_a, 2::BIGINT AS cost_a";
    const output = join(folder, `none-${reader}.parquet`);
    await decideAll(await parquet(join(folder, "none.parquet"), query), output, reader, 0);
    const [row] = await sql(`SELECT offer, value::VARCHAR AS value, cost::VARCHAR AS cost FROM '${output}'`);
    expect(row).toEqual({ offer: null, value: "0.00", cost: "0" });
  });
});

it("a file with one large row group, and names that are patterns or differ in case", async () => {
  const name = join(folder, "it's [1] *?.parquet");
  await parquet(join(folder, "it's 1 x.parquet"), "SELECT 9 AS user_id, 9.0 AS value_z, 9.0 AS cost_z");
  await parquet(
    name,
    'SELECT \'u\' || i AS user_id, 1::DOUBLE AS "value_it\'s ""so""", 1::DOUBLE AS "cost_it\'s ""so""" FROM range(300000) t(i)',
    ", ROW_GROUP_SIZE 300000",
  );
  for (const reader of ["duckdb", "javascript"] as const) {
    const output = join(folder, `it's [${reader}].parquet`);
    expect(await decideAll(name, output, reader)).toEqual({ users: 300_000, value: 300_000, cost: 300_000 });
    const [row] = await sql(
      `SELECT offer, count(*) AS n FROM read_parquet('${output.replace("it's", "it''s").replaceAll("[", "[[]")}') GROUP BY offer`,
    );
    expect(row).toEqual({ offer: 'it\'s "so"', n: "300000" });
  }
});

it("a column that is no offer may have any name", async () => {
  const query =
    "SELECT 1 AS user_id, 2.0::DOUBLE AS value_a, 1.0::DOUBLE AS cost_a, 'x' AS chosen, 'y' AS value, 7 AS \"offer\"";
  const input = await parquet(join(folder, "named.parquet"), query);
  for (const reader of ["duckdb", "javascript"] as const) {
    const output = join(folder, "named-out.parquet");
    expect(await decideAll(input, output, reader)).toEqual({ users: 1, value: 2, cost: 1 });
  }
});

it("columns whose names differ in case alone are two", async () => {
  const input = text(join(folder, "case.csv"), "user_id,value_A,cost_A,value_a,cost_a\n1,1,1,2,2\n");
  const file = await openOffers(input);
  expect(file.options).toEqual(["A", "a"]);
  await file.close();
});

it("numbers of a CSV leave as they were written", async () => {
  const input = text(join(folder, "written.csv"), "user_id,value_a,cost_a\n007,1.50,+0.70\n8,1e3,.5\n");
  const output = join(folder, "written-out.csv");
  expect(await decideAll(input, output, "auto")).toEqual({ users: 2, value: 1001.5, cost: 1.2 });
  expect(readFileSync(output, "utf8")).toBe("user_id,offer,value,cost\n007,a,1.50,+0.70\n8,a,1e3,.5\n");
});

it("decimals leave Parquet for Arrow as decimals", async () => {
  const input = await parquet(
    join(folder, "d.parquet"),
    "SELECT 1 AS user_id, -1.25::DECIMAL(5,2) AS value_a, 0.70::DECIMAL(5,2) AS cost_a",
  );
  const output = join(folder, "d.arrow");
  await decideAll(input, output, "duckdb");
  const table = tableFromIPC(readFileSync(output));
  expect(table.schema.fields.map(({ type }) => String(type))).toEqual([
    "Int32",
    "Utf8",
    "Decimal[5e+2]",
    "Decimal[5e+2]",
  ]);
});

it("md5Key is the low half of MD5, at every length", () => {
  const random = seeded(1);
  const key = new Uint32Array(2);
  for (let length = 0; length < 200; length++) {
    const bytes = Buffer.from(Array.from({ length: length + 3 }, () => Math.floor(random() * 256)));
    md5Key(bytes, 3, length + 3, key, 0);
    const digest = createHash("md5").update(bytes.subarray(3)).digest();
    expect([...key]).toEqual([digest.readUInt32LE(8), digest.readUInt32LE(12)]);
  }
});

it("repeatedKeys finds the rows of equal keys, and no others", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 256, 2 ** 31, 7)), { maxLength: 60 }),
      (keys) => {
        const words = Uint32Array.from(keys.flat());
        const first = new Map<string, number>();
        const expected: [number, number][] = [];
        for (const [row, key] of keys.entries()) {
          const earlier = first.get(String(key));
          if (earlier === undefined) first.set(String(key), row);
          else expected.push([earlier, row]);
        }
        expect(repeatedKeys(words)).toEqual(expected);
      },
    ),
  );
  const many = new Uint32Array(2_000_000).map((_, i) => Math.imul(i, 0x9e3779b1));
  expect(repeatedKeys(many)).toEqual([]);
  many.copyWithin(2 * 999_999, 2 * 5, 2 * 6);
  expect(repeatedKeys(many)).toEqual([[5, 999_999]]);
});

it("totals do not depend on the order, and are nearest", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 200 }), (cents) => {
      const [forward, backward] = [new Total(), new Total()];
      for (const x of cents) forward.add(x / 100);
      for (const x of cents.toReversed()) backward.add(x / 100);
      expect(Object.is(forward.value, backward.value)).toBe(true);
      const exact = cents.reduce((sum, x) => sum + x, 0) / 100;
      expect(Math.abs(forward.value - exact)).toBeLessThanOrEqual(1e-11);
    }),
  );
  const spread = new Total();
  for (const x of [1e16, 1, -1e16, 1e-3]) spread.add(x);
  expect(spread.value).toBe(1.001);
});

it("decimals become the nearest f64 and the right text", () => {
  expect(decimalNumber(70n, 2)).toBe(0.7);
  expect(decimalNumber(12345678901234567890123456789n, 9)).toBe(Number("12345678901234567890.123456789"));
  expect(decimalText(-7n, 2)).toBe("-0.07");
  expect(decimalText(150n, 2)).toBe("1.50");
  expect(decimalText(5n, 0)).toBe("5");
});
