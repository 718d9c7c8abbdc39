/**
 * The part of shadowprice that scores rows by a model, with its kernels alone: a tenth of the whole. It has its own copy of the engine.
 * @module
 */
import { Engine } from "./engine/engine.js";
import { readModel } from "./uplift/model/format.js";
import { PlacedModel } from "./uplift/model/placed.js";

export { PlacedModel, type ScoreOptions, type Scores } from "./uplift/model/placed.js";
export type { ScoreColumns, ScoreRow } from "./uplift/model/rows.js";

/**
 * A model of ours, ready to score, in a memory of its own.
 * @param bytes what `model.bytes()` of the whole package gave, or `GET /v1/models/:name`; they must not change afterwards.
 * @throws {RangeError} for bytes that are no model, were cut or damaged, or of a later version, naming the place.
 * @example
 * const scorer = scorerOf(bytes);
 * scorer.row.set([31, NaN]);
 * const value = scorer.scoreRow();
 */
export function scorerOf(bytes: Uint8Array | ArrayBuffer): PlacedModel {
  return new PlacedModel(new Engine(), readModel(bytes));
}
