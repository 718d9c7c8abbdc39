/**
 * Long files through DuckDB: what the survey must know, sorting outside memory, the table, the decisions. Rows come in the
 * file's order, by one thread; each user is told from the one before by the 64-bit key of its id, as in JavaScript.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Offers } from "../../allocation/offers.js";
import { closePairs } from "../cells.js";
import type { LongLayout } from "../layout.js";
import { UserRuns } from "../long/grouped.js";
import { MOST_OFFERS, Runs, type Survey } from "../long/survey.js";
import { UserTile } from "../long/tile.js";
import type { Choices } from "../sink/decided.js";
import { type DecisionShape, NAMES } from "../sink/sink.js";
import type { Watch } from "../watch.js";
import { type Copy, cellSql, RowNumbers } from "./copy.js";
import { type DuckDB, sqlText, withDatabase } from "./database.js";
import { columnSql, keySql, numberSql, ROW, rowsSql, type ScannedFile, sqlType, usedSql } from "./scan.js";
import { BadCell, consume, firstRow, hasNull, itemsOf, markNulls, VECTOR } from "./vectors.js";

export interface LongFile extends ScannedFile {
  layout: LongLayout;
}

/** Rows are numbered by an INTEGER where decisions are written. */
const MOST_ROWS = 2 ** 31 - 1;
/** What sorting may hold; there is no table yet. */
const SORTING_BYTES = 256 * 2 ** 20;

/** Users, offers as they first appear, whether the rows of a user are adjacent. */
export async function surveyByDuckDB(duckdb: DuckDB, file: LongFile, watch: Watch): Promise<Survey> {
  const offer = columnSql(file, file.layout.offer);
  const key = keySql(file);
  const runs = new Runs();
  let rows = 0;
  let options: (string | null)[] = [];
  const needs = { groupBytes: file.groupBytes, threads: 1 };
  await withDatabase(duckdb, needs, watch.signal, async (connection) => {
    const names = `SELECT ${offer}::VARCHAR AS name FROM ${rowsSql(file)} GROUP BY 1 ORDER BY min(${ROW}) LIMIT ${MOST_OFFERS + 1}`;
    options = (await connection.runAndReadAll(names)).getRows().map(([name]) => name as string | null);
    const types = [duckdb.BIGINT, key.signed ? duckdb.BIGINT : duckdb.UBIGINT];
    const query = `SELECT count(look(${ROW}, ${key.sql})) FROM ${rowsSql(file)}`;
    await consume(duckdb, connection, { name: "look", types }, query, (chunk) => {
      watch.step("count", rows, 0);
      requireNext(firstRow(chunk), rows);
      const ids = chunk.getColumnVector(1);
      if (hasNull(ids)) throw new BadCell("an id is NULL");
      runs.add(wordsOf(itemsOf(ids)));
      rows += chunk.rowCount;
    });
  });
  if (rows === 0 || rows > MOST_ROWS) throw new BadCell(`${rows} rows`);
  if (options.length > MOST_OFFERS || options.some((name) => name === null || name === ""))
    throw new BadCell("an offer has no name, or there are too many");
  return { users: runs.count, rows, options: options as string[], most: runs.most, grouped: runs.areUnique() };
}

/** A Parquet file of the four columns at `path`: users adjacent, in the order of their first rows. */
export async function sortByDuckDB(
  duckdb: DuckDB,
  file: LongFile,
  path: string,
  folder: string,
  watch: Watch,
): Promise<void> {
  const { id, offer, value, cost } = file.layout;
  const columns = [id, offer, value, cost].map((c, k) => `${columnSql(file, c)} AS ${NAMES[k]}`);
  const first = `SELECT ${columnSql(file, id)} AS id, min(${ROW}) AS first FROM ${rowsSql(file)} GROUP BY 1`;
  const rows = `SELECT ${columns.join(", ")}, ${ROW} FROM ${rowsSql(file)}`;
  const sorted = `SELECT ${NAMES.join(", ")} FROM (${rows}) JOIN (${first}) ON user_id = id ORDER BY first, ${ROW}`;
  watch.step("sort", 0, 0);
  await withDatabase(
    duckdb,
    { groupBytes: file.groupBytes, base: SORTING_BYTES, folder },
    watch.signal,
    async (connection) => {
      await connection.run(`COPY (${sorted}) TO ${sqlText(path)} (FORMAT parquet, USE_TMP_FILE false)`);
    },
  );
  watch.step("sort", 1, 1);
}

/** @throws {BadCell} for a cell that is wrong, DuckDB's error for a file that is. */
export async function fillLongByDuckDB(duckdb: DuckDB, file: LongFile, offers: Offers, watch: Watch): Promise<void> {
  const key = keySql(file);
  const { value, cost } = file.layout;
  const types = [duckdb.BIGINT, key.signed ? duckdb.BIGINT : duckdb.UBIGINT, duckdb.USMALLINT];
  const cells = [ROW, key.sql, codeSql(file), numberSql(file, value), numberSql(file, cost)];
  const query = `SELECT count(fill(${cells.join(", ")})) FROM ${rowsSql(file)}`;
  let users = 0;
  await withDatabase(duckdb, { groupBytes: file.groupBytes, threads: 1 }, watch.signal, async (connection) => {
    await nameOffers(connection, offers.names);
    const filler = new Filler(offers, key.mix);
    await consume(
      duckdb,
      connection,
      { name: "fill", types: [...types, duckdb.DOUBLE, duckdb.DOUBLE] },
      query,
      (chunk) => {
        watch.step("read", filler.users, offers.users);
        requireNext(firstRow(chunk), filler.rows);
        const [, ids, codes, values, costs] = [0, 1, 2, 3, 4].map((c) => chunk.getColumnVector(c));
        if (ids === undefined || codes === undefined || values === undefined || costs === undefined) return;
        if (hasNull(ids) || hasNull(codes)) throw new BadCell("an id or an offer is NULL");
        markNulls(values, filler.noValue);
        markNulls(costs, filler.noCost);
        filler.take(wordsOf(itemsOf(ids)), itemsOf(codes), itemsOf(values), itemsOf(costs));
      },
    );
    filler.finish();
    users = filler.users;
  });
  if (users !== offers.users) throw new BadCell("users are missing");
}

class Filler {
  rows = 0;
  readonly noValue = new Uint8Array(VECTOR);
  readonly noCost = new Uint8Array(VECTOR);
  readonly #values = new Float64Array(VECTOR);
  readonly #costs = new Float64Array(VECTOR);
  readonly #offers: Offers;
  readonly #mix: boolean;
  readonly #runs = new UserRuns();
  readonly #tile: UserTile;

  constructor(offers: Offers, mix: boolean) {
    this.#offers = offers;
    this.#mix = mix;
    this.#tile = new UserTile(offers);
  }

  get users(): number {
    return this.#runs.user + 1;
  }

  take(words: Uint32Array, codes: Uint16Array, values: Float64Array, costs: Float64Array): void {
    const rows = codes.length;
    this.#values.set(values);
    this.#costs.set(costs);
    if (closePairs(this.#values, this.noValue, this.#costs, this.noCost, rows)) throw new BadCell("a number");
    for (let i = 0; i < rows; i++) {
      if (this.#runs.begins(words, i)) {
        if (this.#runs.user >= this.#offers.users) throw new BadCell("there are more users than were counted");
        this.#tile.begin(this.#runs.user, words, i, this.#mix);
      }
      if (!this.#tile.add(codes[i] as number, this.#values[i] as number, this.#costs[i] as number))
        throw new BadCell("a user has an offer twice");
    }
    this.rows += rows;
  }

  finish(): void {
    this.#tile.finish();
  }
}

/** Decisions as one row of every user: of the offer that it gets, or its first, emptied. */
export async function longCopy(
  duckdb: DuckDB,
  file: LongFile,
  options: readonly string[],
  rows: number,
  choices: Choices,
  shape: DecisionShape,
  watch: Watch,
): Promise<Copy> {
  const numbers = await markRows(duckdb, file, options, rows, choices, watch);
  const { id, offer, value, cost } = file.layout;
  const number = (c: number, type: DecisionShape["value"]) =>
    `CASE part WHEN ${CHOSEN} THEN ${cellSql(file, c, type)} ELSE 0::${sqlType(type)} END`;
  const columns = [
    columnSql(file, id),
    `CASE part WHEN ${CHOSEN} THEN ${columnSql(file, offer)}::VARCHAR END`,
    number(value, shape.value),
    number(cost, shape.cost),
  ].map((cell, k) => `${cell} AS ${NAMES[k]}`);
  const query = `SELECT ${columns.join(", ")} FROM (SELECT ${usedSql(file)}, ${numbers.sql} AS part FROM ${rowsSql(file)}) WHERE part > 0`;
  return { query, numbers, users: choices.length };
}

/** What becomes of a row: nothing, the user's decision for no offer, its decision for this one. */
const [EMPTIED, CHOSEN] = [1, 2];

async function markRows(
  duckdb: DuckDB,
  file: LongFile,
  options: readonly string[],
  count: number,
  choices: Choices,
  watch: Watch,
): Promise<RowNumbers> {
  const numbers = new RowNumbers(count, CHOSEN);
  const key = keySql(file);
  const types = [duckdb.BIGINT, key.signed ? duckdb.BIGINT : duckdb.UBIGINT, duckdb.USMALLINT];
  const query = `SELECT count(mark(${[ROW, key.sql, codeSql(file)].join(", ")})) FROM ${rowsSql(file)}`;
  await withDatabase(duckdb, { groupBytes: file.groupBytes, threads: 1 }, watch.signal, async (connection) => {
    await nameOffers(connection, options);
    const runs = new UserRuns();
    let rows = 0;
    let marked = 0;
    await consume(duckdb, connection, { name: "mark", types }, query, (chunk) => {
      watch.step("write", 0, choices.length);
      requireNext(firstRow(chunk), rows);
      const words = wordsOf(itemsOf(chunk.getColumnVector(1)));
      const codes = itemsOf<Uint16Array>(chunk.getColumnVector(2));
      for (let i = 0; i < codes.length; i++) {
        const begins = runs.begins(words, i);
        const choice = choices[runs.user] as number;
        const part = choice === 0 ? (begins ? EMPTIED : 0) : choice === (codes[i] as number) + 1 ? CHOSEN : 0;
        if (part === 0) continue;
        numbers.set(rows + i, part);
        marked++;
      }
      rows += codes.length;
    });
    if (rows !== count || runs.user + 1 !== choices.length || marked !== choices.length)
      throw new BadCell("rows are missing, or there are more");
  });
  return numbers;
}

/** Makes the type of the offers: each is its number from 0. */
async function nameOffers(connection: DuckDBConnection, names: readonly string[]): Promise<void> {
  await connection.run(`CREATE TYPE offers AS ENUM (${names.map(sqlText).join(", ")})`);
}

function codeSql(file: LongFile): string {
  return `enum_code(${columnSql(file, file.layout.offer)}::VARCHAR::offers)::USMALLINT`;
}

function requireNext(from: number, rows: number): void {
  if (from !== rows) throw new Error("DuckDB's rows do not come in the file's order");
}

function wordsOf(keys: BigInt64Array | BigUint64Array): Uint32Array {
  return new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
}
