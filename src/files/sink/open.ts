/** The sink of a format. */
import { type AsideFile, FileWriter } from "../output.js";
import type { Format } from "../types.js";
import { CsvSink } from "./csv.js";
import { ParquetSink } from "./parquet.js";
import type { DecisionShape, Sink } from "./sink.js";

/** Arrow's when it is needed: apache-arrow alone takes 60 ms to load. */
const SINKS = {
  csv: async () => CsvSink,
  parquet: async () => ParquetSink,
  arrow: async () => (await import("./arrow.js")).ArrowSink,
};

/** Writes decisions into the file aside by `write`, and closes it whatever comes. */
export async function withSink<T>(
  aside: AsideFile,
  format: Format,
  shape: DecisionShape,
  write: (sink: Sink) => Promise<T>,
): Promise<T> {
  const Format = await SINKS[format]();
  const sink: Sink = new Format(shape, new FileWriter(aside));
  try {
    const result = await write(sink);
    await sink.finish();
    return result;
  } finally {
    sink.close();
  }
}
