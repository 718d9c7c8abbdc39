/**
 * Files of features in, offer files out: `user_id` and a column by feature name; `user_id`, `value_NAME` and `cost_NAME`. The file
 * is read once, a batch at a time, and nothing of it is kept: memory does not grow with its rows.
 */
import { nullId } from "../cells.js";
import { InputFileError, OutputFileError, quoted } from "../errors.js";
import { type Identity, identify, requireSame, sniffFormat } from "../identity.js";
import { columnNumbers, ID, requireId, requireNumber } from "../layout.js";
import { openSource, outputFormat } from "../open.js";
import { AsideFile, FileWriter } from "../output.js";
import { CsvSource } from "../source/csv/csv.js";
import type { Batch, Cells, Column, Format, OpenOptions, Source } from "../types.js";
import { Watch } from "../watch.js";
import { CsvScores } from "./csv.js";
import { ParquetScores } from "./parquet.js";
import type { ScoreSinkOf } from "./sink.js";

/** Columns of a batch, in the order they were asked for, to columns of the output: NaN is NULL both ways. */
export type ScoreBatch = (columns: readonly Float64Array[], rows: number, from: number) => readonly Float64Array[];

/** Of features of texts, by name: the place of each text in the model's list. */
export type Texts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Arrow's when it is needed: apache-arrow alone takes 60 ms to load. */
const SINKS: Record<Format, () => Promise<ScoreSinkOf>> = {
  csv: async () => CsvScores,
  parquet: async () => ParquetScores,
  arrow: async () => (await import("./arrow.js")).ArrowScores,
};

export type FeatureOptions = Pick<OpenOptions, "signal" | "onProgress">;

/** A file of features, opened. Holds it open until `close()`. */
export class FeatureFile {
  readonly path: string;
  readonly format: Format;
  /** Rows, found by a reading of line ends where the file does not say. */
  readonly rows: number;
  readonly #source: Source;
  readonly #watch: Watch;
  readonly #identity: Identity;
  readonly #numbers: Map<string, number>;

  private constructor(source: Source, rows: number, watch: Watch, identity: Identity) {
    this.path = source.path;
    this.format = source.format;
    this.rows = rows;
    this.#source = source;
    this.#watch = watch;
    this.#identity = identity;
    this.#numbers = columnNumbers(source.path, source.columns);
    const id = this.#find(ID, "every row needs its user");
    requireId(source.path, id);
  }

  /** @throws {InputFileError} for what is no CSV, Parquet or Arrow file, and where there is no `user_id`. */
  static async open(path: string, options: FeatureOptions = {}): Promise<FeatureFile> {
    const identity = await identify(path);
    const source = await openSource(path, await sniffFormat(path, identity));
    try {
      const watch = new Watch(options);
      const count = async () => {
        if (source instanceof CsvSource) return source.count((done) => watch.step("count", done, source.bytes));
        return source.rows ?? (await countRows(source));
      };
      return new FeatureFile(source, await count(), watch, identity);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get columns(): readonly Column[] {
    return this.#source.columns;
  }

  /**
   * Reads the columns of these names, has each batch scored and writes `user_id` and what comes back under `names`. The
   * output appears under its name when it is whole; its format is told by its extension, else it is the input's. Columns in `texts`
   * come as the places of their cells.
   * @throws {InputFileError} naming a column that is missing, or row and column of a cell that is no number.
   * @throws {OutputFileError} when the output cannot be written.
   */
  async score(
    wanted: readonly string[],
    output: string,
    names: readonly string[],
    score: ScoreBatch,
    texts: Texts = new Map(),
  ): Promise<void> {
    const columns = wanted.map((name) => this.#find(name, "the model asks for it"));
    for (const column of columns) if (!texts.has(column.name)) requireNumber(this.path, column);
    const Sink = await SINKS[outputFormat(output, this.format)]();
    const aside = new AsideFile(output);
    try {
      const id = this.#find(ID, "").type;
      const sink = new Sink({ id: id.kind === "text" ? { kind: "text" } : id, columns: names }, new FileWriter(aside));
      try {
        await this.#pass(wanted, texts, (batch, numbers, from) => {
          sink.add(batch.rows, batch.columns[0] as Cells, score(numbers, batch.rows, from));
        });
        await sink.finish();
      } finally {
        sink.close();
      }
      await requireSame(this.path, this.#identity);
      aside.commit();
    } catch (error) {
      aside.discard();
      // What is wrong in a file that is being written is not worth telling.
      if (!(error instanceof OutputFileError) && !this.#watch.signal?.aborted)
        await requireSame(this.path, this.#identity);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async #pass(
    wanted: readonly string[],
    texts: Texts,
    take: (batch: Batch, numbers: Float64Array[], from: number) => void,
  ): Promise<void> {
    const numbers = [ID, ...wanted].map((name) => this.#numbers.get(name) as number);
    let from = 0;
    let tile: Float64Array[] = [];
    let missing = new Uint8Array(0);
    for await (const batch of this.#source.batches(numbers)) {
      this.#watch.step("read", from, this.rows);
      if (missing.length < batch.rows) {
        missing = new Uint8Array(batch.rows);
        tile = wanted.map(() => new Float64Array(batch.rows));
      }
      const ids = batch.columns[0] as Cells;
      for (let i = 0; i < batch.rows; i++) if (ids.isNull(i)) throw nullId(this.path, batch.place(i));
      for (const [c, name] of wanted.entries()) {
        const [cells, into, places] = [batch.columns[c + 1] as Cells, tile[c] as Float64Array, texts.get(name)];
        if (places) readTexts(batch, cells, places, into);
        else readFeature(this.path, batch, cells, name, into, missing);
      }
      take(batch, tile, from);
      from += batch.rows;
    }
    this.#watch.step("read", from, this.rows);
  }

  #find(name: string, why: string): Column {
    const number = this.#numbers.get(name);
    if (number !== undefined) return this.columns[number] as Column;
    const near = this.columns.find((column) => column.name.trim().toLowerCase() === name.toLowerCase());
    const shown = this.columns.slice(0, 12).map((column) => `"${column.name}"`);
    if (this.columns.length > shown.length) shown.push("…");
    const hint = near ? `"${near.name}" must be written "${name}"` : `there are ${shown.join(", ")}`;
    throw new InputFileError(this.path, `is missing, and ${why}; ${hint}`, { column: name });
  }
}

async function countRows(source: Source): Promise<number> {
  let rows = 0;
  for await (const batch of source.batches([])) rows += batch.rows;
  return rows;
}

/** Places of texts; NULL is missing, which is NaN, and what the model does not know has the place behind the last. */
function readTexts(batch: Batch, cells: Cells, places: ReadonlyMap<string, number>, into: Float64Array): void {
  for (let i = 0; i < batch.rows; i++) {
    into[i] = cells.isNull(i) ? Number.NaN : (places.get(cells.text(i)) ?? places.size);
  }
}

/** Cells of a feature as f64: NULL and NaN are missing, which is NaN; infinities are numbers. */
function readFeature(
  path: string,
  batch: Batch,
  cells: Cells,
  column: string,
  into: Float64Array,
  missing: Uint8Array,
): void {
  const bad = cells.numbers(into, missing);
  const end = bad < 0 ? batch.rows : bad;
  for (let i = 0; i < end; i++) if (missing[i]) into[i] = Number.NaN;
  // From the first that is no plain number on, one by one.
  for (let i = end; i < batch.rows; i++) {
    into[i] = cells.isNull(i) ? Number.NaN : cells.number(i);
    if (!Number.isNaN(into[i]) || cells.isNull(i)) continue;
    const text = cells.text(i).trim().toLowerCase();
    const infinite = /^([+-]?)inf(inity)?$/.exec(text);
    if (infinite) into[i] = infinite[1] === "-" ? -Infinity : Infinity;
    else if (!/^[+-]?nan$/.test(text)) {
      const place = { ...batch.place(i), column };
      throw new InputFileError(
        path,
        `${quoted(cells.text(i))} is not a number: write a plain number, or leave the cell empty where it is missing`,
        place,
      );
    }
  }
}
