/** DuckDB, where it is installed: loaded when first asked for, one database in memory a job. */
import { tmpdir } from "node:os";
import type { DuckDBConnection } from "@duckdb/node-api";
import { reasonOf } from "../errors.js";
import { removeTemporary, temporaryName } from "../output.js";

export type DuckDB = typeof import("@duckdb/node-api");

/** Two threads decode as fast as one JavaScript thread takes the rows; more only hold more memory. */
const THREADS = 2;
/** From row groups of this size on, one: each thread holds a group. */
export const LARGE_GROUP = 32 * 2 ** 20;
/** What DuckDB needs beside the row groups (times this factor) that it holds. It spills or fails past its limit. */
const BASE_BYTES = 32 * 2 ** 20;
const GROUPS = 1.5;
/** Files with few large columns need more: the job is done again with as many times the limit. */
const RETRIES = [1, 4, 32];

/** What a job takes. */
export interface Needs {
  /** Bytes of the largest row group that is read. */
  groupBytes: number;
  /** Bytes beside the row groups. */
  base?: number;
  threads?: number;
  /** Where DuckDB puts what does not fit; the system's folder for temporary files where none is named. */
  folder?: string;
}

/** The module, or the reason why it cannot serve. */
export async function loadDuckDB(): Promise<DuckDB | Error> {
  try {
    const duckdb = await import("@duckdb/node-api");
    if (typeof duckdb.DuckDBScalarFunction?.create === "function") return duckdb;
    return new Error("the installed @duckdb/node-api is too old: install 1.5.6-r.1");
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    const why = isMissing ? "is not installed" : `cannot be loaded (${reasonOf(error).split("\n")[0]})`;
    return new Error(`@duckdb/node-api ${why}: install 1.5.6-r.1, or leave the reader out`);
  }
}

/**
 * Runs a job on a database of its own, so that its memory is given back before the next. The limit is kept low, since the
 * table of offers is in memory too; a job that does not fit is run again, so it must be able to start over.
 */
export async function withDatabase<T>(
  duckdb: DuckDB,
  { groupBytes, base = BASE_BYTES, threads: most = THREADS, folder }: Needs,
  signal: AbortSignal | undefined,
  job: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const threads = groupBytes < LARGE_GROUP ? most : 1;
  for (let attempt = 0; ; attempt++) {
    const times = RETRIES[attempt] as number;
    const megabytes = Math.ceil((times * (base + GROUPS * threads * groupBytes)) / 1e6);
    try {
      return await once(duckdb, { threads, megabytes, folder }, signal, job);
    } catch (error) {
      signal?.throwIfAborted();
      if (!/Out of Memory/i.test(reasonOf(error)) || attempt === RETRIES.length - 1) throw error;
    }
  }
}

async function once<T>(
  duckdb: DuckDB,
  { threads, megabytes, folder = tmpdir() }: { threads: number; megabytes: number; folder?: string },
  signal: AbortSignal | undefined,
  job: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const temporary = temporaryName(folder);
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${megabytes}MB`,
    temp_directory: temporary,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const stop = () => connection.interrupt();
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    return await job(connection);
  } finally {
    signal?.removeEventListener("abort", stop);
    connection.closeSync();
    instance.closeSync();
    removeTemporary(temporary);
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
