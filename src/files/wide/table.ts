/** A wide file as a table: one row a user. */
import type { Offers } from "../../allocation/offers.js";
import type { Engine } from "../../create.js";
import type { DuckDB } from "../duckdb/database.js";
import { BadCell, decideByDuckDB, fillByDuckDB, type WideFile } from "../duckdb/wide.js";
import { InputFileError, reasonOf } from "../errors.js";
import type { WideLayout } from "../layout.js";
import type { Table } from "../open.js";
import type { AsideFile } from "../output.js";
import { type Choices, type Decided, decisionShape } from "../sink/decided.js";
import { withSink } from "../sink/open.js";
import { CsvSource } from "../source/csv.js";
import { ParquetSource } from "../source/parquet.js";
import type { Format, OpenOptions, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { decideWide, fillWide } from "./batches.js";
import { requireUnique } from "./duplicates.js";

export class WideTable implements Table {
  readonly users: number;
  readonly #source: Source;
  readonly #layout: WideLayout;
  readonly #duckdb: DuckDB | undefined;
  readonly #options: OpenOptions;
  readonly #watch: Watch;

  private constructor(
    source: Source,
    layout: WideLayout,
    users: number,
    duckdb: DuckDB | undefined,
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
    duckdb: DuckDB | undefined,
    options: OpenOptions,
    watch: Watch,
  ): Promise<WideTable> {
    const users = await countUsers(source, watch);
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
    const offers = engine.offers({ users: this.users, options: this.#layout.options });
    try {
      if (this.#duckdb) await this.#fillByDuckDB(this.#duckdb, offers);
      else await fillWide(this.#source, this.#layout, offers, this.#watch);
      if (!this.#options.assumeUnique) await requireUnique(this.#source, this.#layout.id, offers, this.#watch);
      return offers;
    } catch (error) {
      offers.release();
      throw error;
    }
  }

  async decide(aside: AsideFile, format: Format, choices: Choices): Promise<Decided> {
    const shape = decisionShape(this.#source.columns, this.#layout, format === "csv");
    if (this.#duckdb && format !== "arrow") {
      try {
        return await decideByDuckDB(
          this.#duckdb,
          this.#file(),
          choices,
          shape,
          { path: aside.path, format },
          this.#watch,
        );
      } catch (error) {
        this.#watch.signal?.throwIfAborted();
        // The input was read whole before: what fails now is the output (or a change of the input, which the caller looks for).
        throw aside.failure(error);
      }
    }
    return withSink(aside, format, shape, (sink) =>
      decideWide(this.#source, this.#layout, choices, shape, sink, this.#watch),
    );
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async #fillByDuckDB(duckdb: DuckDB, offers: Offers): Promise<void> {
    try {
      await fillByDuckDB(duckdb, this.#file(), offers, this.#watch);
    } catch (error) {
      this.#watch.signal?.throwIfAborted();
      // DuckDB knows that something is wrong, not in which row: the JavaScript reader, which reads the same, names it.
      await fillWide(this.#source, this.#layout, offers, this.#watch);
      if (error instanceof BadCell) throw error;
      const problem = `DuckDB cannot read it (${reasonOf(error)}), JavaScript can: use the reader "javascript"`;
      throw new InputFileError(this.#source.path, problem, {}, { cause: error });
    }
  }

  #file(): WideFile {
    const { path, columns } = this.#source;
    const groupBytes = this.#source instanceof ParquetSource ? this.#source.groupBytes : 0;
    return { path, columns, layout: this.#layout, groupBytes };
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
