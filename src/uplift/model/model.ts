/** A tree model: from an importer's forest or from our bytes, to scores. */
import { Engine } from "../../engine/engine.js";
import type { Forest, Link, ModelAbout } from "../forest.js";
import { readModel, type Stored, writeModel } from "./format.js";
import { PlacedModel, type ScoreOptions, type Scores } from "./placed.js";
import type { ScoreColumns, ScoreRow } from "./rows.js";

/**
 * A tree model of any library, as one byte string (ARCHITECTURE.md, "Uplift: the model"). Scores are bit for bit those of the
 * library's own arithmetic up to the link.
 * @example
 * const model = Model.read(bytes);
 * const { score } = model.score({ age: Float32Array.of(31, 64), visits: Float32Array.of(2, NaN) });
 */
export class Model {
  readonly #stored: Stored;
  #placed: PlacedModel | undefined;

  private constructor(stored: Stored) {
    this.#stored = stored;
  }

  /**
   * A model of a forest, which an importer gave or you wrote.
   * @throws {TypeError} for a wrong kind, {RangeError} naming tree and node: a cycle, a shared node, a child or a feature out of range.
   */
  static from(forest: Forest): Model {
    return new Model(readModel(writeModel(forest)));
  }

  /**
   * A model of the bytes that `bytes()` gave, checked wholly and read in place: they must not change afterwards.
   * @throws {RangeError} for bytes that are no model, were cut or damaged, or of a later version, naming the place.
   */
  static read(bytes: Uint8Array | ArrayBuffer): Model {
    return new Model(readModel(bytes));
  }

  /** Names of the columns that it asks for. */
  get features(): readonly string[] {
    return this.#stored.features;
  }

  /** Names of its outputs. */
  get outputs(): readonly string[] {
    return this.#stored.outputs;
  }

  get trees(): number {
    return this.#stored.tests.length;
  }

  /** Leaves of all trees. */
  get leaves(): number {
    return this.#stored.feature.length + this.#stored.tests.length;
  }

  /** Bytes of the model, as `bytes()` gives them. */
  get size(): number {
    return this.#stored.bytes.length;
  }

  get link(): Link {
    return this.#stored.link;
  }

  /** Precision in which it compares: columns of the other one are rounded (f64 to f32) or widened. */
  get compares(): "f32" | "f64" {
    return this.#stored.compares;
  }

  /** Texts of its categories, and how it was trained, where whoever made it said so. */
  get about(): ModelAbout {
    return this.#stored.about;
  }

  /** The model as one byte string: a copy that is yours. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#stored.bytes.slice();
  }

  /**
   * Puts the model into an engine's memory, beside what else is there, until `release()` or the end of `using`.
   * @throws {CeilingError} where it does not fit under the engine's ceiling.
   * @example using placed = model.place(engine); placed.row.set([31, 2]); const value = placed.scoreRow();
   */
  place(engine: Engine): PlacedModel {
    return new PlacedModel(engine, this.#stored);
  }

  /**
   * Scores one row (numbers in the order of `features`; NaN is missing): a number for each output.
   * @throws {RangeError} where the row is of another length.
   */
  score(row: ScoreRow, options?: ScoreOptions<Float64Array>): Float64Array;
  /**
   * Scores columns by feature name, in tiles: the memory that it takes does not grow with the rows.
   * @throws {RangeError} naming a column that is missing or of another length, {TypeError} for one that is no float array.
   */
  score(columns: ScoreColumns, options?: ScoreOptions): Scores;
  score(rows: ScoreColumns | ScoreRow, options?: ScoreOptions<Scores | Float64Array>): Scores | Float64Array {
    // An engine of its own: its memory goes with the model.
    this.#placed ??= new PlacedModel(new Engine(), this.#stored);
    return this.#placed.score(rows as ScoreColumns, options as ScoreOptions);
  }
}
