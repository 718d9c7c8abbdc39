/** Opening an offer file: its format by its bytes, its layout by its columns, its reader by what is installed. */
import { extname } from "node:path";
import type { Offers } from "../allocation/offers.js";
import type { Engine } from "../create.js";
import { loadDuckDB } from "./duckdb/database.js";
import { DuckDBLongTable } from "./duckdb/long-table.js";
import { canName, type ScannedFile } from "./duckdb/scan.js";
import { InputFileError, OutputFileError } from "./errors.js";
import { type Identity, identify, requireSame, sniffFormat } from "./identity.js";
import { findLayout, type Layout } from "./layout.js";
import { LongTable } from "./long/table.js";
import { AsideFile } from "./output.js";
import type { Choices, Decided } from "./sink/decided.js";
import { CsvSource } from "./source/csv/csv.js";
import { openDisk } from "./source/disk.js";
import { ParquetSource } from "./source/parquet/parquet.js";
import type { Format, OpenOptions, Source } from "./types.js";
import { Watch } from "./watch.js";
import { type DuckDBFile, WideTable } from "./wide/table.js";

/** A file of offers, counted and ready to be read. Holds files open until `close()`. */
export interface OfferFile {
  readonly path: string;
  readonly format: Format;
  readonly layout: "wide" | "long";
  /** What reads and writes the rows. */
  readonly reader: "duckdb" | "javascript";
  /** Why JavaScript reads, where it is the file's doing. */
  readonly because?: string;
  /** Names of the offers: of a wide file in the order of its columns, of a long one as they first appear. */
  readonly options: string[];
  readonly users: number;
  /** Columns of the file that are no part of the offers. */
  readonly ignored: string[];
  /**
   * Reads the file into a table of `engine`. Users stand in the order of their (first) rows.
   * @throws {InputFileError} for what is wrong in the file, with the row and column.
   */
  read(engine: Engine): Promise<Offers>;
  /**
   * Reads the file again and writes `user_id, offer, value, cost` of every user: the offer NULL (empty in a CSV) and 0, 0
   * for none; ids, values and costs as they stand in the file. The table is not read: its engine may be given up before, by
   * whom its memory matters, and undefined stand for it. The format is told by the extension of `output` (.csv,
   * .parquet, .arrow), else it is that of the input. The file appears under its name when it is whole.
   * @returns totals of the caller's own numbers.
   * @throws {InputFileError} when the file has changed, {OutputFileError} when the output cannot be written.
   */
  writeDecisions(output: string, offers: Offers | undefined, choices: Choices): Promise<Decided>;
  close(): Promise<void>;
}

/** How a layout is read and written. */
export interface Table {
  readonly reader: "duckdb" | "javascript";
  readonly options: string[];
  readonly users: number;
  readonly ignored: string[];
  read(engine: Engine): Promise<Offers>;
  decide(output: AsideFile, format: Format, choices: Choices): Promise<Decided>;
  close(): Promise<void>;
}

/**
 * Opens a CSV, Parquet or Arrow file of offers.
 * @throws {InputFileError} when it is not one.
 * @example
 * const file = await openOffers("offers.parquet");
 * const offers = await file.read(createEngine());
 * const { choices } = allocate(offers, { budget: 100_000 });
 * await file.writeDecisions("decisions.parquet", offers, choices);
 * await file.close();
 */
export async function openOffers(path: string, options: OpenOptions = {}): Promise<OfferFile> {
  const { reader = "auto" } = options;
  if (!["auto", "duckdb", "javascript"].includes(reader)) {
    throw new RangeError(`reader must be "auto", "duckdb" or "javascript", got "${reader}"`);
  }
  const identity = await identify(path);
  const format = await sniffFormat(path, identity);
  const source = await openSource(path, format);
  try {
    const { table, layout, because } = await openTable(source, options);
    await requireSame(path, identity);
    return new OpenFile({ format: source.format, layout: layout.kind, because }, table, path, identity);
  } catch (error) {
    await source.close();
    throw error;
  }
}

export async function openSource(path: string, format: Format | "arrow stream"): Promise<Source> {
  if (format === "csv") return CsvSource.open(path, await openDisk(path));
  if (format === "parquet") return ParquetSource.open(path, await openDisk(path));
  // Loaded when it is needed: apache-arrow alone takes 60 ms.
  const { ArrowSource } = await import("./source/arrow/arrow.js");
  return ArrowSource.open(path);
}

async function openTable(
  source: Source,
  options: OpenOptions,
): Promise<{ table: Table; layout: Layout; because?: string }> {
  const layout = findLayout(source.path, source.columns, options.resources);
  const watch = new Watch(options);
  const chosen = await chooseReader(source, layout, options.reader, watch);
  const because = typeof chosen === "string" ? chosen : undefined;
  const duckdb = typeof chosen === "string" ? undefined : chosen;
  if (layout.kind === "wide")
    return { table: await WideTable.open(source, layout, duckdb, options, watch), layout, because };
  const table = duckdb
    ? await DuckDBLongTable.open(duckdb.module, source, { ...duckdb.scanned, layout }, options, watch)
    : await LongTable.open(source, layout, options, watch);
  return { table, layout, because };
}

/**
 * What DuckDB is told of the file, or why JavaScript reads it. DuckDB reads Parquet, five times as fast as JavaScript does. It
 * reads CSV where it is asked to: our own scanner takes as long, holds less, and knows the line of every cell. Arrow needs an
 * extension that DuckDB would have to download.
 * @throws where DuckDB is asked for and is not there or does not know the format.
 */
async function chooseReader(
  source: Source,
  layout: Layout,
  reader: OpenOptions["reader"],
  watch: Watch,
): Promise<DuckDBFile | string | undefined> {
  const isAsked = reader === "duckdb";
  if (source.format === "arrow") {
    if (!isAsked) return "Arrow";
    throw new RangeError(
      `reader "duckdb" needs an extension from the network to read Arrow, which ${source.path} is: use "auto"`,
    );
  }
  if (reader === "javascript" || (source instanceof CsvSource && !isAsked)) return undefined;
  if (source instanceof ParquetSource && !canName(source.columns)) return "names that differ in case alone";
  const module = await loadDuckDB();
  if (module instanceof Error) {
    if (isAsked) throw new InputFileError(source.path, `the reader "duckdb" was asked for, and ${module.message}`);
    return undefined;
  }
  const { path, columns } = source;
  if (source instanceof CsvSource) return scanCsv(source, { path, columns, layout, groupBytes: 0 }, module, watch);
  return { module, scanned: { path, columns, layout, groupBytes: (source as ParquetSource).groupBytes } };
}

/** A CSV that every reader reads alike goes to DuckDB; any other, and the bad ones, whose lines are named, to JavaScript. */
async function scanCsv(
  source: CsvSource,
  file: ScannedFile,
  module: DuckDBFile["module"],
  watch: Watch,
): Promise<DuckDBFile | string> {
  const regularity = await source.regularity();
  const rows = await source.count((done) => watch.step("count", done, source.bytes), regularity);
  if (regularity.why !== undefined) return `a CSV with ${regularity.why}`;
  const csv = { delimiter: source.delimiter, crlf: regularity.crlf };
  return { module, rows, scanned: { ...file, csv, oddNumbers: regularity.oddNumbers } };
}

class OpenFile implements OfferFile {
  readonly path: string;
  readonly format: Format;
  readonly layout: "wide" | "long";
  readonly because?: string;
  readonly #table: Table;
  readonly #identity: Identity;

  constructor(
    { format, layout, because }: Pick<OfferFile, "format" | "layout" | "because">,
    table: Table,
    path: string,
    identity: Identity,
  ) {
    this.path = path;
    this.format = format;
    this.layout = layout;
    this.because = because;
    this.#table = table;
    this.#identity = identity;
  }

  get reader(): "duckdb" | "javascript" {
    return this.#table.reader;
  }

  get options(): string[] {
    return this.#table.options;
  }

  get users(): number {
    return this.#table.users;
  }

  get ignored(): string[] {
    return this.#table.ignored;
  }

  async read(engine: Engine): Promise<Offers> {
    await requireSame(this.path, this.#identity);
    let offers: Offers;
    try {
      offers = await this.#table.read(engine);
    } catch (error) {
      // What is wrong in a file that is being written is not worth telling.
      await requireSame(this.path, this.#identity);
      throw error;
    }
    try {
      await requireSame(this.path, this.#identity);
      return offers;
    } catch (error) {
      offers.release();
      throw error;
    }
  }

  async writeDecisions(output: string, _offers: Offers | undefined, choices: Choices): Promise<Decided> {
    if (choices.length !== this.users)
      throw new RangeError(`there are ${choices.length} choices for ${this.users} users`);
    await requireSame(this.path, this.#identity);
    const format = outputFormat(output, this.format);
    const aside = new AsideFile(output);
    try {
      const decided = await this.#decide(aside, format, choices);
      aside.commit();
      return decided;
    } catch (error) {
      aside.discard();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#table.close();
  }

  async #decide(aside: AsideFile, format: Format, choices: Choices): Promise<Decided> {
    try {
      const decided = await this.#table.decide(aside, format, choices);
      await requireSame(this.path, this.#identity);
      return decided;
    } catch (error) {
      if (!(error instanceof OutputFileError || error instanceof InputFileError))
        await requireSame(this.path, this.#identity);
      throw error;
    }
  }
}

const EXTENSIONS: Record<string, Format> = {
  ".csv": "csv",
  ".parquet": "parquet",
  ".pq": "parquet",
  ".arrow": "arrow",
  ".feather": "arrow",
  ".ipc": "arrow",
};

export function outputFormat(output: string, input: Format): Format {
  if (/\.(gz|zst|zip|bz2|xz)$/i.test(output)) {
    throw new OutputFileError(output, "compressed files are not written: name it .csv, .parquet or .arrow");
  }
  return EXTENSIONS[extname(output).toLowerCase()] ?? input;
}
