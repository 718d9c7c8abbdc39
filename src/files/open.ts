/** Opening an offer file: its format by its bytes, its layout by its columns, its reader by what is installed. */
import { extname } from "node:path";
import type { Offers } from "../allocation/offers.js";
import type { Engine } from "../create.js";
import { type DuckDB, loadDuckDB } from "./duckdb/database.js";
import { canName } from "./duckdb/wide.js";
import { InputFileError, OutputFileError } from "./errors.js";
import { type Identity, identify, requireSame, sniffFormat } from "./identity.js";
import { findLayout, type LongLayout, type WideLayout } from "./layout.js";
import { LongTable } from "./long/table.js";
import { AsideFile } from "./output.js";
import type { Choices, Decided } from "./sink/decided.js";
import { ArrowSource } from "./source/arrow.js";
import { CsvSource } from "./source/csv.js";
import { ParquetSource } from "./source/parquet.js";
import type { Format, OpenOptions, Source } from "./types.js";
import { Watch } from "./watch.js";
import { WideTable } from "./wide/table.js";

/** A file of offers, counted and ready to be read. Holds files open until `close()`. */
export interface OfferFile {
  readonly path: string;
  readonly format: Format;
  readonly layout: "wide" | "long";
  /** What reads and writes the rows. */
  readonly reader: "duckdb" | "javascript";
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
   * for none; ids, values and costs as they stand in the file. The format is told by the extension of `output` (.csv,
   * .parquet, .arrow), else it is that of the input. The file appears under its name when it is whole.
   * @returns totals of the caller's own numbers.
   * @throws {InputFileError} when the file has changed, {OutputFileError} when the output cannot be written.
   */
  writeDecisions(output: string, offers: Offers, choices: Choices): Promise<Decided>;
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
    const table = await openTable(source, options);
    await requireSame(path, identity);
    return new OpenFile(source.format, table, path, identity);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function openSource(path: string, format: Format | "arrow stream"): Promise<Source> {
  if (format === "csv") return CsvSource.open(path);
  return format === "parquet" ? ParquetSource.open(path) : ArrowSource.open(path);
}

async function openTable(source: Source, options: OpenOptions): Promise<Table> {
  const layout = findLayout(source.path, source.columns);
  const watch = new Watch(options);
  const duckdb = await chooseReader(source, layout, options.reader);
  if (layout.kind === "long") return LongTable.open(source, layout, options, watch);
  return WideTable.open(source, layout, duckdb, options, watch);
}

/**
 * DuckDB reads wide Parquet, five times as fast as JavaScript does. CSV is read by our own scanner, which keeps up with DuckDB's
 * and knows the line of every cell; Arrow needs an extension that DuckDB would have to download.
 */
async function chooseReader(
  source: Source,
  layout: WideLayout | LongLayout,
  reader: OpenOptions["reader"] = "auto",
): Promise<DuckDB | undefined> {
  if (reader === "javascript") return undefined;
  const fits = source.format === "parquet" && layout.kind === "wide" && canName(source.columns);
  if (!fits) {
    if (reader === "auto") return undefined;
    throw new RangeError(
      `reader "duckdb" reads wide Parquet files; ${source.path} is ${layout.kind} ${source.format}: use "auto"`,
    );
  }
  const duckdb = await loadDuckDB();
  if (!(duckdb instanceof Error)) return duckdb;
  if (reader === "auto") return undefined;
  throw duckdb;
}

class OpenFile implements OfferFile {
  readonly path: string;
  readonly format: Format;
  readonly layout: "wide" | "long";
  readonly #table: Table;
  readonly #identity: Identity;

  constructor(format: Format, table: Table, path: string, identity: Identity) {
    this.path = path;
    this.format = format;
    this.layout = table instanceof LongTable ? "long" : "wide";
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

  async writeDecisions(output: string, _offers: Offers, choices: Choices): Promise<Decided> {
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

function outputFormat(output: string, input: Format): Format {
  if (/\.(gz|zst|zip|bz2|xz)$/i.test(output)) {
    throw new OutputFileError(output, "compressed files are not written: name it .csv, .parquet or .arrow");
  }
  return EXTENSIONS[extname(output).toLowerCase()] ?? input;
}
