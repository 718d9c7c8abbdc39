/** The file of an experiment, whole: what was given, what came out, and all else as features, numbers or texts as their cells are. */
import { InputFileError } from "./errors.js";
import { identify, requireSame, sniffFormat } from "./identity.js";
import { columnsOf, placeOf, type ReadColumnsOptions } from "./named.js";
import { openSource } from "./open.js";
import type { Batch, Cells, Format, Source } from "./types.js";
import { Watch } from "./watch.js";

export interface ExperimentWishes {
  /** Columns of numbers and of texts, every cell of which must be there. */
  numbers: readonly string[];
  texts: readonly string[];
  /** Features by name; without them all columns but those above and `not`. */
  features?: readonly string[];
  not?: readonly string[];
  /** The same, of which the file may have none. */
  notIfThere?: readonly string[];
}

/** Numbers (NaN: missing), in f32 where none is rounded by it; or texts (null: missing). */
export type FeatureColumn = Float32Array | Float64Array | (string | null)[];

export interface ExperimentTable {
  path: string;
  format: Format;
  rows: number;
  numbers: Map<string, Float64Array>;
  texts: Map<string, string[]>;
  features: Record<string, FeatureColumn>;
  /** Columns that nobody named and that are no features: as good as an id, or of a kind that holds neither number nor text. */
  left: { column: string; why: string }[];
}

/** A column of texts that nobody named is no feature with more different ones than this. */
const MOST_TEXTS = 1_000;

/** @throws {InputFileError} for a column that is not there, a cell that is missing or no number, naming row and column. */
export async function readExperimentFile(
  path: string,
  wishes: ExperimentWishes,
  options: ReadColumnsOptions = {},
): Promise<ExperimentTable> {
  const identity = await identify(path);
  const source = await openSource(path, await sniffFormat(path, identity));
  try {
    const { numbers, texts, rows } = await columnsOf(source, wishes, options);
    const { not = [], notIfThere = [] } = wishes;
    // A name that is spelt wrongly would leave what it means among the features.
    for (const name of not) placeOf(source, name);
    const taken = new Set([...wishes.numbers, ...wishes.texts, ...not, ...notIfThere]);
    const names = wishes.features ?? source.columns.map(({ name }) => name).filter((name) => !taken.has(name));
    const { features, left } = await readFeatures(source, names, rows, wishes.features === undefined, options);
    await requireSame(path, identity);
    return { path, format: source.format, rows, numbers, texts, features, left };
  } finally {
    await source.close();
  }
}

async function readFeatures(
  source: Source,
  names: readonly string[],
  rows: number,
  choosing: boolean,
  options: ReadColumnsOptions,
): Promise<Pick<ExperimentTable, "features" | "left">> {
  const columns = names.map((name) => new Feature(source, name));
  const left: ExperimentTable["left"] = [];
  const readable = columns.filter(({ name, kind }) => {
    if (kind === undefined) return true;
    if (!choosing) throw new InputFileError(source.path, `holds ${kind}, no numbers or texts`, { column: name });
    left.push({ column: name, why: `it holds ${kind}` });
    return false;
  });
  await pass(source, readable, rows, options);
  // What turned out to be text is read again, from its start.
  await pass(
    source,
    readable.filter((column) => column.again()),
    rows,
    options,
  );
  const features: Record<string, FeatureColumn> = {};
  for (const column of readable) {
    if (choosing && column.different > MOST_TEXTS) {
      left.push({ column: column.name, why: `it has more than ${MOST_TEXTS.toLocaleString("en-US")} different texts` });
    } else features[column.name] = column.whole(rows);
  }
  return { features, left };
}

async function pass(source: Source, columns: readonly Feature[], rows: number, options: ReadColumnsOptions) {
  if (columns.length === 0) return;
  const watch = new Watch(options);
  let done = 0;
  for await (const batch of source.batches(columns.map(({ number }) => number))) {
    watch.step("read", done, rows);
    columns.forEach((column, c) => {
      column.add(batch, batch.columns[c] as Cells);
    });
    done += batch.rows;
  }
  watch.step("read", done, rows);
}

/** A column that is numbers until a cell says otherwise. */
class Feature {
  readonly name: string;
  readonly number: number;
  /** What it holds, where that is neither numbers nor texts. */
  readonly kind: string | undefined;
  readonly #path: string;
  #state: "numbers" | "spoilt" | "texts";
  #numbers: (Float32Array | Float64Array)[] = [];
  #words: (string | null)[] = [];
  readonly #known = new Map<string, string>();

  constructor(source: Source, name: string) {
    this.name = name;
    this.#path = source.path;
    this.number = placeOf(source, name);
    const { type } = source.columns[this.number] as Source["columns"][number];
    this.#state = type.kind === "text" && !type.loose ? "texts" : "numbers";
    this.kind = type.kind === "other" ? type.name : type.kind === "uuid" ? "UUIDs" : undefined;
  }

  /** Different texts. */
  get different(): number {
    return this.#known.size;
  }

  /** Whether a first reading as numbers found texts; the next reading is of those. */
  again(): boolean {
    if (this.#state !== "spoilt") return false;
    this.#state = "texts";
    return true;
  }

  add(batch: Batch, cells: Cells): void {
    if (this.#state === "texts") this.#addTexts(batch, cells);
    else if (this.#state === "numbers" && !this.#addNumbers(batch, cells)) {
      this.#state = "spoilt";
      this.#numbers = [];
    }
  }

  #addTexts(batch: Batch, cells: Cells): void {
    for (let i = 0; i < batch.rows; i++) {
      if (cells.isNull(i)) {
        this.#words.push(null);
        continue;
      }
      const text = cells.text(i);
      const known = this.#known.get(text);
      if (known === undefined) this.#known.set(text, text);
      this.#words.push(known ?? text);
    }
  }

  #addNumbers(batch: Batch, cells: Cells): boolean {
    const into = new Float64Array(batch.rows);
    const missing = new Uint8Array(batch.rows);
    const bad = cells.numbers(into, missing);
    for (let i = 0; i < (bad < 0 ? batch.rows : bad); i++) if (missing[i]) into[i] = Number.NaN;
    for (let i = bad < 0 ? batch.rows : bad; i < batch.rows; i++) {
      into[i] = cells.isNull(i) ? Number.NaN : cells.number(i);
      if (Number.isNaN(into[i]) && !cells.isNull(i) && !/^\s*[+-]?nan\s*$/i.test(cells.text(i))) return false;
    }
    const infinite = into.findIndex((x) => x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY);
    if (infinite >= 0) {
      throw new InputFileError(this.#path, "the number is infinite: leave the cell empty where it is missing", {
        ...batch.place(infinite),
        column: this.name,
      });
    }
    const narrow = Float32Array.from(into);
    this.#numbers.push(into.every((x, i) => x === narrow[i] || Number.isNaN(x)) ? narrow : into);
    return true;
  }

  whole(rows: number): FeatureColumn {
    if (this.#state === "texts") return this.#words;
    const wide = this.#numbers.some((part) => part instanceof Float64Array);
    const whole = wide ? new Float64Array(rows) : new Float32Array(rows);
    let at = 0;
    for (const part of this.#numbers) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
