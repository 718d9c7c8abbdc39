/** DuckDB, where it is installed: loaded when first asked for, one database in memory a job. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { reasonOf } from "../errors.js";

export type DuckDB = typeof import("@duckdb/node-api");

/** Two threads decode as fast as one JavaScript thread takes the rows; more only hold more memory. */
const THREADS = 2;
/** What DuckDB needs beside the row groups it holds, one a thread. */
const BASE_BYTES = 96 * 2 ** 20;

/** The module, or the reason why it cannot serve. */
export async function loadDuckDB(): Promise<DuckDB | Error> {
  try {
    const duckdb = await import("@duckdb/node-api");
    if (typeof duckdb.DuckDBScalarFunction?.create === "function") return duckdb;
    return new Error("the installed @duckdb/node-api is too old: install 1.5.6-r.1");
  } catch (error) {
    return new Error(`@duckdb/node-api cannot be loaded (${reasonOf(error).split("\n")[0]}): install 1.5.6-r.1`);
  }
}

/** Runs a job on a database of its own, so that its memory is given back before the next. */
export async function withDatabase<T>(
  duckdb: DuckDB,
  groupBytes: number,
  signal: AbortSignal | undefined,
  job: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const megabytes = Math.ceil((BASE_BYTES + 2 * THREADS * groupBytes) / 1e6);
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    threads: String(THREADS),
    memory_limit: `${megabytes}MB`,
    temp_directory: join(tmpdir(), `shadowprice-${process.pid}-duckdb`),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const stop = () => connection.interrupt();
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    return await job(connection);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    connection.closeSync();
    instance.closeSync();
  }
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as SQL: exactly this file, though its name may hold what a pattern would read otherwise. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[[*?]/g, "[$&]"));
}
