/** DuckDB and JavaScript on the same files: the same table, the same decisions, the same errors; and who reads what. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openOffers } from "../../src/files/index.js";
import { parseNumber } from "../../src/files/source/csv/number-text.js";
import { createEngine } from "../../src/index.js";
import { decisions, parquet, sql, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();
const readers = ["duckdb", "javascript"] as const;
type Reader = (typeof readers)[number];

/** All that comes of a file: its table and decisions, or the error. */
async function outcome(path: string, reader: Reader): Promise<Record<string, unknown>> {
  let file: Awaited<ReturnType<typeof openOffers>> | undefined;
  try {
    file = await openOffers(path, { reader, temporaryFolder: folder });
    const engine = createEngine();
    const offers = await file.read(engine);
    const { users, options } = file;
    const { buffer } = engine.memory;
    const columns = Array.from({ length: offers.columns }, (_, j) => [
      [...new Uint32Array(buffer, offers.values + j * offers.stride, users)],
      [...new Uint32Array(buffer, offers.costs + j * offers.stride, users)],
      offers.hasSlots ? [...new Uint16Array(buffer, offers.slots + j * offers.slotStride, users)] : [],
    ]);
    const keys = new BigUint64Array(buffer, offers.keys, users).slice();
    const open = (user: number, j: number) =>
      new Float32Array(buffer, offers.values + j * offers.stride, users)[user] !== -Infinity;
    const choices = Uint8Array.from({ length: users }, (_, user) => {
      const j = user % (options.length + 1);
      return !offers.hasSlots && j > 0 && open(user, j - 1) ? j : 0;
    });
    const csv = join(folder, `out-${reader}.csv`);
    const other = join(folder, `out-${reader}.parquet`);
    const totals = [await file.writeDecisions(csv, offers, choices), await file.writeDecisions(other, offers, choices)];
    const bytes = readFileSync(csv, "utf8");
    return { options, users, columns, keys, totals, bytes, rows: await decisions(other), ignored: file.ignored };
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    await file?.close();
  }
}

async function agree(path: string): Promise<Record<string, unknown>> {
  const [one, other] = [await outcome(path, "duckdb"), await outcome(path, "javascript")];
  expect(one).toEqual(other);
  return one;
}

const id = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z0-9]{1,14}$/) },
  fc.constantFrom("007", "1e5", "0x1F", "NULL", "null", "é🎉", "_", "#1", "\\N", "true", "1_000", "-0", "a b"),
  fc.string({ unit: fc.constantFrom('"', ",", ";", " ", "'", "x", "\\", "\n", "\r"), maxLength: 3 }),
);
const number = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String) },
  { weight: 8, arbitrary: fc.integer({ min: -9999, max: 9999 }).map((x) => (x / 100).toFixed(2)) },
  fc.constantFrom("+1.5", " 7 ", "\t7", ".5", "5.", "-0", "1E-3", "1e5", "12345678901234567890"),
  fc.constantFrom("1_0", "+-1", "nan", "inf", "1e39", "x", " ", "\u00a07", "1,5", "0x1"),
);
const pair = fc.oneof({ weight: 6, arbitrary: fc.tuple(number, number) }, fc.constant(["", ""] as [string, string]));

/** A cell as most writers have it, as some have it, as none should. */
const styled = (cell: string, style: number) =>
  /[",;\r\n]/.test(cell) || style === 1
    ? `"${cell.replaceAll('"', '""')}"`
    : style === 2
      ? ` "${cell}"`
      : style === 3
        ? `"${cell}" `
        : cell;

function written(
  rows: readonly (readonly string[])[],
  { end, last, mark, styles }: { end: string; last: boolean; mark: boolean; styles: readonly number[] },
): string {
  const lines = rows.map((row, i) =>
    row
      .map((cell, k) => styled(cell, i === 0 ? 0 : (styles[(i * row.length + k) % styles.length] as number)))
      .join(","),
  );
  return (mark ? "\ufeff" : "") + lines.join(end) + (last ? end : "");
}

const shape = fc.record({
  end: fc.constantFrom("\n", "\n", "\r\n", "\n\n"),
  last: fc.boolean(),
  mark: fc.boolean(),
  styles: fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.constantFrom(0, 0, 1), { minLength: 1, maxLength: 9 }) },
    fc.array(fc.constantFrom(0, 0, 0, 0, 2, 3), { minLength: 1, maxLength: 9 }),
  ),
});

it("wide CSVs of every shape", async () => {
  let good = 0;
  const row = fc.tuple(id, pair, pair).map(([user, one, other]) => [user, ...one, ...other]);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), shape, async (rows, how) => {
      const content = written([["user_id", "value_a", "cost_a", "value_B", "cost_B"], ...rows], how);
      const result = await agree(text(join(folder, "wide.csv"), content));
      if (result.error === undefined) good++;
    }),
    { numRuns: 40, seed: 1 },
  );
  expect(good).toBeGreaterThan(10);
}, 30_000);

it("long CSVs of every shape and order", async () => {
  let good = 0;
  const few = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("1", "2", "01", "a b") }, id);
  const offer = fc.constantFrom("a", "A", "b,c", 'it\'s "so"', "seventeen letters");
  const row = fc.tuple(few, offer, pair).map(([user, name, numbers]) => [user, name, ...numbers]);
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 9, selector: ([user, name]) => `${user}|${name}` });
  await fc.assert(
    fc.asyncProperty(rows, shape, async (some, how) => {
      const content = written([["user_id", "offer", "value", "cost"], ...some], how);
      const result = await agree(text(join(folder, "long.csv"), content));
      if (result.error === undefined) good++;
    }),
    { numRuns: 24, seed: 2 },
  );
  expect(good).toBeGreaterThan(8);
}, 30_000);

describe("who reads a CSV when DuckDB is asked to", () => {
  const head = "user_id,value_a,cost_a\n";
  const cases: [string, string | Uint8Array, Reader, string?][] = [
    ["plain", `${head}1,2,3\n`, "duckdb"],
    ["with quotes", `${head}"a,""b""","2",3\n`, "duckdb"],
    ["CRLF, byte order mark", `\ufeff${head}1,2,3\n`.replaceAll("\n", "\r\n"), "duckdb"],
    ["with semicolons", `${head}1,2,3\n`.replaceAll(",", ";"), "duckdb"],
    ["text in other scripts", `${head}é🎉,2,3\n`, "duckdb"],
    ["a quote inside a cell", `${head}a"b,2,3\n`, "javascript", "a quote inside a cell"],
    ["a space before a quote", `${head} "a",2,3\n`, "javascript", "a quote inside a cell"],
    ["a line end in a cell", `${head}"a\nb",2,3\n`, "javascript", "a line end inside a cell"],
    ["two kinds of line ends", `${head}1,2,3\r\n2,2,3\n`, "javascript", "a carriage return that ends no line"],
    ["two kinds, the other way", `${head.trim()}\r\n1,2,3\r\n2,2,3\n`, "javascript", "line ends of two kinds"],
    ["a lone carriage return", `${head}a\rb,2,3\n`, "javascript", "a carriage return that ends no line"],
    ["names of several lines", `user_id,value_a,cost_a,"x\ny"\n1,2,3,4\n`, "javascript", "a header of several lines"],
    ["blank lines on top", `\n\n${head}1,2,3\n`, "javascript", "a header of several lines"],
    ["a zero byte far down", `${head}${"1".repeat(300)}\0,2,3\n`, "javascript", "a zero byte"],
  ];
  it.each(cases)("%s", async (_name, content, reader, why) => {
    const path = text(join(folder, "who.csv"), content);
    const file = await openOffers(path, { reader: "duckdb" });
    expect([file.reader, file.because]).toEqual([reader, why && `a CSV with ${why}`]);
    await file.close();
    await agree(path);
  });

  it("a number that only JavaScript takes", async () => {
    const path = text(join(folder, "space.csv"), `${head}1,\u00a02,3\n`);
    const file = await openOffers(path, { reader: "duckdb" });
    expect(file.reader).toBe("duckdb");
    const offers = await file.read(createEngine()).catch(String);
    await file.close();
    expect((await agree(path)).error).toBe(typeof offers === "string" ? offers.replace(/^\w+: /, "") : undefined);
  });

  it("text of another encoding in a column that is no offer", async () => {
    const path = text(join(folder, "latin.csv"), Buffer.from("user_id,value_a,cost_a,x\n1,2,3,caf\xe9\n", "latin1"));
    expect((await agree(path)).error).toMatch(/column "x": the cell is not UTF-8/);
  });

  it("blocks that end inside a character, a quote or a line end", async () => {
    for (let shift = 0; shift < 4; shift++) {
      const rows = Array.from({ length: 30_000 }, (_, i) => `"é${i}""🎉","${i % 97}.5",1`);
      const path = text(
        join(folder, "blocks.csv"),
        `${head}${"x".repeat(shift)}0,1,1\n${rows.join("\n")}\n`.replaceAll("\n", "\r\n"),
      );
      const file = await openOffers(path, { reader: "duckdb" });
      expect([file.reader, file.users]).toEqual(["duckdb", 30_001]);
      await file.close();
    }
  });
});

it("takes no number that JavaScript does not take, but those with _ and +-", async () => {
  const cells = fc.sample(fc.string({ unit: fc.constantFrom(..."0123456789+-.eE nifax,'"), maxLength: 9 }), {
    numRuns: 4000,
    seed: 3,
  });
  const literals = cells.filter((cell) => !cell.includes("+-")).map((cell) => `('${cell.replaceAll("'", "''")}')`);
  const rows = await sql(`SELECT cell, TRY_CAST(cell AS DOUBLE)::VARCHAR AS x FROM (VALUES ${literals}) t(cell)`);
  let numbers = 0;
  for (const { cell, x } of rows) {
    if (x === null || !Number.isFinite(Number(x))) continue;
    const bytes = Buffer.from(cell as string);
    expect([cell, parseNumber(bytes, 0, bytes.length)]).toEqual([cell, Number(x)]);
    numbers++;
  }
  expect(numbers).toBeGreaterThan(100);
});

/** Long Parquet with ids and offers of every type, in order and out of it. */
describe.each(["BIGINT", "UBIGINT", "INTEGER", "DECIMAL(9,2)", "UUID", "VARCHAR"])(
  "long Parquet, ids as %s",
  (type) => {
    it.each(["grouped", "scattered"])("%s", async (order) => {
      const hex = "md5(u::VARCHAR)";
      const user = type === "UUID" ? `${hex}::UUID` : type === "VARCHAR" ? hex : `(u * 7)::${type}`;
      const path = await parquet(
        join(folder, "types.parquet"),
        `SELECT ${user} AS user_id, (o * 10)::DECIMAL(6,1) AS offer, CASE WHEN (u + o) % 5 > 0 THEN (u * o)::DECIMAL(12,2) END AS value, ` +
          `CASE WHEN (u + o) % 5 > 0 THEN 0.7::FLOAT END AS cost FROM range(3000) a(u), range(3) b(o) ` +
          `ORDER BY ${order === "grouped" ? "u, o" : "o, u"}`,
      );
      const file = await openOffers(path);
      expect(file.reader).toBe("duckdb");
      await file.close();
      const result = await agree(path);
      expect([result.error, result.users, result.options]).toEqual([undefined, 3000, ["0.0", "10.0", "20.0"]]);
      const [out] = await sql(`SELECT typeof(user_id) AS id FROM '${join(folder, "out-duckdb.parquet")}' LIMIT 1`);
      expect(out?.id).toBe(type);
    });
  },
);
