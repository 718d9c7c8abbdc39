/** Any columns of a file by name, whole: what an evaluation reads. */
import { identify, requireSame, sniffFormat } from "./identity.js";
import { type ColumnWishes, columnsOf, type ReadColumnsOptions, type ReadTable } from "./named.js";
import { openSource } from "./open.js";

export type { ColumnWishes, ReadColumnsOptions, ReadTable } from "./named.js";

/** Names of a file's columns. @throws {InputFileError} when it is no table. */
export async function columnNames(path: string): Promise<string[]> {
  const source = await openSource(path, await sniffFormat(path, await identify(path)));
  try {
    return source.columns.map(({ name }) => name);
  } finally {
    await source.close();
  }
}

/**
 * Reads columns of a CSV, Parquet or Arrow file.
 * @throws {InputFileError} for a column that is not there, a cell that is missing or no number, naming row and column.
 */
export async function readColumns(
  path: string,
  wishes: ColumnWishes,
  options: ReadColumnsOptions = {},
): Promise<ReadTable> {
  const identity = await identify(path);
  const source = await openSource(path, await sniffFormat(path, identity));
  try {
    const table = await columnsOf(source, wishes, options);
    await requireSame(path, identity);
    return table;
  } finally {
    await source.close();
  }
}
