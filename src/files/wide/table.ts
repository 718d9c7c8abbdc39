/** A wide file as a table: one row a user. */
import type { Offers } from "../../allocation/offers.js";
import type { Engine } from "../../create.js";
import { decideByDuckDB, wideCopy } from "../duckdb/copy.js";
import type { DuckDB } from "../duckdb/database.js";
import type { ScannedFile } from "../duckdb/scan.js";
import { BadCell } from "../duckdb/vectors.js";
import { fillByDuckDB, type WideFile } from "../duckdb/wide.js";
import { InputFileError, reasonOf } from "../errors.js";
import type { WideLayout } from "../layout.js";
import type { Table } from "../open.js";
import type { AsideFile } from "../output.js";
import { type Choices, type Decided, decisionShape } from "../sink/decided.js";
import { withSink } from "../sink/open.js";
import { CsvSource } from "../source/csv/csv.js";
import type { Format, OpenOptions, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { decideWide, fillWide } from "./batches.js";
import { requireUnique } from "./duplicates.js";
import { fillResources } from "./resources.js";

/** What DuckDB is told of a file that it serves. */
export interface DuckDBFile {
  module: DuckDB;
  scanned: ScannedFile;
  /** Rows, where they have been counted. */
  rows?: number;
}

export class WideTable implements Table {
  readonly users: number;
  readonly #source: Source;
  readonly #layout: WideLayout;
  #duckdb: DuckDBFile | undefined;
  readonly #options: OpenOptions;
  readonly #watch: Watch;

  private constructor(
    source: Source,
    layout: WideLayout,
    users: number,
    duckdb: DuckDBFile | undefined,
    options: OpenOptions,
    watch: Watch,
  ) {
    this.#source = source;
    this.#layout = layout;
    this.users = users;
    this.#duckdb = duckdb;
    this.#options = options;
    this.#watch = watch;
  }

  static async open(
    source: Source,
    layout: WideLayout,
    duckdb: DuckDBFile | undefined,
    options: OpenOptions,
    watch: Watch,
  ): Promise<WideTable> {
    const users = duckdb?.rows ?? (await countUsers(source, watch));
    if (users === 0)
      throw new InputFileError(source.path, "the file has columns and no rows: there are no users to decide for");
    return new WideTable(source, layout, users, duckdb, options, watch);
  }

  get reader(): "duckdb" | "javascript" {
    return this.#duckdb ? "duckdb" : "javascript";
  }

  get options(): string[] {
    return this.#layout.options;
  }

  get ignored(): string[] {
    return this.#layout.ignored;
  }

  async read(engine: Engine): Promise<Offers> {
    const { options } = this.#layout;
    const resources = this.#layout.resources.map(({ name }) => name);
    const offers = engine.offers({ users: this.users, options, resources });
    try {
      if (this.#duckdb) await this.#fillByDuckDB(this.#duckdb, offers);
      else await fillWide(this.#source, this.#layout, offers, this.#watch);
      await fillResources(this.#source, this.#layout, offers, this.#watch);
      if (!this.#options.assumeUnique) await requireUnique(this.#source, this.#layout.id, offers, this.#watch);
      return offers;
    } catch (error) {
      offers.release();
      throw error;
    }
  }

  async decide(aside: AsideFile, format: Format, choices: Choices): Promise<Decided> {
    const { format: from, columns } = this.#source;
    const shape = decisionShape(columns, this.#layout, format === "csv");
    // From CSV to CSV cells leave as they stand, which only JavaScript can do; Arrow is none of DuckDB's.
    if (!this.#duckdb || format === "arrow" || (from === "csv" && format === "csv")) {
      return withSink(aside, format, shape, (sink) =>
        decideWide(this.#source, this.#layout, choices, shape, sink, this.#watch),
      );
    }
    const file = this.#file(this.#duckdb);
    const output = { path: aside.path, format };
    try {
      const copy = wideCopy(file, choices, shape);
      return await decideByDuckDB(this.#duckdb.module, file, copy, shape, output, this.#watch);
    } catch (error) {
      this.#watch.signal?.throwIfAborted();
      // The input was read whole before: what fails now is the output (or a change of the input, which the caller looks for).
      throw aside.failure(error);
    }
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async #fillByDuckDB(duckdb: DuckDBFile, offers: Offers): Promise<void> {
    try {
      await fillByDuckDB(duckdb.module, this.#file(duckdb), offers, this.#watch);
    } catch (error) {
      this.#watch.signal?.throwIfAborted();
      // DuckDB knows that something is wrong, not in which row: the JavaScript reader, which reads the same, names it.
      await fillWide(this.#source, this.#layout, offers, this.#watch);
      if (this.#source.format === "csv") {
        // A number that only JavaScript takes (spaces of other scripts around it): it stays the reader.
        this.#duckdb = undefined;
        return;
      }
      if (error instanceof BadCell) throw error;
      const problem = `DuckDB cannot read it (${reasonOf(error)}), JavaScript can: use the reader "javascript"`;
      throw new InputFileError(this.#source.path, problem, {}, { cause: error });
    }
  }

  #file({ scanned }: DuckDBFile): WideFile {
    return { ...scanned, layout: this.#layout };
  }
}

async function countUsers(source: Source, watch: Watch): Promise<number> {
  if (source.rows !== undefined) return source.rows;
  if (source instanceof CsvSource) return source.count((done) => watch.step("count", done, source.bytes));
  let rows = 0;
  for await (const batch of source.batches([])) {
    watch.step("count", rows, 0);
    rows += batch.rows;
  }
  return rows;
}
