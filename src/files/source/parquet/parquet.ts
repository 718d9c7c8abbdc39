/** Parquet through hyparquet: one row group of the wanted columns at a time. */
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, type RowGroup } from "hyparquet";
import { InputFileError, reasonOf } from "../../errors.js";
import type { Batch, Column, Source } from "../../types.js";
import { asyncBufferOf, type Bytes } from "../bytes.js";
import { ParquetCells } from "./cells.js";
import { compressors } from "./compressors.js";
import { columnPages } from "./pages.js";
import { parquetColumns, storedTypes } from "./schema.js";

export class ParquetSource implements Source {
  readonly path: string;
  readonly format = "parquet";
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Bytes of the largest row group as stored. */
  readonly groupBytes: number;
  readonly #file: Bytes;
  readonly #bytes: AsyncBuffer;
  readonly #metadata: FileMetaData;

  private constructor(path: string, file: Bytes, { bytes, metadata }: { bytes: AsyncBuffer; metadata: FileMetaData }) {
    this.path = path;
    this.#file = file;
    this.#bytes = bytes;
    this.#metadata = storedTypes(metadata);
    this.columns = parquetColumns(metadata);
    this.rows = Number(metadata.num_rows);
    this.groupBytes = metadata.row_groups.reduce((most, group) => Math.max(most, storedBytes(group)), 0);
  }

  /** @param path in messages. */
  static async open(path: string, file: Bytes): Promise<ParquetSource> {
    try {
      const bytes = asyncBufferOf(file);
      const metadata = await parquetMetadataAsync(bytes);
      return new ParquetSource(path, file, { bytes, metadata });
    } catch (error) {
      await file.close();
      throw broken(path, error);
    }
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    let done = 0;
    for (const group of this.#metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (rows === 0) continue;
      const columns: ParquetCells[] = [];
      for (const c of wanted) columns.push(await this.#readColumn(this.columns[c] as Column, group, rows));
      const start = done;
      yield { rows, columns, place: (i) => ({ row: start + i + 1 }) };
      done += rows;
    }
    if (done !== this.rows) throw broken(this.path, `its footer says ${this.rows} rows, its row groups ${done}`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readColumn({ name, type }: Column, group: RowGroup, rows: number): Promise<ParquetCells> {
    try {
      const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
      if (chunk === undefined) throw new TypeError(`a row group has no column "${name}"`);
      const pages = columnPages(this.#metadata, chunk, compressors);
      const pieces = pages.decode(await this.#bytes.slice(pages.start, pages.end));
      const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (count !== rows) throw new RangeError(`column "${name}" has ${count} of ${rows} rows in a row group`);
      return new ParquetCells(type, rows, pieces);
    } catch (error) {
      throw broken(this.path, error);
    }
  }
}

function storedBytes({ columns }: RowGroup): number {
  return columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0);
}

function broken(path: string, error: unknown): InputFileError {
  const problem = `the Parquet file is damaged or of a kind that cannot be read (${reasonOf(error)}): write or copy it again`;
  return new InputFileError(path, problem, {}, { cause: error });
}
