/**
 * Wide files through DuckDB into the table. Five million users × 8 offers of Parquet are read in 1.0 s and 75 MiB beside the
 * table (fetched as a stream: 1.5 s and 215 MiB).
 */
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import type { Offers } from "../../allocation/offers.js";
import { closePairs } from "../cells.js";
import type { WideLayout } from "../layout.js";
import type { Watch } from "../watch.js";
import { type DuckDB, LARGE_GROUP, withDatabase } from "./database.js";
import { keySql, numberSql, ROW, rowsSql, type ScannedFile } from "./scan.js";
import { BadCell, consume, firstRow, hasNull, itemsOf, markNulls, VECTOR } from "./vectors.js";

export interface WideFile extends ScannedFile {
  layout: WideLayout;
}

/**
 * DuckDB holds all columns of a row group that it reads, as stored and as decoded: large ones are read some options at a time.
 * Groups of a million rows of text ids and 8 offers so peak at 600 MiB with the table of five million users, and at 700 in one.
 * @throws {BadCell} for a cell that is wrong, DuckDB's error for a file that is.
 */
export async function fillByDuckDB(duckdb: DuckDB, file: WideFile, offers: Offers, watch: Watch): Promise<void> {
  const { length } = file.layout.options;
  const readings = Math.min(length, Math.max(1, Math.ceil(file.groupBytes / LARGE_GROUP)));
  for (let reading = 0; reading < readings; reading++) {
    const share = (k: number) => Math.floor((length * k) / readings);
    await fillOptions(duckdb, file, offers, watch, [share(reading), share(reading + 1)], readings);
  }
}

/** Fills options [first, end), with the first of them the ids. */
async function fillOptions(
  duckdb: DuckDB,
  file: WideFile,
  offers: Offers,
  watch: Watch,
  [first, end]: [number, number],
  readings: number,
): Promise<void> {
  const { values, costs } = file.layout;
  const key = first === 0 ? keySql(file) : undefined;
  const numbers: string[] = [];
  for (let j = first; j < end; j++) numbers.push(...[values, costs].map((of) => numberSql(file, of[j] as number)));
  const types = key ? [duckdb.BIGINT, key.signed ? duckdb.BIGINT : duckdb.UBIGINT] : [duckdb.BIGINT];
  const query = `SELECT count(fill(${[ROW, ...(key ? [key.sql] : []), ...numbers].join(", ")})) FROM ${rowsSql(file)}`;
  // Columns of a row group are of like size.
  const groupBytes = file.groupBytes / readings;
  let rows = 0;
  await withDatabase(
    duckdb,
    { groupBytes, threads: readings > 1 ? 1 : undefined },
    watch.signal,
    async (connection) => {
      const filler = new Filler(offers, [first, end], watch);
      await consume(duckdb, connection, { name: "fill", types, more: duckdb.DOUBLE }, query, (chunk) =>
        filler.take(chunk, key?.mix),
      );
      rows = filler.rows;
    },
  );
  if (rows !== offers.users) throw new BadCell("rows are missing");
}

class Filler {
  rows = 0;
  readonly #offers: Offers;
  readonly #first: number;
  readonly #end: number;
  readonly #watch: Watch;
  readonly #values = new Float64Array(VECTOR);
  readonly #costs = new Float64Array(VECTOR);
  readonly #noValue = new Uint8Array(VECTOR);
  readonly #noCost = new Uint8Array(VECTOR);

  constructor(offers: Offers, [first, end]: [number, number], watch: Watch) {
    this.#offers = offers;
    this.#first = first;
    this.#end = end;
    this.#watch = watch;
  }

  /** Takes a chunk of adjacent rows: their numbers, their ids where `mix` is not undefined, values and costs. */
  take(chunk: DuckDBDataChunk, mix: boolean | undefined): void {
    const from = firstRow(chunk);
    const { users, columns } = this.#offers;
    const done = this.#first * users + (this.#end - this.#first) * this.rows;
    this.#watch.step("read", Math.floor(done / columns), users);
    if (from + chunk.rowCount > this.#offers.users) throw new BadCell("there are more rows than were counted");
    let column = 1;
    if (mix !== undefined) this.#takeIds(chunk.getColumnVector(column++), from, mix);
    for (let j = this.#first; j < this.#end; j++, column += 2) {
      this.#takeOption(chunk.getColumnVector(column), chunk.getColumnVector(column + 1), j, from, chunk.rowCount);
    }
    this.rows += chunk.rowCount;
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
