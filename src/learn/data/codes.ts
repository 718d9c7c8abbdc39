/** Texts of rows to score become what a model's tests by set ask for: their places in the lists of the training. */
import { kind } from "../../engine/check.js";

/**
 * Codes of texts, NaN for what is missing. A text that the training did not see gets a place behind its last: it is in no set.
 * @param names `categories[feature]` of the training.
 * @example model.score({ city: codesOf(["Kiel", null], trained.categories.city) })
 */
export function codesOf(texts: readonly (string | null)[], names: readonly string[]): Float32Array {
  const places = new Map(names.map((name, i) => [name, i]));
  return Float32Array.from(texts, (text, i) => {
    if (text === null || text === undefined) return NaN;
    if (typeof text !== "string") throw new TypeError(`texts[${i}] must be a text or null, got ${kind(text)}`);
    return places.get(text) ?? names.length;
  });
}
