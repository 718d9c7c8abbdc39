/** Arrow IPC, file or stream, through apache-arrow: one record batch at a time. */
import { type FileHandle, open } from "node:fs/promises";
import {
  type AsyncRecordBatchFileReader,
  type AsyncRecordBatchStreamReader,
  DataType,
  type RecordBatch,
  RecordBatchReader,
  type Vector,
} from "apache-arrow";
import { InputFileError, reasonOf } from "../../errors.js";
import type { Batch, Column, ColumnType, Source } from "../../types.js";
import { ArrowCells } from "./cells.js";

type Reader = AsyncRecordBatchFileReader | AsyncRecordBatchStreamReader;

export class ArrowSource implements Source {
  readonly path: string;
  readonly format = "arrow";
  readonly columns: readonly Column[];

  private constructor(path: string, columns: readonly Column[]) {
    this.path = path;
    this.columns = columns;
  }

  static async open(path: string): Promise<ArrowSource> {
    const { file, reader } = await openReader(path);
    try {
      return new ArrowSource(
        path,
        reader.schema.fields.map((field) => ({ name: field.name, type: arrowType(field) })),
      );
    } finally {
      await file.close();
    }
  }

  async *batches(wanted: readonly number[]): AsyncGenerator<Batch> {
    const { file, reader } = await openReader(this.path);
    let done = 0;
    try {
      for (;;) {
        const batch = await this.#next(reader);
        if (batch === undefined) return;
        if (batch.numRows === 0) continue;
        const start = done;
        yield {
          rows: batch.numRows,
          columns: wanted.map((c) => new ArrowCells((this.columns[c] as Column).type, batch.getChildAt(c) as Vector)),
          place: (i) => ({ row: start + i + 1 }),
        };
        done += batch.numRows;
      }
    } finally {
      await file.close();
    }
  }

  async close(): Promise<void> {}

  async #next(reader: Reader): Promise<RecordBatch | undefined> {
    try {
      const { done, value } = await reader.next();
      return done ? undefined : (value as RecordBatch);
    } catch (error) {
      throw broken(this.path, error);
    }
  }
}

/** A reader of its own a pass: apache-arrow's cannot start over. */
async function openReader(path: string): Promise<{ file: FileHandle; reader: Reader }> {
  const file = await open(path);
  try {
    const reader = (await RecordBatchReader.from(file)) as unknown as Reader;
    await reader.open({ autoDestroy: false });
    if (reader.schema === undefined) throw new TypeError("it holds no schema");
    return { file, reader };
  } catch (error) {
    await file.close();
    throw broken(path, error);
  }
}

function broken(path: string, error: unknown): InputFileError {
  const problem = `the Arrow file is damaged or of a kind that cannot be read (${reasonOf(error)}): write it again, uncompressed`;
  return new InputFileError(path, problem, {}, { cause: error });
}

function arrowType({ type, metadata }: { type: DataType; metadata: Map<string, string> }): ColumnType {
  if (DataType.isDictionary(type)) return arrowType({ type: type.dictionary, metadata });
  if (DataType.isInt(type)) return { kind: "integer", bits: type.bitWidth, signed: type.isSigned };
  if (DataType.isFloat(type) && type.precision > 0) return { kind: type.precision === 1 ? "float" : "double" };
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return { kind: "text" };
  if (DataType.isDecimal(type)) return { kind: "decimal", precision: type.precision, scale: type.scale };
  if (
    DataType.isFixedSizeBinary(type) &&
    type.byteWidth === 16 &&
    metadata.get("ARROW:extension:name") === "arrow.uuid"
  ) {
    return { kind: "uuid" };
  }
  return { kind: "other", name: String(type) };
}
