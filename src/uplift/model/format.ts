/**
 * The model format: one byte string, little-endian, columns of tests and leaves; read in place through views.
 *
 *   0  u32 "SPFM"     16 u32 features   32 u32 values            48 f64 scale
 *   4  u32 version    20 u32 outputs    36 u32 sets              56 u32 kinds
 *   8  u32 bytes      24 u32 trees      40 u32 words of sets     60 u32 hash of all other bytes, in words
 *   12 u32 divisor    28 u32 tests      44 u32 bytes of names
 *
 *   kinds   bit 0 compares in f64 · bit 1 sums in f64 · bits 2–3 link · bit 4 values are f64 (else f32, exact)
 *           bits 5–6 and 7–8: bytes of a feature's number and of a count of leaves, as powers of two
 *
 *   names     UTF-8 JSON: [[feature, …], [output, …]], then what the model says of itself, if anything: {categories, training}
 *                                                               every column begins at a multiple of 8
 *   zero      u8 by feature: 1 where a zero is missing          thresholds  f32 or f64 as the model compares, by test
 *   start     f64 by output                                     flags       u8, by test
 *   bias      f64 by output                                     features    u8, u16 or u32, by test
 *   tests     u32 by tree                                       lefts       u8, u16 or u32, by test: leaves on its left
 *   outputs   i32 by tree (−1: all)                             values      f32 or f64, leaf by leaf
 *   sets      u32: where each begins, and the end; then words
 *
 * A tree of n tests has n + 1 leaves. Its tests stand in pre-order, its leaves from left to right, and of each test only the
 * number of leaves on its left is kept: the left child of test i, if it is a test, is i + 1, the right one i + lefts. So bytes cannot
 * say a cycle, a shared node or a child outside of its tree: every count from 1 to leaves − 1 is a tree.
 */
import { kind } from "../../engine/check.js";
import { areFlags, type Forest, type Link, type ModelAbout, SET } from "../forest.js";
import { checkForest, LINKS, MOST_FEATURES, MOST_NODES, MOST_OUTPUTS, MOST_SETS } from "./check.js";
import { inOrder } from "./order.js";

export const VERSION = 1;
const MAGIC = 0x4d465053;
const HEADER = 64;
const WIDTHS = [Uint8Array, Uint16Array, Uint32Array] as const;
type Whole = Uint8Array | Uint16Array | Uint32Array;

/** A model's columns, as views of its bytes. */
export interface Stored {
  bytes: Uint8Array;
  features: string[];
  outputs: string[];
  about: ModelAbout;
  compares: "f32" | "f64";
  sums: "f32" | "f64";
  link: Link;
  divisor: number;
  scale: number;
  zeroMissing: Uint8Array;
  start: Float64Array;
  bias: Float64Array;
  /** Tests, by tree. */
  tests: Uint32Array;
  treeOutput: Int32Array;
  setStart: Uint32Array;
  words: Uint32Array;
  threshold: Float32Array | Float64Array;
  flags: Uint8Array;
  feature: Whole;
  /** Leaves on the left of a test. */
  lefts: Whole;
  values: Float32Array | Float64Array;
}

interface Counts {
  names: number;
  features: number;
  outputs: number;
  trees: number;
  tests: number;
  values: number;
  sets: number;
  words: number;
  kinds: number;
}

/** Writes a forest as one byte string. @throws as `checkForest` does. */
export function writeModel(forest: Forest): Uint8Array {
  checkForest(forest);
  const { order, lefts, leaves } = inOrder(forest);
  const { outputs, treeOutput, features, sets, about = {} } = forest;
  const said = Object.keys(about).length > 0 ? [about] : [];
  const names = new TextEncoder().encode(JSON.stringify([features, outputs, ...said]));
  const values = valuesInOrder(forest, leaves);
  const wide = values.some((value) => Math.fround(value) !== value);
  const largest = (column: ArrayLike<number>) => {
    let most = 0;
    for (let i = 0; i < column.length; i++) most = Math.max(most, column[i] as number);
    return most;
  };
  const width = (most: number) => (most < 256 ? 0 : most < 65_536 ? 1 : 2);
  const counts: Counts = {
    names: names.length,
    features: features.length,
    outputs: outputs.length,
    trees: treeOutput.length,
    tests: order.nodes.length,
    values: values.length,
    sets: sets.length,
    words: sets.reduce((sum, words) => sum + words.length, 0),
    kinds:
      (forest.compares === "f64" ? 1 : 0) |
      (forest.sums === "f64" ? 2 : 0) |
      (LINKS.indexOf(forest.link) << 2) |
      (wide ? 16 : 0) |
      (width(features.length - 1) << 5) |
      (width(largest(lefts)) << 7),
  };
  const size = columnsOf(new ArrayBuffer(0), counts, true).end;
  if (size >= 2 ** 32) throw new RangeError(`a model has less than 4 GiB, this one would have ${size} bytes`);
  const buffer = new ArrayBuffer(size);
  const columns = columnsOf(buffer, counts);
  columns.names.set(names);
  columns.zeroMissing.set(forest.zeroMissing);
  columns.start.set(forest.start);
  columns.bias.set(forest.bias);
  columns.tests.set(order.tests);
  columns.treeOutput.set(treeOutput);
  let at = 0;
  for (const [s, words] of sets.entries()) {
    columns.setStart[s] = at;
    columns.words.set(words, at);
    at += words.length;
  }
  columns.setStart[sets.length] = at;
  columns.lefts.set(lefts);
  columns.values.set(values);
  for (let i = 0; i < order.nodes.length; i++) {
    const node = order.nodes[i] as number;
    columns.threshold[i] = forest.threshold[node] as number;
    columns.flags[i] = forest.flags[node] as number;
    columns.feature[i] = forest.feature[node] as number;
  }
  writeHeader(buffer, counts, forest);
  return new Uint8Array(buffer);
}

function writeHeader(buffer: ArrayBuffer, counts: Counts, { divisor = 1, scale }: Forest): void {
  const header = new Uint32Array(buffer, 0, HEADER / 4);
  const { features, outputs, trees, tests, values, sets, words, names, kinds } = counts;
  header.set([MAGIC, VERSION, buffer.byteLength, divisor, features, outputs, trees, tests, values, sets, words, names]);
  new Float64Array(buffer, 48, 1)[0] = scale;
  header[14] = kinds;
  header[15] = hash(buffer);
}

function valuesInOrder({ values, outputs, treeOutput, threshold }: Forest, leaves: Uint32Array[]): Float64Array {
  const sizes = leaves.map((nodes, t) => nodes.length * (treeOutput[t] === -1 ? outputs.length : 1));
  const out = new Float64Array(sizes.reduce((sum, size) => sum + size, 0));
  let to = 0;
  for (const [t, nodes] of leaves.entries()) {
    const many = treeOutput[t] === -1 ? outputs.length : 1;
    for (const node of nodes) {
      const from = threshold[node] as number;
      for (let k = 0; k < many; k++) out[to++] = values[from + k] as number;
    }
  }
  return out;
}

/**
 * Reads a model in place: views, no copy (but where the bytes begin at an address that is no multiple of 8).
 * @throws {TypeError} for what are no bytes, {RangeError} naming what is wrong and where; nothing is read out of bounds.
 */
export function readModel(bytes: Uint8Array | ArrayBuffer): Stored {
  const given = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(given instanceof Uint8Array))
    throw new TypeError(`a model is a Uint8Array or an ArrayBuffer, got ${kind(bytes)}`);
  const aligned = given.byteOffset % 8 === 0 && given.buffer instanceof ArrayBuffer ? given : given.slice();
  const { counts, divisor, scale } = readHeader(aligned);
  const { names, end: _, ...columns } = columnsOf(aligned.buffer as ArrayBuffer, counts, false, aligned.byteOffset);
  const { kinds } = counts;
  const stored: Stored = {
    ...columns,
    ...readNames(names, counts),
    bytes: aligned,
    divisor,
    scale,
    compares: kinds & 1 ? "f64" : "f32",
    sums: kinds & 2 ? "f64" : "f32",
    link: LINKS[(kinds >> 2) & 3] as Link,
  };
  checkStored(stored);
  return stored;
}

function readHeader(bytes: Uint8Array): { counts: Counts; divisor: number; scale: number } {
  if (bytes.length < HEADER)
    throw new RangeError(`a model has at least ${HEADER} bytes, this one ends after ${bytes.length}`);
  const at = bytes.byteOffset;
  const header = new Uint32Array(bytes.buffer, at, HEADER / 4);
  const [magic, version, size, divisor, features, outputs, trees, tests, values, sets, words, names, , , kinds, sum] =
    header as unknown as number[] as [number, number, number, number, ...number[]];
  if (magic !== MAGIC) throw new RangeError('these bytes are no model of ours: they do not begin with "SPFM"');
  if (version !== VERSION) {
    throw new RangeError(
      `this model has version ${version}, this package reads ${VERSION}: write it anew, or update the package`,
    );
  }
  if (size !== bytes.length) {
    throw new RangeError(
      `the model has ${size} bytes by its header (at byte 8), and ${bytes.length} are here: it was cut or glued`,
    );
  }
  const counts = { names, features, outputs, trees, tests, values, sets, words, kinds } as Counts;
  const limits = [
    ["features", MOST_FEATURES, 16],
    ["outputs", MOST_OUTPUTS, 20],
    ["tests", MOST_NODES, 28],
    ["sets", MOST_SETS, 36],
  ] as const;
  for (const [name, most, place] of limits) {
    if (counts[name] > most)
      throw new RangeError(`the header (at byte ${place}) says ${counts[name]} ${name}; at most ${most}`);
  }
  if (divisor === 0 || counts.kinds >= 512 || (counts.kinds >> 5) % 4 > 2 || counts.kinds >> 7 > 2) {
    throw new RangeError("the header has bits at byte 12 (divisor) or 56 that no model of this version has");
  }
  const { end } = columnsOf(bytes.buffer as ArrayBuffer, counts, true);
  if (end !== size) throw new RangeError(`the header's counts come to ${end} bytes, and the model has ${size}`);
  if (sum !== hash(bytes.buffer as ArrayBuffer, at, size)) {
    throw new RangeError("the hash at byte 60 is not that of the model's bytes: the file was damaged");
  }
  const scale = new Float64Array(bytes.buffer, at + 48, 1)[0] as number;
  if (!Number.isFinite(scale)) throw new RangeError(`scale (at byte 48) must be finite, got ${scale}`);
  return { counts, divisor, scale };
}

/** The columns of a model, where they lie; with `measure` only where they end. */
function columnsOf(buffer: ArrayBuffer, counts: Counts, measure = false, offset = 0) {
  const { features, outputs, trees, tests, values, sets, words, kinds, names } = counts;
  let end = HEADER;
  function column<T>(
    make: new (buffer: ArrayBuffer, at: number, length: number) => T,
    size: number,
    length: number,
  ): T {
    const at = end;
    end += Math.ceil((size * length) / 8) * 8;
    return measure ? new make(new ArrayBuffer(0), 0, 0) : new make(buffer, offset + at, length);
  }
  const wholes = (width: number) => column<Whole>(WIDTHS[width] as typeof Uint8Array, 1 << width, tests);
  const floats = (wide: number, length: number) =>
    wide ? column(Float64Array, 8, length) : column(Float32Array, 4, length);
  const columns = {
    names: column(Uint8Array, 1, names),
    zeroMissing: column(Uint8Array, 1, features),
    start: column(Float64Array, 8, outputs),
    bias: column(Float64Array, 8, outputs),
    tests: column(Uint32Array, 4, trees),
    treeOutput: column(Int32Array, 4, trees),
    setStart: column(Uint32Array, 4, sets + 1),
    words: column(Uint32Array, 4, words),
    threshold: floats(kinds & 1, tests) as Float32Array | Float64Array,
    flags: column(Uint8Array, 1, tests),
    feature: wholes((kinds >> 5) & 3),
    lefts: wholes((kinds >> 7) & 3),
    values: floats(kinds & 16, values) as Float32Array | Float64Array,
  };
  return { ...columns, end };
}

function readNames(bytes: Uint8Array, counts: Counts): Pick<Stored, "features" | "outputs" | "about"> {
  let names: unknown;
  try {
    names = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new RangeError(`the names (at byte ${HEADER}) are no JSON`);
  }
  const fits = (list: unknown, length: number) =>
    Array.isArray(list) &&
    list.length === length &&
    new Set(list).size === length &&
    list.every((name) => typeof name === "string" && name !== "");
  if (
    !Array.isArray(names) ||
    names.length < 2 ||
    names.length > 3 ||
    !fits(names[0], counts.features) ||
    !fits(names[1], counts.outputs)
  ) {
    throw new RangeError(`the names (at byte ${HEADER}) are not one for each of the header's features and outputs`);
  }
  const [features, outputs, about = {}] = names;
  checkAbout(about, features);
  return { features, outputs, about };
}

/** What a model says of itself: its categories are read, its training is shown. */
function checkAbout(about: unknown, features: readonly string[]): void {
  const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  const { categories = {}, training = {} } = (isObject(about) ? about : { training: 0 }) as Record<string, unknown>;
  const good =
    isObject(training) &&
    isObject(categories) &&
    Object.entries(categories as object).every(
      ([name, texts]) =>
        features.includes(name) && Array.isArray(texts) && texts.every((text) => typeof text === "string"),
    );
  if (!good)
    throw new RangeError(`what the model says of itself (behind the names, at byte ${HEADER}) is not its form`);
}

/** All that the header does not say: numbers in range, trees whose counts add up. */
function checkStored(stored: Stored): void {
  const { outputs, tests, treeOutput, setStart, words, features, values, feature, flags, threshold } = stored;
  if (outputs.length === 0) throw new RangeError("a model has at least one output");
  let [leaves, total] = [0, 0];
  for (let t = 0; t < tests.length; t++) {
    const output = treeOutput[t] as number;
    if (output < -1 || output >= outputs.length)
      throw new RangeError(`tree ${t} adds to output ${output} of ${outputs.length}`);
    leaves += ((tests[t] as number) + 1) * (output === -1 ? outputs.length : 1);
    total += tests[t] as number;
  }
  if (total !== feature.length)
    throw new RangeError(`the trees have ${total} tests, and the header says ${feature.length}`);
  if (leaves !== values.length)
    throw new RangeError(`the trees have ${leaves} values, and the header says ${values.length}`);
  for (let s = 0; s + 1 < setStart.length; s++) {
    if ((setStart[s] as number) > (setStart[s + 1] as number)) throw new RangeError(`set ${s} ends before it begins`);
  }
  if (setStart[0] !== 0 || setStart.at(-1) !== words.length) throw new RangeError("the sets do not cover their words");
  const [featureCount, sets] = [features.length, setStart.length - 1];
  for (let i = 0; i < feature.length; i++) {
    const [flag, limit] = [flags[i] as number, threshold[i] as number];
    if ((feature[i] as number) >= featureCount)
      throw new RangeError(`test ${i} is of feature ${feature[i]} of ${featureCount}`);
    if (!areFlags(flag)) throw new RangeError(`test ${i} has unknown flags: ${flag}`);
    if (flag & SET ? !(Number.isInteger(limit) && limit >= 0 && limit < sets) : Number.isNaN(limit)) {
      throw new RangeError(`test ${i} has threshold ${limit}${flag & SET ? `, a set of ${sets}` : ""}`);
    }
  }
  checkShapes(stored);
  checkFinite("values", values);
  checkFinite("start", stored.start);
  checkFinite("bias", stored.bias);
}

/** Every test's count of leaves on its left is at least 1 and leaves at least 1 on its right. */
function checkShapes({ tests, lefts }: Stored): void {
  let open = new Uint32Array(64);
  let i = 0;
  for (let t = 0; t < tests.length; t++) {
    let depth = 0;
    let leaves = (tests[t] as number) + 1;
    for (;;) {
      if (leaves > 1) {
        const left = lefts[i] as number;
        if (left < 1 || left >= leaves) {
          throw new RangeError(`test ${i}, in tree ${t}, has ${left} leaves on its left, of ${leaves}: no child there`);
        }
        if (depth === open.length) open = grown(open);
        open[depth++] = leaves - left;
        leaves = left;
        i++;
      } else if (depth > 0) leaves = open[--depth] as number;
      else break;
    }
  }
}

function grown(open: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(open.length * 2);
  larger.set(open);
  return larger;
}

function checkFinite(name: string, column: Float32Array | Float64Array): void {
  for (let i = 0; i < column.length; i++) {
    if (!Number.isFinite(column[i])) throw new RangeError(`${name}[${i}] must be finite, got ${column[i]}`);
  }
}

/** A hash of all words but the header's last, so that damage is seen: FNV-1a by words in two lanes. */
function hash(buffer: ArrayBuffer, at = 0, size = buffer.byteLength): number {
  const words = new Uint32Array(buffer, at, size >> 2);
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < words.length; i += 2) {
    a = Math.imul(a ^ (words[i] as number), 0x01000193);
    a ^= a >>> 15;
    if (i !== 14) b = Math.imul(b ^ (words[i + 1] as number), 0x85ebca6b);
    b ^= b >>> 13;
  }
  return Math.imul(a ^ (b >>> 16) ^ (b << 11), 0xc2b2ae35) >>> 0;
}
