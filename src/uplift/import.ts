/** A model of any library, told by its first bytes. */
import { kind } from "../engine/check.js";
import type { Forest } from "./forest.js";
import type { Naming } from "./importers/builder.js";
import { importCatboost } from "./importers/catboost.js";
import { importLightgbmJson } from "./importers/lightgbm-json.js";
import { importLightgbmText } from "./importers/lightgbm-text.js";
import { importOnnx } from "./importers/onnx/onnx.js";
import { importPortable } from "./importers/portable.js";
import { Field, MOST_BYTES, parseJson } from "./importers/read.js";
import { parseUbjson } from "./importers/ubjson.js";
import { importXgboost } from "./importers/xgboost.js";
import { Model } from "./model/model.js";

/** How a model is imported. */
export interface ImportModelOptions extends Naming {}

/**
 * A model of XGBoost (save_model as JSON or UBJSON), LightGBM (text or dump_model's JSON), CatBoost (JSON, symmetric trees over float
 * features), ONNX (one tree ensemble), of the portable JSON (causalml, EconML, scikit-learn: examples/exporters) or of ours.
 *
 * Sums are the library's own to the bit; probabilities are their link's, within 2 ulp of the true value. With `raw` it gives the
 * sums themselves. Categories of a row are the codes that the library was trained on.
 * @param model the whole file: bytes, or its text.
 * @throws {TypeError} for a wrong kind, {RangeError} for a file that is cut, damaged, of no known format or asks for what is not
 *   supported, naming the place in the file and the way out.
 * @example
 * const model = importModel(await readFile("model.ubj"));
 * const { score } = model.score({ recency: Float32Array.of(3, 10), history: Float32Array.of(329, NaN) });
 */
export function importModel(model: Uint8Array | ArrayBuffer | string, options: ImportModelOptions = {}): Model {
  checkOptions(options);
  const bytes = model instanceof ArrayBuffer ? new Uint8Array(model) : model;
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array))
    throw new TypeError(`a model is a Uint8Array, an ArrayBuffer or text, got ${kind(model)}`);
  if (bytes.length > MOST_BYTES)
    throw new RangeError(`the file has ${bytes.length} bytes or letters: at most ${MOST_BYTES} are read`);
  if (typeof bytes !== "string" && startsWith(bytes, "SPFM")) {
    if (Object.values(options).some((option) => option !== undefined))
      throw new RangeError("a model of ours has its names and its link already: import it without options");
    return Model.read(bytes);
  }
  return Model.from(importForest(bytes, options));
}

/** The forest of a file, as an importer gives it. */
export function importForest(file: Uint8Array | string, naming: Naming = {}): Forest {
  if (typeof file === "string") return importText(file, naming);
  refuseOthers(file);
  const first = file.findIndex((byte) => !isSpace(byte));
  if (first < 0) throw new RangeError("the file is empty");
  if (file[first] === 0x7b && isUbjson(file, first)) {
    return importXgboost(new Field(parseUbjson(file.subarray(first))), naming);
  }
  if (
    startsWith(file, "\u00ef\u00bb\u00bf") ||
    file[first] === 0x7b ||
    file[first] === 0x5b ||
    startsWith(file, "tree")
  )
    return importText(textOf(file), naming);
  return importOnnx(file, naming);
}

function importText(text: string, naming: Naming): Forest {
  const begin = /\S/.exec(text.slice(0, 4096))?.[0];
  if (/^\s*tree\r?\n/.test(text.slice(0, 4096))) return importLightgbmText(text, naming);
  if (begin !== "{" && begin !== "[")
    throw new RangeError(`no known model begins like this: ${JSON.stringify(text.slice(0, 40))}`);
  const root = parseJson(text);
  if (Array.isArray(root.value)) {
    throw new RangeError(
      "this is a list, perhaps XGBoost's dump, which has no base_score: write the model with save_model",
    );
  }
  if (root.maybe("learner")) return importXgboost(root, naming);
  if (root.maybe("tree_info")) return importLightgbmJson(root, naming);
  if (root.maybe("oblivious_trees") || root.maybe("features_info")) return importCatboost(root, naming);
  if (root.maybe("format")?.value === "shadowprice-forest") return importPortable(root, naming);
  throw new RangeError(
    `the file is JSON of no known model: it has ${root.names().slice(0, 8).join(", ").slice(0, 200) || "no fields"}`,
  );
}

/** UBJSON's { is followed by a name's length, a type or a count; JSON's by white space, a quotation mark or }. */
function isUbjson(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1];
  return next !== undefined && !isSpace(next) && next !== 0x22 && next !== 0x7d;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 9 && byte <= 13);
}

/** @param text of letters below U+0100, one a byte */
function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

const OTHERS: readonly [string, string][] = [
  ["\u001f\u008b", "this is gzip: unpack it first (new DecompressionStream)"],
  ["PK", "this is a ZIP archive: unpack it first"],
  ["CBM1", 'this is CatBoost\'s own binary: write the model with save_model(…, format = "json")'],
  ["binf", "this is XGBoost's old binary: write the model with save_model as .json or .ubj"],
  ["\u0080", "this is a pickle, which only Python reads: see examples/exporters for one that writes JSON"],
];

function refuseOthers(bytes: Uint8Array): void {
  for (const [begin, why] of OTHERS) if (startsWith(bytes, begin)) throw new RangeError(why);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RangeError("the file begins like text and is not UTF-8: it was damaged");
  }
}

function checkOptions(options: ImportModelOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`options must be an object, got ${kind(options)}`);
  for (const name of Object.keys(options)) {
    if (!["outputs", "features", "raw"].includes(name))
      throw new RangeError(`"${name}" is no option of importModel: outputs, features, raw`);
  }
  for (const name of ["outputs", "features"] as const) {
    if (options[name] !== undefined && !Array.isArray(options[name]))
      throw new TypeError(`${name} must be an array of names, got ${kind(options[name])}`);
  }
  if (options.raw !== undefined && typeof options.raw !== "boolean")
    throw new TypeError(`raw must be true or false, got ${kind(options.raw)}`);
}
