/** A long file as a table, read and sorted by DuckDB. Where it cannot, JavaScript begins anew, and names what is wrong. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Offers } from "../../allocation/offers.js";
import type { Engine } from "../../create.js";
import { InputFileError, reasonOf } from "../errors.js";
import type { LongLayout } from "../layout.js";
import { makeFolder } from "../long/regroup.js";
import { type Survey, slotsOf } from "../long/survey.js";
import { LongTable } from "../long/table.js";
import type { Table } from "../open.js";
import { type AsideFile, removeTemporary } from "../output.js";
import { type Choices, type Decided, decisionShape } from "../sink/decided.js";
import type { Column, Format, OpenOptions, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { decideByDuckDB } from "./copy.js";
import type { DuckDB } from "./database.js";
import { fillLongByDuckDB, type LongFile, longCopy, sortByDuckDB, surveyByDuckDB } from "./long.js";

export class DuckDBLongTable implements Table {
  readonly options: string[];
  readonly users: number;
  readonly ignored: string[];
  readonly #duckdb: DuckDB;
  readonly #source: Source;
  /** The file as it came. */
  readonly #original: LongFile;
  /** The same rows with the users adjacent. */
  readonly #grouped: LongFile;
  /** Folder of the sorted rows, where there is one. */
  readonly #folder: string | undefined;
  readonly #survey: Survey;
  readonly #openOptions: OpenOptions;
  readonly #watch: Watch;
  /** The same table by JavaScript, once it is needed. */
  #other: LongTable | undefined;
  /** DuckDB has failed on it. */
  #failed = false;

  private constructor(
    duckdb: DuckDB,
    source: Source,
    files: { original: LongFile; grouped: LongFile; folder: string | undefined },
    survey: Survey,
    options: OpenOptions,
    watch: Watch,
  ) {
    this.#duckdb = duckdb;
    this.#source = source;
    this.#original = files.original;
    this.#grouped = files.grouped;
    this.#folder = files.folder;
    this.#survey = survey;
    this.#openOptions = options;
    this.#watch = watch;
    this.options = survey.options;
    this.users = survey.users;
    this.ignored = files.original.layout.ignored;
  }

  static async open(
    duckdb: DuckDB,
    source: Source,
    file: LongFile,
    options: OpenOptions,
    watch: Watch,
  ): Promise<Table> {
    let folder: string | undefined;
    try {
      const found = await surveyByDuckDB(duckdb, file, watch);
      if (found.grouped) {
        return new DuckDBLongTable(
          duckdb,
          source,
          { original: file, grouped: file, folder: undefined },
          found,
          options,
          watch,
        );
      }
      folder = makeFolder(options.temporaryFolder ?? tmpdir());
      const grouped = sortedFile(file, join(folder, "sorted.parquet"));
      await sortByDuckDB(duckdb, file, grouped.path, folder, watch);
      const again = await surveyByDuckDB(duckdb, grouped, watch);
      const survey = { ...again, options: found.options };
      return new DuckDBLongTable(duckdb, source, { original: file, grouped, folder }, survey, options, watch);
    } catch {
      if (folder) removeTemporary(folder);
      watch.signal?.throwIfAborted();
      return LongTable.open(source, file.layout, options, watch);
    }
  }

  get reader(): "duckdb" | "javascript" {
    return this.#failed ? "javascript" : "duckdb";
  }

  async read(engine: Engine): Promise<Offers> {
    const { options, users } = this;
    const offers = engine.offers({ users, options, slots: slotsOf(this.#survey) });
    try {
      await fillLongByDuckDB(this.#duckdb, this.#grouped, offers, this.#watch);
      return offers;
    } catch (error) {
      offers.release();
      this.#watch.signal?.throwIfAborted();
      const other = await this.#javascript();
      const again = await other.read(engine);
      this.#failed = true;
      if (other.users === users && other.options.join() === options.join()) return again;
      again.release();
      const problem = `DuckDB reads other users in it than JavaScript (${reasonOf(error)}): use the reader "javascript"`;
      throw new InputFileError(this.#source.path, problem, {}, { cause: error });
    }
  }

  async decide(aside: AsideFile, format: Format, choices: Choices): Promise<Decided> {
    // Cells leave for a CSV as they stand, which only JavaScript can do; Arrow is none of DuckDB's.
    if (this.#failed || format !== "parquet") return (await this.#javascript()).decide(aside, format, choices);
    const { id, value, cost } = this.#grouped.layout;
    const { columns } = this.#grouped;
    const shape = decisionShape(columns, { id, values: [value], costs: [cost], options: this.options }, false);
    const { options, rows } = this.#survey;
    const copy = await longCopy(this.#duckdb, this.#grouped, options, rows, choices, shape, this.#watch);
    try {
      return await decideByDuckDB(this.#duckdb, this.#grouped, copy, shape, { path: aside.path, format }, this.#watch);
    } catch (error) {
      this.#watch.signal?.throwIfAborted();
      // The input was read whole before: what fails now is the output (or a change of the input, which the caller looks for).
      throw aside.failure(error);
    }
  }

  async close(): Promise<void> {
    if (this.#folder) removeTemporary(this.#folder);
    await (this.#other ?? this.#source).close();
  }

  async #javascript(): Promise<LongTable> {
    this.#other ??= await LongTable.open(this.#source, this.#original.layout, this.#openOptions, this.#watch);
    return this.#other;
  }
}

/** The four columns of a file, sorted. Cells of a CSV are the text that they were. */
function sortedFile(file: LongFile, path: string): LongFile {
  const { id, offer, value, cost } = file.layout;
  const columns = [id, offer, value, cost].map((c, k) => ({
    name: ["user_id", "offer", "value", "cost"][k] as string,
    type: (file.columns[c] as Column).type,
  }));
  const layout: LongLayout = { kind: "long", id: 0, offer: 1, value: 2, cost: 3, ignored: [] };
  return { path, columns, layout, groupBytes: 0, oddNumbers: file.oddNumbers };
}
