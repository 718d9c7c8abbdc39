/** DuckDB's vectors as typed arrays in place, and rows handed to a function of ours vector by vector. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBType, DuckDBVector } from "@duckdb/node-api";
import type { DuckDB } from "./database.js";

/** Rows of a vector at most. */
export const VECTOR = 2048;

/** A cell that a table cannot take; the JavaScript reader says which. */
export class BadCell extends Error {}

/**
 * Runs a query in which `name(…)` hands its rows to `take`, up to 2,048 at a time. They are not fetched: DuckDB's threads
 * call, with vectors in place, which leaves no chunk behind for the garbage collector.
 * @returns the query's one row.
 * @throws what `take` throws, or DuckDB's error.
 */
export async function consume(
  duckdb: DuckDB,
  connection: DuckDBConnection,
  parameters: { name: string; types: DuckDBType[]; more?: DuckDBType },
  query: string,
  take: (chunk: DuckDBDataChunk) => void,
): Promise<unknown[]> {
  let problem: unknown;
  connection.registerScalarFunction(
    duckdb.DuckDBScalarFunction.create({
      name: parameters.name,
      mainFunction: (info, chunk) => {
        try {
          if (problem === undefined) take(chunk);
        } catch (error) {
          problem = error;
        }
        if (problem !== undefined) info.setError("stopped");
      },
      returnType: duckdb.BOOLEAN,
      parameterTypes: parameters.types,
      varArgsType: parameters.more,
      // NULLs come as NULLs, and not as rows that are left out.
      specialHandling: true,
      volatile: true,
    }),
  );
  try {
    return (await connection.runAndReadAll(query)).getRows()[0] as unknown[];
  } catch (error) {
    throw problem ?? error;
  }
}

/** Number of the first row of a chunk, in its column 0, whose rows are adjacent: they come from one vector of the file. */
export function firstRow(chunk: DuckDBDataChunk): number {
  const numbers = itemsOf<BigInt64Array>(chunk.getColumnVector(0));
  const first = Number(numbers[0]);
  if (Number(numbers[numbers.length - 1]) - first !== chunk.rowCount - 1)
    throw new Error("DuckDB's rows are not adjacent");
  return first;
}

/** The data of a vector: every type asked for here is a plain array of numbers. */
export function itemsOf<T>(vector: DuckDBVector): T {
  return (vector as unknown as { items: T }).items;
}

/** Validity is a bit a row, and no array at all where nothing is NULL (whose data must not be read: it stands as 0). */
function validityOf(vector: DuckDBVector): BigUint64Array | null {
  return (vector as unknown as { validity: { data: BigUint64Array | null } }).validity.data;
}

export function hasNull(vector: DuckDBVector): boolean {
  const validity = validityOf(vector);
  if (validity === null) return false;
  const bits = new Uint32Array(validity.buffer, validity.byteOffset, 2 * validity.length);
  for (let i = 0; i < vector.itemCount; i++) if ((((bits[i >> 5] as number) >>> (i & 31)) & 1) === 0) return true;
  return false;
}

/** Marks the NULLs; false when there can be none. */
export function markNulls(vector: DuckDBVector, missing: Uint8Array): boolean {
  const validity = validityOf(vector);
  missing.fill(0);
  if (validity === null) return false;
  const bits = new Uint32Array(validity.buffer, validity.byteOffset, 2 * validity.length);
  for (let i = 0; i < vector.itemCount; i++) missing[i] = (((bits[i >> 5] as number) >>> (i & 31)) & 1) ^ 1;
  return true;
}
