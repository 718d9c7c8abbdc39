/** Bad files: the file, the row and the column are named, and the way out; every reader says the same. */
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { InputFileError, type OpenOptions, openOffers } from "../../src/files/index.js";
import { createEngine } from "../../src/index.js";
import { parquet, seeded, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** Opens and reads; the error that comes up. */
async function failure(path: string, options: OpenOptions = {}): Promise<InputFileError> {
  try {
    const file = await openOffers(path, options);
    try {
      await file.read(createEngine());
    } finally {
      await file.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(InputFileError);
    expect((error as Error).message.startsWith(path)).toBe(true);
    return error as InputFileError;
  }
  throw new Error(`${path} was read without a complaint`);
}

const header = "user_id,value_a,cost_a,value_b,cost_b";
const good = "1,1,1,2,2";

interface BadCsv {
  name: string;
  csv: string | Uint8Array;
  row?: number;
  line?: number;
  column?: string;
  says: RegExp;
}

const bad: BadCsv[] = [
  {
    name: "text in a number",
    csv: `${header}\n${good}\n2,abc,1,2,2\n`,
    row: 2,
    line: 3,
    column: "value_a",
    says: /"abc" is not a number/,
  },
  {
    name: "a decimal comma",
    csv: `${header}\n1,"0,7",1,2,2\n`,
    row: 1,
    line: 2,
    column: "value_a",
    says: /decimal point/,
  },
  { name: "hexadecimal", csv: `${header}\n1,0x10,1,2,2\n`, row: 1, line: 2, column: "value_a", says: /not a number/ },
  {
    name: "digits grouped",
    csv: `${header}\n1,1_000,1,2,2\n`,
    row: 1,
    line: 2,
    column: "value_a",
    says: /not a number/,
  },
  { name: "NaN", csv: `${header}\n${good}\n2,1,NaN,2,2\n`, row: 2, line: 3, column: "cost_a", says: /NaN/ },
  { name: "infinity", csv: `${header}\n1,1,1,-Infinity,2\n`, row: 1, line: 2, column: "value_b", says: /Infinity/ },
  {
    name: "a number that overflows",
    csv: `${header}\n1,1,1,1e999,2\n`,
    row: 1,
    line: 2,
    column: "value_b",
    says: /Infinity/,
  },
  {
    name: "a number too large for the table",
    csv: `${header}\n1,1,1,1e39,2\n`,
    row: 1,
    line: 2,
    column: "value_b",
    says: /too large/,
  },
  {
    name: "no value",
    csv: `${header}\n1,,1,2,2\n`,
    row: 1,
    line: 2,
    column: "value_a",
    says: /NULL, but "cost_a" is not/,
  },
  {
    name: "no cost",
    csv: `${header}\n1,1,1,2,\n`,
    row: 1,
    line: 2,
    column: "cost_b",
    says: /NULL, but "value_b" is not/,
  },
  { name: "no id", csv: `${header}\n${good}\n,1,1,2,2\n`, row: 2, line: 3, column: "user_id", says: /id is missing/ },
  {
    name: "a user twice",
    csv: `${header}\n${good}\n2,1,1,2,2\n1,3,3,3,3\n`,
    row: 3,
    line: 4,
    column: "user_id",
    says: /"1" stands in row 1/,
  },
  {
    name: "lines inside a quoted cell",
    csv: `${header}\n"a\nb\n",1,1,2,2\n2,x,1,2,2\n`,
    row: 2,
    line: 5,
    column: "value_a",
    says: /"x"/,
  },
  {
    name: "too few cells",
    csv: `${header}\n${good}\n2,1,1\n`,
    row: 2,
    line: 3,
    says: /3 cells where the header has 5/,
  },
  { name: "too many cells", csv: `${header}\n1,1,1,2,2,9\n`, row: 1, line: 2, says: /6 cells where the header has 5/ },
  { name: "an open quote", csv: `${header}\n${good}\n"2,1,1,2,2\n3,1,1,2,2\n`, row: 2, line: 3, says: /not closed/ },
  { name: "text after a quote", csv: `${header}\n"1"x,1,1,2,2\n`, row: 1, line: 2, says: /closing quote/ },
  {
    name: "another encoding",
    csv: Buffer.concat([Buffer.from(`${header}\n`), Buffer.from("caf\xe9,1,1,2,2\n", "latin1")]),
    row: 1,
    line: 2,
    column: "user_id",
    says: /UTF-8/,
  },
  { name: "no user_id", csv: "id,value_a,cost_a\n1,1,1\n", column: "user_id", says: /missing; there are "id"/ },
  {
    name: "User_ID",
    csv: "User_ID,value_a,cost_a\n1,1,1\n",
    column: "user_id",
    says: /"User_ID" must be written user_id/,
  },
  {
    name: "no cost column",
    csv: "user_id,value_a\n1,1\n",
    column: "cost_a",
    says: /missing, though there is "value_a"/,
  },
  {
    name: "no value column",
    csv: "user_id,value_a,cost_a,cost_b\n1,1,1,1\n",
    column: "value_b",
    says: /missing, though there is "cost_b"/,
  },
  { name: "no offers", csv: "user_id,age\n1,1\n", column: "offer", says: /missing/ },
  {
    name: "a column twice",
    csv: "user_id,value_a,cost_a,value_a\n1,1,1,1\n",
    column: "value_a",
    says: /columns 2 and 4/,
  },
  { name: "an offer without a name", csv: "user_id,value_,cost_\n1,1,1\n", column: "value_", says: /name/ },
  { name: "a header alone", csv: `${header}\n`, says: /no rows/ },
  { name: "nothing", csv: "", says: /empty/ },
  { name: "zeros", csv: Buffer.alloc(100), says: /neither CSV nor Parquet nor Arrow/ },
  { name: "UTF-16", csv: Buffer.from(`\ufeff${header}\n`, "utf16le"), says: /UTF-16/ },
  { name: "gzip", csv: Buffer.from([0x1f, 0x8b, 8, 0, 0]), says: /compressed/ },
];

const readers = ["duckdb", "javascript"] as const;

it.each(bad.flatMap((one) => readers.map((reader) => ({ ...one, reader }))))(
  "CSV with $name, by $reader",
  async ({ csv, row, line, column, says, reader }) => {
    const error = await failure(text(at("bad.csv"), csv), { reader });
    expect({ row: error.row, line: error.line, column: error.column }).toEqual({ row, line, column });
    expect(error.message).toMatch(says);
    if (row !== undefined) expect(error.message).toContain(`row ${row} (line ${line})`);
  },
);

it("a wide file has at most 254 offers", async () => {
  const names = Array.from({ length: 255 }, (_, j) => `value_${j},cost_${j}`);
  const error = await failure(text(at("many.csv"), `user_id,${names}\n`));
  expect(error.message).toMatch(/at most 254.*write it long/);
});

const FILL =
  "SELECT i::BIGINT AS user_id, i::DOUBLE AS value_a, 1::DOUBLE AS cost_a, 2::DOUBLE AS value_b, 1::DOUBLE AS cost_b FROM range(5000) t(i)";
const replaced = (column: string, row: number, sql: string) =>
  `SELECT * REPLACE (CASE WHEN value_a = ${row - 1} THEN ${sql} ELSE ${column} END AS ${column}) FROM (${FILL})`;

const badParquet = [
  { name: "NaN", query: replaced("value_b", 4321, "'nan'::DOUBLE"), row: 4321, column: "value_b", says: /NaN/ },
  { name: "infinity", query: replaced("cost_b", 2, "'-inf'::DOUBLE"), row: 2, column: "cost_b", says: /-Infinity/ },
  { name: "too large", query: replaced("cost_a", 7, "1e200"), row: 7, column: "cost_a", says: /too large/ },
  {
    name: "half a pair",
    query: replaced("cost_b", 3000, "NULL"),
    row: 3000,
    column: "cost_b",
    says: /NULL, but "value_b" is not/,
  },
  { name: "no id", query: replaced("user_id", 2049, "NULL"), row: 2049, column: "user_id", says: /id is missing/ },
  {
    name: "a user twice",
    query: replaced("user_id", 4000, "17"),
    row: 4000,
    column: "user_id",
    says: /"17" stands in row 18/,
  },
  {
    name: "text for numbers",
    query: `SELECT * REPLACE ('1' AS cost_b) FROM (${FILL})`,
    column: "cost_b",
    says: /text where numbers belong/,
  },
  {
    name: "times for ids",
    query: `SELECT * REPLACE (TIMESTAMP '2026-01-01' AS user_id) FROM (${FILL})`,
    column: "user_id",
    says: /TIMESTAMP/,
  },
  {
    name: "doubles for ids",
    query: `SELECT * REPLACE (1.5::DOUBLE AS user_id) FROM (${FILL})`,
    column: "user_id",
    says: /double/,
  },
  { name: "no rows", query: `SELECT * FROM (${FILL}) WHERE value_a < 0`, says: /no rows/ },
  { name: "no cost column", query: `SELECT * EXCLUDE cost_b FROM (${FILL})`, column: "cost_b", says: /missing/ },
];

describe.each(readers)("Parquet by %s", (reader) => {
  it.each(badParquet)("with $name", async ({ query, row, column, says }) => {
    const error = await failure(await parquet(at("bad.parquet"), query), { reader });
    expect({ row: error.row, column: error.column }).toEqual({ row, column });
    expect(error.message).toMatch(says);
  });

  it("with a text id twice, far apart", async () => {
    const query = `SELECT * REPLACE ('user ' || (CASE WHEN user_id = 4999 THEN 3 ELSE user_id END) AS user_id) FROM (${FILL})`;
    const error = await failure(await parquet(at("twice.parquet"), query), { reader });
    expect([error.row, error.column]).toEqual([5000, "user_id"]);
    expect(error.message).toContain('"user 3" stands in row 4');
    const file = await openOffers(at("twice.parquet"), { reader, assumeUnique: true });
    await file.read(createEngine());
    await file.close();
  });

  it.each([4, 8, 100, 1000, -8, -1])("cut to %i bytes", async (size) => {
    const path = await parquet(at("cut.parquet"), FILL);
    truncateSync(path, size < 0 ? statSync(path).size + size : size);
    expect((await failure(path, { reader })).message).toMatch(/cut short|damaged/);
  });

  it("with a damaged page", async () => {
    const path = await parquet(at("damaged.parquet"), FILL, ", COMPRESSION zstd");
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 400, 12_000);
    writeFileSync(path, bytes);
    expect((await failure(path, { reader })).message).toMatch(/damaged|is NULL|not a number|too large|the number is/);
  });
});

it.each(readers)("Parquet with bytes changed at random, by %s: read, or refused by name", async (reader) => {
  const path = await parquet(at("random.parquet"), `SELECT * FROM (${FILL}) LIMIT 3000`, ", ROW_GROUP_SIZE 2048");
  const whole = readFileSync(path);
  const random = seeded(5);
  let refused = 0;
  for (let round = 0; round < 60; round++) {
    const bytes = Buffer.from(whole);
    // Most of them in the footer, where a byte means most.
    for (let k = 0; k < 3; k++)
      bytes[bytes.length - 9 - Math.floor(random() * (k ? 1200 : bytes.length - 9))] = random() * 256;
    writeFileSync(path, bytes);
    try {
      const file = await openOffers(path, { reader });
      await file.read(createEngine()).finally(() => file.close());
    } catch (error) {
      expect(error).toBeInstanceOf(InputFileError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(20);
});

it("Parquet with a column twice", async () => {
  // DuckDB refuses to write it: one name is made the other in the footer.
  const path = await parquet(at("double.parquet"), `SELECT *, 1::DOUBLE AS value_x FROM (${FILL})`);
  const bytes = readFileSync(path).toString("latin1").replaceAll("value_x", "value_a");
  writeFileSync(path, bytes, "latin1");
  const error = await failure(path);
  expect(error.column).toBe("value_a");
  expect(error.message).toMatch(/columns 2 and 6/);
});

function arrowFile(name: string, column: (number | null)[], type: "file" | "stream" = "file"): string {
  const numbers = (cells: (number | null)[]) => vectorFromArray(cells, new Float64());
  const table = new Table({
    user_id: vectorFromArray(["a", "b", "c"]),
    value_a: numbers(column),
    cost_a: numbers([1, 1, 1]),
  });
  writeFileSync(at(name), tableToIPC(table, type));
  return at(name);
}

it("Arrow with NaN, with half a pair, and cut short", async () => {
  const notNumber = await failure(arrowFile("nan.arrow", [1, Number.NaN, 3]));
  expect([notNumber.row, notNumber.column]).toEqual([2, "value_a"]);
  const half = await failure(arrowFile("half.arrow", [1, 2, null]));
  expect([half.row, half.column]).toEqual([3, "value_a"]);
  for (const type of ["file", "stream"] as const) {
    for (const left of [20, 300, 700]) {
      const path = arrowFile("cut.arrow", [1, 2, 3], type);
      truncateSync(path, left);
      expect((await failure(path)).message).toMatch(/cut short|damaged|no rows/);
    }
  }
});

it("an Arrow stream without its end mark: batches may be missing", async () => {
  const path = arrowFile("mark.arrow", [1, 2, 3], "stream");
  truncateSync(path, statSync(path).size - 8);
  expect((await failure(path)).message).toMatch(/no end mark/);
});

it("what is no file", async () => {
  expect((await failure(at("nowhere.csv"))).message).toMatch(/no such file/);
  mkdirSync(at("folder"));
  expect((await failure(at("folder"))).message).toMatch(/not a file|folder/);
});

describe.each(readers)("long by %s", (reader) => {
  const rows = (...lines: string[]) => text(at("long.csv"), `user_id,offer,value,cost\n${lines.join("\n")}\n`);

  const failed = (path: string) => failure(path, { reader });

  it("an offer twice", async () => {
    const error = await failed(rows("1,a,1,1", "2,a,1,1", "2,b,1,1", "2,a,2,2"));
    expect([error.row, error.line, error.column]).toEqual([4, 5, "offer"]);
    expect(error.message).toMatch(/user "2" has offer "a" in an earlier row/);
  });

  it("an offer twice in a file that is not grouped: the row is the file's", async () => {
    const error = await failed(rows("1,a,1,1", "2,a,1,1", "1,b,1,1", "2,b,1,1", "1,a,2,2"));
    expect([error.row, error.line, error.column]).toEqual([5, 6, "offer"]);
  });

  it("text in a number of a file that is not grouped", async () => {
    const error = await failed(rows("1,a,1,1", "2,a,1,1", "1,b,one,1"));
    expect([error.row, error.line, error.column]).toEqual([3, 4, "value"]);
  });

  it("half a pair, no offer, no id, NaN", async () => {
    expect((await failed(rows("1,a,1,"))).column).toBe("cost");
    expect((await failed(rows("1,,1,1"))).column).toBe("offer");
    expect((await failed(rows(",a,1,1"))).column).toBe("user_id");
    expect((await failed(rows("1,a,nan,1"))).message).toMatch(/nan/);
  });

  it("no cost column", async () => {
    expect((await failure(text(at("long.csv"), "user_id,offer,value\n1,a,1\n"))).column).toBe("cost");
  });
});

it("a reader that cannot serve is refused", async () => {
  const path = text(at("fine.csv"), `${header}\n${good}\n`);
  await expect(openOffers(arrowFile("fine.arrow", [1, 2, 3]), { reader: "duckdb" })).rejects.toThrow(/Arrow/);
  await expect(openOffers(path, { reader: "pandas" as never })).rejects.toThrow(RangeError);
});
