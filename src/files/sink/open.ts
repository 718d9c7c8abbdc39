/** The sink of a format. */
import { type AsideFile, FileWriter } from "../output.js";
import type { Format } from "../types.js";
import { ArrowSink } from "./arrow.js";
import { CsvSink } from "./csv.js";
import { ParquetSink } from "./parquet.js";
import type { DecisionShape, Sink } from "./sink.js";

const SINKS = { csv: CsvSink, parquet: ParquetSink, arrow: ArrowSink };

/** Writes decisions into the file aside by `write`, and closes it whatever comes. */
export async function withSink<T>(
  aside: AsideFile,
  format: Format,
  shape: DecisionShape,
  write: (sink: Sink) => Promise<T>,
): Promise<T> {
  const sink = new SINKS[format](shape, new FileWriter(aside));
  try {
    const result = await write(sink);
    await sink.finish();
    return result;
  } finally {
    sink.close();
  }
}
