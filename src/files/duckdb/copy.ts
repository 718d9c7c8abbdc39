/**
 * Decisions through DuckDB: one COPY of the file's own cells, in the order of its rows. What is chosen goes in as a few
 * strings of bits, one for each binary digit, of which every row takes its own by its number. A function of ours, called for
 * every 2,048 rows, would hold DuckDB's threads up: five million users with text ids take 2.4 s by it and 1.7 s so, with two
 * threads (by a POSITIONAL JOIN with a table of choices: half as long again).
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Choices, Decided } from "../sink/decided.js";
import { type DecisionShape, NAMES } from "../sink/sink.js";
import { Total } from "../total.js";
import type { Column, ColumnType } from "../types.js";
import type { Watch } from "../watch.js";
import { type DuckDB, sqlPath, sqlText, withDatabase } from "./database.js";
import { columnSql, numberSql, ROW, rowsSql, type ScannedFile, sqlType, usedSql } from "./scan.js";
import { consume, itemsOf } from "./vectors.js";
import type { WideFile } from "./wide.js";

/** Rows of a row group of the decisions: a third of DuckDB's default, since each thread holds one of text ids. */
const GROUP_ROWS = 40_960;
/** What two writing threads hold. With 64 MiB they wait for each other, and take as long as one. */
const WRITING_BYTES = 192 * 2 ** 20;
/** Time from one look at how far DuckDB is to the next. */
const LOOK_MS = 100;

/** Numbers of up to so many bits, one a row, for a query: bit b of all of them is parameter b + 1. */
export class RowNumbers {
  readonly planes: Uint8Array[];

  constructor(rows: number, most: number) {
    const count = Math.max(1, 32 - Math.clz32(most));
    // DuckDB's BIT: how many bits of the first byte are no bits, then bits from the highest.
    this.planes = Array.from({ length: count }, () => new Uint8Array(1 + Math.ceil(rows / 8)));
  }

  set(row: number, x: number): void {
    const at = 1 + Math.floor(row / 8);
    for (let b = 0, rest = x; rest > 0; b++, rest >>= 1) {
      const plane = this.planes[b] as Uint8Array;
      if (rest & 1) plane[at] = (plane[at] as number) | (128 >> (row & 7));
    }
  }

  /** The number of the row as SQL. */
  get sql(): string {
    return this.planes.map((_, b) => `(get_bit($${b + 1}::BIT, ${ROW}::INTEGER) << ${b})`).join(" | ");
  }
}

export interface Copy {
  /** SELECT of the decisions' columns in the order of the users. */
  query: string;
  /** What the query takes as its parameters. */
  numbers: RowNumbers;
  users: number;
}

/** The decisions on a wide file, row by row. */
export function wideCopy(file: WideFile, choices: Choices, shape: DecisionShape): Copy {
  const { layout } = file;
  const numbers = new RowNumbers(choices.length, layout.options.length);
  for (let row = 0; row < choices.length; row++) if (choices[row]) numbers.set(row, choices[row] as number);
  const pick = (cell: (j: number) => string, otherwise: string) =>
    `CASE chosen ${layout.options.map((_, j) => `WHEN ${j + 1} THEN ${cell(j)}`).join(" ")} ELSE ${otherwise} END`;
  const number = (columns: readonly number[], type: ColumnType) =>
    pick((j) => cellSql(file, columns[j] as number, type), `0::${sqlType(type)}`);
  const [id, offer, value, cost] = NAMES;
  const query =
    `SELECT ${columnSql(file, layout.id)} AS ${id}, ${pick((j) => sqlText(layout.options[j] as string), "NULL")} AS ${offer}, ` +
    `${number(layout.values, shape.value)} AS ${value}, ${number(layout.costs, shape.cost)} AS ${cost} ` +
    `FROM (SELECT ${usedSql(file)}, ${numbers.sql} AS chosen FROM ${rowsSql(file)})`;
  return { query, numbers, users: choices.length };
}

/** A cell as a number of the decisions: as it stands, unless it is text. */
export function cellSql(file: ScannedFile, c: number, type: ColumnType): string {
  const isText = (file.columns[c] as Column).type.kind === "text";
  return `${isText ? numberSql(file, c) : columnSql(file, c)}::${sqlType(type)}`;
}

/** The decisions as a file; totals are taken from what was written. */
export async function decideByDuckDB(
  duckdb: DuckDB,
  file: ScannedFile,
  { query, numbers, users }: Copy,
  shape: DecisionShape,
  output: { path: string; format: "parquet" | "csv" },
  watch: Watch,
): Promise<Decided> {
  const format = output.format === "csv" ? "FORMAT csv, HEADER true" : `FORMAT parquet, ROW_GROUP_SIZE ${GROUP_ROWS}`;
  const copy = `COPY (${query}) TO ${sqlText(output.path)} (${format}, USE_TMP_FILE false)`;
  const bits = numbers.planes.map((plane) => new duckdb.DuckDBBitValue(plane));
  const memory = { groupBytes: file.groupBytes, base: WRITING_BYTES };
  return withDatabase(duckdb, memory, watch.signal, async (connection) => {
    await looking(connection, watch, users, () => connection.run(copy, bits));
    const totals = { rows: 0, value: new Total(), cost: new Total() };
    const tally = { name: "tally", types: [duckdb.DOUBLE, duckdb.DOUBLE] };
    const row = await consume(duckdb, connection, tally, totalSql(shape, output), (chunk) => {
      for (const x of itemsOf<Float64Array>(chunk.getColumnVector(0))) totals.value.add(x);
      for (const x of itemsOf<Float64Array>(chunk.getColumnVector(1))) totals.cost.add(x);
      totals.rows += chunk.rowCount;
      watch.step("write", (users + totals.rows) / 2, users);
    });
    const [written, , value, cost] = row as [bigint, unknown, string | null, string | null];
    watch.step("write", users, users);
    return {
      users: Number(written),
      value: value === null ? totals.value.value : Number(value),
      cost: cost === null ? totals.cost.value : Number(cost),
    };
  });
}

/** Says how far DuckDB is while a job runs, the first half of all that is to be done. */
async function looking(
  connection: DuckDBConnection,
  watch: Watch,
  users: number,
  job: () => Promise<unknown>,
): Promise<void> {
  await connection.run("SET enable_progress_bar = true; SET enable_progress_bar_print = false");
  watch.step("write", 0, users);
  const timer = setInterval(() => {
    try {
      const percent = Math.max(0, connection.progress.percentage);
      watch.step("write", Math.floor((users * percent) / 200), users);
    } catch {
      // An abort: the signal has interrupted the connection.
    }
  }, LOOK_MS);
  try {
    await job();
  } finally {
    clearInterval(timer);
  }
  watch.step("write", users / 2, users);
}

/** Sums in SQL where they are exact there, through `tally` where they are of floating point. */
function totalSql(shape: DecisionShape, output: { path: string; format: string }): string {
  const types = `{'user_id': 'VARCHAR', 'offer': 'VARCHAR', 'value': '${sqlType(shape.value)}', 'cost': '${sqlType(shape.cost)}'}`;
  const source =
    output.format === "csv"
      ? `read_csv(${sqlPath(output.path)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = ${types})`
      : `read_parquet(${sqlPath(output.path)}, hive_partitioning = false)`;
  const isFloat = (type: ColumnType) => type.kind === "double" || type.kind === "float";
  const sum = (column: string, type: ColumnType) => (isFloat(type) ? "NULL" : `sum(${column})::VARCHAR`);
  const tallied = isFloat(shape.value) || isFloat(shape.cost) ? "count(tally(value, cost))" : "0";
  return `SELECT count(*), ${tallied}, ${sum("value", shape.value)}, ${sum("cost", shape.cost)} FROM ${source}`;
}
