/**
 * Offer files for the tests, written by others than what is tested: Parquet by DuckDB, Arrow by apache-arrow, CSV by hand;
 * and decisions read back by DuckDB and apache-arrow.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { afterAll } from "vitest";

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "offers-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Row = Record<string, unknown>;

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();

/** Runs SQL; rows with every cell as text (NULL stays null). */
export async function sql(text: string): Promise<Record<string, string | null>[]> {
  const reader = await connection.runAndReadAll(text);
  return reader
    .getRowObjectsJson()
    .map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)])),
    );
}

/** A file of this query, by DuckDB. */
export async function parquet(path: string, query: string, options = ""): Promise<string> {
  await connection.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet${options})`);
  return path;
}

export function text(path: string, content: string | Uint8Array): string {
  writeFileSync(path, content);
  return path;
}

export interface Decision {
  user_id: string | null;
  offer: string | null;
  value: number;
  cost: number;
}

/** Decisions of any format, ids as text. */
export async function decisions(path: string): Promise<Decision[]> {
  if (path.endsWith(".arrow")) {
    return tableFromIPC(readFileSync(path))
      .toArray()
      .map((row) => ({
        user_id: String(row.user_id),
        offer: row.offer,
        value: Number(row.value),
        cost: Number(row.cost),
      }));
  }
  const source = path.endsWith(".csv")
    ? `read_csv('${path}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, columns = {'user_id': 'VARCHAR', 'offer': 'VARCHAR', 'value': 'DOUBLE', 'cost': 'DOUBLE'})`
    : `'${path}'`;
  const rows = await sql(
    `SELECT user_id::VARCHAR AS user_id, offer, value::DOUBLE AS value, cost::DOUBLE AS cost FROM ${source}`,
  );
  return rows.map((row) => ({
    user_id: row.user_id ?? null,
    offer: row.offer ?? null,
    value: Number(row.value),
    cost: Number(row.cost),
  }));
}

/** A small generator of numbers in [0, 1), so that every run makes the same files. Source: mulberry32 (T. Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
