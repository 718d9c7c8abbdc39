/** Columns of an open table by name, whole, by the readers of any runtime. */
import { InputFileError, type Place, quoted } from "./errors.js";
import type { Batch, Cells, FileProgress, Format, Source } from "./types.js";
import { Watch } from "./watch.js";

export interface ReadColumnsOptions {
  signal?: AbortSignal;
  onProgress?: (progress: FileProgress) => void;
}

/** Columns by name: numbers that must be there, numbers that may be missing (NaN), and text. */
export interface ColumnWishes {
  numbers?: readonly string[];
  gappy?: readonly string[];
  texts?: readonly string[];
  /** Of `gappy`: columns of texts whose numbers are their places; a text that has none gets the place behind the last. */
  places?: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface ReadTable {
  path: string;
  format: Format;
  rows: number;
  /** All columns of the file. */
  names: string[];
  numbers: Map<string, Float64Array>;
  texts: Map<string, string[]>;
}

/**
 * Reads columns of a table that is open.
 * @throws {InputFileError} for a column that is not there, a cell that is missing or no number, naming row and column.
 */
export async function columnsOf(
  source: Source,
  { numbers = [], gappy = [], texts = [], places = new Map() }: ColumnWishes,
  options: ReadColumnsOptions = {},
): Promise<ReadTable> {
  const wanted = [...new Set([...numbers, ...gappy, ...texts])];
  const reader = new Reader(source.path, source, wanted, new Set(numbers), new Set(texts), places);
  const watch = new Watch(options);
  for await (const batch of source.batches(reader.columns)) {
    watch.step("read", reader.rows, source.rows ?? reader.rows + batch.rows);
    reader.add(batch);
  }
  if (reader.rows === 0) throw new InputFileError(source.path, "the file has no rows");
  return reader.table();
}

/** @throws {InputFileError} for a column that is not there. */
export function placeOf({ path, columns }: Source, name: string): number {
  const at = columns.findIndex((column) => column.name === name);
  if (at >= 0) return at;
  const names = columns.slice(0, 20).map((column) => column.name);
  const shown = names.join(", ") + (columns.length > 20 ? ", …" : "");
  throw new InputFileError(path, `there is no column "${name}"; its columns are ${shown}`);
}

class Reader {
  rows = 0;
  readonly columns: number[];
  readonly #path: string;
  readonly #source: Source;
  readonly #wanted: string[];
  readonly #numbers: ReadonlySet<string>;
  readonly #texts: ReadonlySet<string>;
  readonly #places: NonNullable<ColumnWishes["places"]>;
  readonly #parts = new Map<string, Float64Array[]>();
  readonly #words = new Map<string, string[]>();

  constructor(
    path: string,
    source: Source,
    wanted: string[],
    numbers: ReadonlySet<string>,
    texts: ReadonlySet<string>,
    places: NonNullable<ColumnWishes["places"]>,
  ) {
    this.#path = path;
    this.#places = places;
    this.#source = source;
    this.#wanted = wanted;
    this.#numbers = numbers;
    this.#texts = texts;
    this.columns = wanted.map((name) => placeOf(source, name));
  }

  add(batch: Batch): void {
    this.#wanted.forEach((name, c) => {
      const cells = batch.columns[c] as Cells;
      // A column may be asked for as text and as a number.
      if (this.#texts.has(name)) push(this.#words, name, this.#text(batch, cells, name));
      if (!this.#texts.has(name) || this.#numbers.has(name)) {
        const part = this.#number(batch, cells, name);
        const parts = this.#parts.get(name);
        if (parts) parts.push(part);
        else this.#parts.set(name, [part]);
      }
    });
    this.rows += batch.rows;
  }

  table(): ReadTable {
    const numbers = new Map<string, Float64Array>();
    for (const [name, parts] of this.#parts) {
      const whole = new Float64Array(this.rows);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      numbers.set(name, whole);
    }
    const names = this.#source.columns.map(({ name }) => name);
    return { path: this.#path, format: this.#source.format, rows: this.rows, names, numbers, texts: this.#words };
  }

  #number(batch: Batch, cells: Cells, column: string): Float64Array {
    const into = new Float64Array(batch.rows);
    const places = this.#places.get(column);
    if (places) return into.map((_, i) => (cells.isNull(i) ? Number.NaN : (places.get(cells.text(i)) ?? places.size)));
    const missing = new Uint8Array(batch.rows);
    const bad = cells.numbers(into, missing);
    if (bad >= 0) this.#refuse(`${quoted(cells.text(bad))} is not a number`, { ...batch.place(bad), column });
    for (let i = 0; i < batch.rows; i++) {
      if (missing[i]) into[i] = Number.NaN;
      if (Number.isFinite(into[i]) || !this.#numbers.has(column)) continue;
      const problem = missing[i] ? "the cell is missing" : `the number is ${into[i]}`;
      this.#refuse(`${problem}: leave such rows out of the file`, { ...batch.place(i), column });
    }
    return into;
  }

  #text(batch: Batch, cells: Cells, column: string): string[] {
    return Array.from({ length: batch.rows }, (_, i) => {
      if (cells.isNull(i))
        this.#refuse("the cell is missing: leave such rows out of the file", { ...batch.place(i), column });
      return cells.text(i);
    });
  }

  #refuse(problem: string, place: Place): never {
    throw new InputFileError(this.#path, problem, place);
  }
}

function push(into: Map<string, string[]>, name: string, words: readonly string[]): void {
  const all = into.get(name);
  if (!all) into.set(name, [...words]);
  else for (const word of words) all.push(word);
}
