/** Ids of every type leave with the type and the value they came with, and never pass through a JavaScript number. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Float64, Int8, Table, tableFromIPC, tableToIPC, Uint64, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openOffers } from "../../src/files/index.js";
import { createEngine } from "../../src/index.js";
import { decisions, parquet, sql, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();
const readers = ["duckdb", "javascript"] as const;

/** Ids of a type as SQL, at the ends of its range and beyond 2^53. */
const types: Record<string, string[]> = {
  TINYINT: ["-128", "0", "127"],
  SMALLINT: ["-32768", "7", "32767"],
  INTEGER: ["-2147483648", "0", "2147483647"],
  BIGINT: ["-9223372036854775808", "-1", "9007199254740993", "9007199254740992", "9223372036854775807"],
  UTINYINT: ["0", "200", "255"],
  USMALLINT: ["0", "65535"],
  UINTEGER: ["0", "4294967295"],
  UBIGINT: ["0", "9223372036854775808", "18446744073709551615"],
  "DECIMAL(38,0)": ["-99999999999999999999999999999999999999", "12345678901234567890123456789", "0"],
  "DECIMAL(18,2)": ["1.50", "-0.07", "1234567890123456.78"],
  "DECIMAL(9,0)": ["-999999999", "12"],
  UUID: [
    "00000000-0000-0000-0000-000000000000",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ],
  VARCHAR: ["007", "7", " 7", "a,b", 'say "hi"', "two\nlines", "héllo ☃ 🎉", "NULL", "", "x".repeat(3000)],
};

async function throughFile(
  input: string,
  output: string,
  reader: "auto" | (typeof readers)[number],
): Promise<BigUint64Array> {
  const file = await openOffers(input, { reader });
  const engine = createEngine();
  const offers = await file.read(engine);
  const keys = new BigUint64Array(engine.memory.buffer, offers.keys, file.users).slice();
  await file.writeDecisions(output, offers, new Uint8Array(file.users).fill(1));
  await file.close();
  return keys;
}

const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;

describe.each(Object.entries(types))("%s", (type, ids) => {
  const rows = ids.map((id, i) => `(${literal(id)}::${type}, ${i}.5::DOUBLE, 1::DOUBLE)`).join(", ");
  const file = join(folder, `${type.replace(/\W/g, "-")}.parquet`);
  const make = () => parquet(file, `SELECT * FROM (VALUES ${rows}) t(user_id, value_a, cost_a)`);

  it.each(readers)("Parquet to Parquet by %s", async (reader) => {
    await make();
    const output = join(folder, `out-${reader}.parquet`);
    await throughFile(file, output, reader);
    const [out] = await sql(
      `SELECT typeof(user_id) AS type, list(user_id::VARCHAR) AS ids FROM '${output}' GROUP BY type`,
    );
    expect(out?.type).toBe(type);
    expect((await decisions(output)).map((row) => row.user_id)).toEqual(ids);
  });

  it.each(readers)("Parquet to CSV by %s", async (reader) => {
    await make();
    const output = join(folder, `out-${reader}.csv`);
    await throughFile(file, output, reader);
    expect((await decisions(output)).map((row) => row.user_id)).toEqual(ids);
  });

  it("has the same keys by both readers", async () => {
    await make();
    const [one, other] = await Promise.all(
      readers.map((reader) => throughFile(file, join(folder, `keys-${reader}.csv`), reader)),
    );
    expect(one).toEqual(other);
    if (["VARCHAR", "UUID"].includes(type) || type.startsWith("DECIMAL")) {
      expect(one?.[0]).toBe(
        createHash("md5")
          .update(ids[0] as string)
          .digest()
          .readBigUInt64LE(8),
      );
    }
  });

  it("Parquet to Arrow", async () => {
    await make();
    const output = join(folder, "out.arrow");
    await throughFile(file, output, "javascript");
    const back = join(folder, "back.parquet");
    // The Arrow file in turn is read (one offer, so that it is an offer file) and written as Parquet.
    const table = tableFromIPC(readFileSync(output));
    const renamed = new Table(
      Object.fromEntries(
        table.schema.fields.flatMap((field) => {
          const name = { user_id: "user_id", value: "value_a", cost: "cost_a" }[field.name];
          return name ? [[name, table.getChild(field.name)]] : [];
        }),
      ) as never,
    );
    const again = join(folder, "again.arrow");
    for (const field of renamed.schema.fields) {
      const original = table.schema.fields.find(({ name }) => name === field.name);
      if (original) for (const [key, value] of original.metadata) field.metadata.set(key, value);
    }
    writeFileSync(again, tableToIPC(renamed, "file"));
    await throughFile(again, back, "javascript");
    const [out] = await sql(`SELECT typeof(user_id) AS type FROM '${back}' LIMIT 1`);
    expect(out?.type).toBe(type);
    expect((await decisions(back)).map((row) => row.user_id)).toEqual(ids);
  });
});

it("small integers of Arrow stay small", async () => {
  const file = join(folder, "small.arrow");
  const numbers = () => vectorFromArray([1, 2], new Float64());
  writeFileSync(
    file,
    tableToIPC(
      new Table({ user_id: vectorFromArray([-5, 7], new Int8()), value_a: numbers(), cost_a: numbers() }),
      "file",
    ),
  );
  const output = join(folder, "small-out.arrow");
  await throughFile(file, output, "auto");
  expect(String(tableFromIPC(readFileSync(output)).schema.fields[0]?.type)).toBe("Int8");
});

it("dictionaries and streams of Arrow are read", async () => {
  const file = join(folder, "stream.arrow");
  const ids = vectorFromArray(["x", "y", "z"]);
  const numbers = () => vectorFromArray([1, 2, 3], new Float64());
  writeFileSync(file, tableToIPC(new Table({ user_id: ids, value_a: numbers(), cost_a: numbers() }), "stream"));
  const output = join(folder, "stream-out.csv");
  await throughFile(file, output, "auto");
  expect((await decisions(output)).map((row) => row.user_id)).toEqual(["x", "y", "z"]);
});

const cellText = fc.string({ unit: "binary", minLength: 1 }).filter((id) => !id.includes("\0"));
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

it("any text survives CSV to CSV and CSV to Parquet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(cellText, { minLength: 1, maxLength: 30 }), async (ids) => {
      const input = text(
        join(folder, "fuzz.csv"),
        `user_id,value_a,cost_a\r\n${ids.map((id) => `${quoted(id)},1,2\r\n`).join("")}`,
      );
      for (const format of ["csv", "parquet"]) {
        const output = join(folder, `fuzz-out.${format}`);
        await throughFile(input, output, "auto");
        expect((await decisions(output)).map((row) => row.user_id)).toEqual(ids);
      }
    }),
    { numRuns: 60 },
  );
});

it("any 64-bit integer survives both readers", async () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(integer, { minLength: 1, maxLength: 50 }), async (ids) => {
      const input = await parquet(
        join(folder, "integers.parquet"),
        `SELECT unnest([${ids.map((id) => `${literal(String(id))}::BIGINT`).join(", ")}]) AS user_id, 1.0::DOUBLE AS value_a, 1.0::DOUBLE AS cost_a`,
      );
      for (const reader of readers) {
        const output = join(folder, `integers-${reader}.parquet`);
        await throughFile(input, output, reader);
        expect((await decisions(output)).map((row) => row.user_id)).toEqual(ids.map(String));
      }
    }),
    { numRuns: 25 },
  );
});

it("unsigned 64-bit ids of Arrow keep their upper half", async () => {
  const file = join(folder, "unsigned.arrow");
  const numbers = () => vectorFromArray([1, 2], new Float64());
  const ids = vectorFromArray([2n ** 64n - 1n, 5n], new Uint64());
  writeFileSync(
    file,
    tableToIPC(
      new Table({ user_id: ids, value_a: numbers(), cost_a: numbers(), note: vectorFromArray(["p", "q"], new Utf8()) }),
      "file",
    ),
  );
  const output = join(folder, "unsigned-out.parquet");
  await throughFile(file, output, "auto");
  expect((await decisions(output)).map((row) => row.user_id)).toEqual(["18446744073709551615", "5"]);
});
