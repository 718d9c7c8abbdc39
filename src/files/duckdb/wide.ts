/**
 * Wide Parquet through DuckDB, both ways. Rows are not fetched: DuckDB's threads decode them and call our functions with
 * vectors of 2,048 rows in place, which leaves no chunk behind for the garbage collector. Five million users × 8 offers are
 * read in 1.0 s and 75 MiB beside the table (fetched as a stream: 1.5 s and 215 MiB), and written in 0.9 s (by a
 * POSITIONAL JOIN with a table of choices: 1.3 s).
 */
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import type { Offers } from "../../allocation/offers.js";
import { closePairs } from "../cells.js";
import { usedColumns, type WideLayout } from "../layout.js";
import type { Choices, Decided } from "../sink/decided.js";
import { type DecisionShape, NAMES } from "../sink/sink.js";
import { Total } from "../total.js";
import type { Column, ColumnType } from "../types.js";
import type { Watch } from "../watch.js";
import { type DuckDB, sqlName, sqlPath, sqlText, withDatabase } from "./database.js";

/** Rows of a vector at most. */
const VECTOR = 2048;
const ROW = "file_row_number";
/** Rows of a row group of the decisions: a third of DuckDB's default, since each thread holds one of text ids. */
const GROUP_ROWS = 40_960;

export interface WideFile {
  path: string;
  columns: readonly Column[];
  layout: WideLayout;
  /** Bytes of the largest row group as stored. */
  groupBytes: number;
}

/** Whether DuckDB can name the columns: to it, names that differ in case alone are one. */
export function canName(columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return names.size === columns.length && !names.has(ROW) && !names.has("");
}

/** A cell that a table cannot take; the JavaScript reader says which. */
export class BadCell extends Error {}

/** @throws {BadCell} for a cell that is wrong, DuckDB's error for a file that is. */
export async function fillByDuckDB(duckdb: DuckDB, file: WideFile, offers: Offers, watch: Watch): Promise<void> {
  const { id, values, costs } = file.layout;
  let filler = new Filler(offers, values.length, watch);
  const key = keySql(file.columns[id] as Column);
  const numbers = values
    .flatMap((value, j) => [value, costs[j] as number])
    .map((c) => sqlName((file.columns[c] as Column).name));
  await withDatabase(duckdb, file, watch.signal, async (connection) => {
    filler = new Filler(offers, values.length, watch);
    connection.registerScalarFunction(
      duckdb.DuckDBScalarFunction.create({
        name: "fill",
        mainFunction: (info, chunk) => {
          if (!filler.take(chunk, key.mix)) info.setError("stopped");
        },
        returnType: duckdb.BOOLEAN,
        parameterTypes: [duckdb.BIGINT, key.signed ? duckdb.BIGINT : duckdb.UBIGINT],
        varArgsType: duckdb.DOUBLE,
        specialHandling: true,
        volatile: true,
      }),
    );
    try {
      await connection.run(`SELECT count(fill(${[ROW, key.sql, ...numbers].join(", ")})) FROM ${table(file.path)}`);
    } catch (error) {
      throw filler.problem ?? error;
    }
  });
  if (filler.rows !== offers.users) throw new BadCell("rows are missing");
}

/** How an id becomes 64 bits in SQL: the same as in JavaScript. */
function keySql({ name, type }: Column): { sql: string; signed: boolean; mix: boolean } {
  const id = sqlName(name);
  if (type.kind !== "integer") return { sql: `md5_number_lower(${id}::VARCHAR)`, signed: false, mix: false };
  const signed = type.signed || type.bits < 64;
  return { sql: `${id}::${signed ? "BIGINT" : "UBIGINT"}`, signed, mix: true };
}

class Filler {
  rows = 0;
  problem: unknown;
  readonly #offers: Offers;
  readonly #options: number;
  readonly #watch: Watch;
  readonly #values = new Float64Array(VECTOR);
  readonly #costs = new Float64Array(VECTOR);
  readonly #noValue = new Uint8Array(VECTOR);
  readonly #noCost = new Uint8Array(VECTOR);

  constructor(offers: Offers, options: number, watch: Watch) {
    this.#offers = offers;
    this.#options = options;
    this.#watch = watch;
  }

  /** Takes a chunk of adjacent rows; false when it cannot, with the reason in `problem`. */
  take(chunk: DuckDBDataChunk, mix: boolean): boolean {
    if (this.problem !== undefined) return false;
    try {
      const from = firstRow(chunk);
      this.#watch.step("read", this.rows, this.#offers.users);
      this.#takeIds(chunk.getColumnVector(1), from, mix);
      for (let j = 0; j < this.#options; j++) {
        this.#takeOption(chunk.getColumnVector(2 + 2 * j), chunk.getColumnVector(3 + 2 * j), j, from, chunk.rowCount);
      }
      this.rows += chunk.rowCount;
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    }
  }

  #takeIds(vector: DuckDBVector, from: number, mix: boolean): void {
    if (hasNull(vector)) throw new BadCell("an id is NULL");
    const items = itemsOf<BigInt64Array | BigUint64Array>(vector);
    if (mix) this.#offers.setIds(from, items);
    else this.#offers.setKeys(from, items as BigUint64Array);
  }

  #takeOption(value: DuckDBVector, cost: DuckDBVector, j: number, from: number, rows: number): void {
    let values = itemsOf<Float64Array>(value);
    let costs = itemsOf<Float64Array>(cost);
    if (markNulls(value, this.#noValue) || markNulls(cost, this.#noCost)) {
      // DuckDB's vectors are not ours to write to.
      markNulls(cost, this.#noCost);
      this.#values.set(values);
      this.#costs.set(costs);
      values = this.#values.subarray(0, rows);
      costs = this.#costs.subarray(0, rows);
    }
    if (closePairs(values, this.#noValue, costs, this.#noCost, rows)) throw new BadCell(`option ${j}`);
    this.#offers.set(j, from, values, costs);
  }
}

/** Number of the first row of a chunk, whose rows are adjacent: they come from one vector of the file. */
function firstRow(chunk: DuckDBDataChunk): number {
  const numbers = itemsOf<BigInt64Array>(chunk.getColumnVector(0));
  const first = Number(numbers[0]);
  if (Number(numbers[numbers.length - 1]) - first !== chunk.rowCount - 1)
    throw new Error("DuckDB's rows are not adjacent");
  return first;
}

/** The data of a vector: every type asked for here is a plain array of numbers. */
function itemsOf<T>(vector: DuckDBVector): T {
  return (vector as unknown as { items: T }).items;
}

/** Validity is a bit a row, and no array at all where nothing is NULL (whose data must not be read: it stands as 0). */
function validityOf(vector: DuckDBVector): BigUint64Array | null {
  return (vector as unknown as { validity: { data: BigUint64Array | null } }).validity.data;
}

function hasNull(vector: DuckDBVector): boolean {
  const validity = validityOf(vector);
  if (validity === null) return false;
  const bits = new Uint32Array(validity.buffer, validity.byteOffset, 2 * validity.length);
  for (let i = 0; i < vector.itemCount; i++) if ((((bits[i >> 5] as number) >>> (i & 31)) & 1) === 0) return true;
  return false;
}

/** Marks the NULLs; false when there can be none. */
function markNulls(vector: DuckDBVector, missing: Uint8Array): boolean {
  const validity = validityOf(vector);
  missing.fill(0);
  if (validity === null) return false;
  const bits = new Uint32Array(validity.buffer, validity.byteOffset, 2 * validity.length);
  for (let i = 0; i < vector.itemCount; i++) missing[i] = (((bits[i >> 5] as number) >>> (i & 31)) & 1) ^ 1;
  return true;
}

/** The decisions as a file, written by DuckDB in the order of the rows; totals are taken from what was written. */
export async function decideByDuckDB(
  duckdb: DuckDB,
  file: WideFile,
  choices: Choices,
  shape: DecisionShape,
  output: { path: string; format: "parquet" | "csv" },
  watch: Watch,
): Promise<Decided> {
  // A thread that writes holds the pages of a row group: one is as fast while JavaScript takes part, in 40 MiB less.
  return withDatabase(duckdb, { groupBytes: file.groupBytes, most: 1 }, watch.signal, async (connection) => {
    let done = 0;
    let stopped: unknown;
    const totals = { value: new Total(), cost: new Total() };
    connection.registerScalarFunction(
      duckdb.DuckDBScalarFunction.create({
        name: "choice",
        mainFunction: (info, chunk, out) => {
          try {
            watch.step("write", done, choices.length);
            const from = firstRow(chunk);
            itemsOf<Uint16Array>(out).set(choices.subarray(from, from + chunk.rowCount));
            (out as unknown as { flush(): void }).flush();
            done += chunk.rowCount;
          } catch (error) {
            stopped ??= error;
            info.setError("stopped");
          }
        },
        returnType: duckdb.USMALLINT,
        parameterTypes: [duckdb.BIGINT],
        volatile: true,
      }),
    );
    connection.registerScalarFunction(
      duckdb.DuckDBScalarFunction.create({
        name: "tally",
        mainFunction: (_info, chunk) => {
          for (const x of itemsOf<Float64Array>(chunk.getColumnVector(0))) totals.value.add(x);
          for (const x of itemsOf<Float64Array>(chunk.getColumnVector(1))) totals.cost.add(x);
        },
        returnType: duckdb.BOOLEAN,
        parameterTypes: [duckdb.DOUBLE, duckdb.DOUBLE],
        volatile: true,
      }),
    );
    try {
      await connection.run(copySql(file, shape, output));
    } catch (error) {
      throw stopped ?? error;
    }
    const result = await connection.runAndReadAll(totalSql(shape, output));
    const [users, , value, cost] = result.getRows()[0] as [bigint, unknown, string | null, string | null];
    watch.step("write", done, choices.length);
    return {
      users: Number(users),
      value: value === null ? totals.value.value : Number(value),
      cost: cost === null ? totals.cost.value : Number(cost),
    };
  });
}

function table(path: string): string {
  return `read_parquet(${sqlPath(path)}, file_row_number = true, hive_partitioning = false, binary_as_string = true)`;
}

function copySql(
  { path, columns, layout }: WideFile,
  shape: DecisionShape,
  output: { path: string; format: string },
): string {
  const name = (c: number | undefined) => sqlName((columns[c as number] as Column).name);
  const pick = (cell: (j: number) => string, otherwise: string) =>
    `CASE chosen ${layout.options.map((_, j) => `WHEN ${j + 1} THEN ${cell(j)}`).join(" ")} ELSE ${otherwise} END`;
  const number = (numbers: readonly number[], type: ColumnType) =>
    pick((j) => `${name(numbers[j])}::${sqlType(type)}`, `0::${sqlType(type)}`);
  const [id, offer, value, cost] = NAMES;
  const used = usedColumns(layout).map(name).join(", ");
  const format = output.format === "csv" ? "FORMAT csv, HEADER true" : `FORMAT parquet, ROW_GROUP_SIZE ${GROUP_ROWS}`;
  return (
    `COPY (SELECT ${name(layout.id)} AS ${id}, ${pick((j) => sqlText(layout.options[j] as string), "NULL")} AS ${offer}, ` +
    `${number(layout.values, shape.value)} AS ${value}, ${number(layout.costs, shape.cost)} AS ${cost} ` +
    `FROM (SELECT ${used}, choice(${ROW}) AS chosen FROM ${table(path)})) TO ${sqlText(output.path)} (${format}, USE_TMP_FILE false)`
  );
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

function sqlType(type: ColumnType): string {
  if (type.kind === "decimal") return `DECIMAL(${type.precision}, ${type.scale})`;
  if (type.kind === "integer")
    return `${type.signed ? "" : "U"}${{ 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" }[type.bits]}`;
  return type.kind === "float" ? "FLOAT" : "DOUBLE";
}
