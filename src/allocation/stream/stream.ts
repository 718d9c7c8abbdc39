/**
 * One budget over users that are read again and again instead of kept: read for what the numbers are and a sample, read at a
 * range of prices that holds the budget's, read to write (ARCHITECTURE.md, "Streams").
 */
import { kind, plainObject, wholeNumber } from "../../engine/check.js";
import { Engine } from "../../engine/engine.js";
import { Scratch } from "../../engine/scratch.js";
import { WINDOW } from "../budget/core.js";
import { Proof } from "../budget/proof.js";
import { optionNames } from "../keys.js";
import { checkRequest } from "../request.js";
import type { AllocationRequest, Progress } from "../types.js";
import { Block, blockOf } from "./block.js";
import { bytesPerStep } from "./kept.js";
import { Solve } from "./solve.js";
import { MOST_ROWS, Source } from "./source.js";
import { type Narrowed, Sample, Survey } from "./survey.js";
import type { StreamOptions, StreamResult, TileSource } from "./types.js";
import { Writer } from "./writer.js";

export const ON_TABLES = ["stock", "groups", "minReturn", "minSpend", "resources", "exact"] as const;

/**
 * Decides the users of a stream within one budget, with a proof: the same bytes as `allocate` on one table of them all, in
 * memory that does not grow with them.
 *
 * @param source users in tiles that can be read again; usually three times, twice without `write`.
 * @param request one budget, at most or exactly one option a user.
 * @returns what `allocate` returns, without the choices: these go to `options.write` tile by tile.
 * @throws {TypeError} for a wrong kind of argument or tile.
 * @throws {RangeError} for a wrong value (naming tile and row), a source that is not the same on every reading (naming the
 *   reading), or a limit that is solved on a table only.
 * @throws {CeilingError} when working memory does not fit under the engine's ceiling.
 * @throws whatever the source or `write` throws, and the signal's reason.
 * @example
 * const source = { options: 8, tiles: () => readTiles("offers.bin") };
 * const { value, bound } = await allocateStream(source, { budget: 100_000 }, { write: ({ choices }) => file.write(choices) });
 */
export function allocateStream(
  source: TileSource,
  request: AllocationRequest,
  options: StreamOptions = {},
): Promise<StreamResult> {
  return streamWith(source, request, options);
}

/** Sizes of the working memory: what they are changes no byte of the answer. */
export interface Tuning {
  /** Most steps of a core. */
  steps: number;
  /** Most users of the sample. */
  sample: number;
  /** Users a block, a multiple of 16; 0: by the number of options. */
  block: number;
}

const TUNING: Tuning = { steps: 1_000_000, sample: 1 << 21, block: 0 };
/** Bytes of the core and of the sample, of which there is only one at a time; a part of the ceiling where that is low. */
const BYTES = 128 * 1_048_576;
const PART = 1 / 3;
/** A core holds the steps of the fill, come what may. */
const LEAST_STEPS = 2 * WINDOW;

/** What is known of tiles that come from a table: what its numbers lost, and whether its ids are keys. */
export interface Origin {
  narrowed?: Narrowed;
  keyed?: boolean;
}

/** As `allocateStream`, with other sizes, or of a table's own columns. */
export async function streamWith(
  source: TileSource,
  request: AllocationRequest,
  options: StreamOptions,
  tuning: Tuning = TUNING,
  origin: Origin = {},
): Promise<StreamResult> {
  const start = performance.now();
  const names = checkSource(source);
  checkLimits(request);
  checkRequest(request, names);
  checkOptions(options);
  const engine = options.engine ?? new Engine();
  const scratch = new Scratch(engine.arena);
  try {
    const result = await new Stream(engine, scratch, source, names, request, options, tuning, origin).run();
    return { ...result, seconds: (performance.now() - start) / 1000 };
  } finally {
    scratch.release();
  }
}

class Stream {
  readonly #engine: Engine;
  readonly #scratch: Scratch;
  readonly #names: readonly string[];
  readonly #request: AllocationRequest;
  readonly #options: StreamOptions;
  readonly #tuning: Tuning;
  readonly #origin: Origin;
  readonly #expected: number | undefined;
  readonly #source: Source;
  readonly #block: Block;
  readonly #phases: Record<string, number> = {};

  constructor(
    engine: Engine,
    scratch: Scratch,
    source: TileSource,
    names: readonly string[],
    request: AllocationRequest,
    options: StreamOptions,
    tuning: Tuning,
    origin: Origin,
  ) {
    this.#origin = origin;
    this.#engine = engine;
    this.#scratch = scratch;
    this.#names = names;
    this.#request = request;
    this.#options = options;
    this.#tuning = tuning;
    this.#expected = source.users;
    this.#source = new Source(source, names.length, options.signal, origin.keyed ?? false);
    this.#block = new Block(engine, scratch, this.#source, names.length, tuning.block || blockOf(names.length));
  }

  async run(): Promise<StreamResult> {
    const { users, facts, solve, sample, counting } = await this.#survey();
    const found = await solve.find(sample);
    const { bound, write } = this.#options;
    const solved = { ...found, passes: 0, phases: this.#phases };
    const extent = { users, columns: this.#names.length, facts };
    const proof = new Proof(extent, this.#request, counting, solved, found.counts, bound);
    const readings = { totals: () => ({ cost: 0, value: 0 }), dual: () => ({ dual: 0, size: 0 }) };
    const last = (write && !proof.impossible) || proof.needsTotals || proof.needsDual;
    const writer = new Writer(this.#source, proof.impossible ? undefined : write);
    const known = last
      ? await solve.decide(found, proof, (phase, onBlock) => this.#read(phase, onBlock, writer))
      : readings;
    this.#phases.source = this.#source.waited / 1000;
    if (writer.waited) this.#phases.write = writer.waited / 1000;
    return { ...proof.result(known), users, passes: this.#source.reads };
  }

  /** The first reading: facts, sample, and what follows from them. */
  async #survey() {
    const scratch = this.#scratch;
    const options = this.#names.length;
    const block = this.#block;
    const bytes = Math.min(BYTES, PART * this.#engine.arena.ceiling);
    const survey = new Survey(this.#names, this.#request.unit, this.#origin.narrowed);
    const most = Math.min(this.#tuning.sample, Math.floor(bytes / (8 * options + 4)));
    const sample = new Sample(this.#engine, scratch, options, most, this.#expected);
    await this.#read("sample", () => {
      this.#timed("facts", () => survey.add(block));
      this.#timed("sample", () => sample.add(block));
    });
    const users = this.#source.users as number;
    const { facts } = survey;
    const counting = survey.counting(users);
    this.#timed("sample", () => sample.finish(users));
    const solve = new Solve({
      request: this.#request,
      block,
      users,
      facts,
      counting,
      nothing: this.#request.exactlyOne ? 0 : survey.nothing(users),
      scratch,
      most: Math.max(LEAST_STEPS, Math.min(this.#tuning.steps, Math.floor(bytes / bytesPerStep(options)))),
      source: this.#source,
      read: (phase, onBlock) => this.#read(phase, onBlock),
      timed: (phase, work) => this.#timed(phase, work),
    });
    return { users, facts, solve, sample, counting };
  }

  /** One reading of the source, block by block; `writer` takes the choices that `onBlock` leaves. */
  async #read(phase: Progress["phase"], onBlock: () => void, writer?: Writer): Promise<void> {
    const block = this.#block;
    block.rewind();
    const work = () => {
      this.#timed("seal", () => block.seal());
      onBlock();
      writer?.add(block);
      block.next();
      const total = this.#source.users ?? this.#expected ?? Number.NaN;
      this.#options.onProgress?.({ phase, done: block.from, total });
      this.#options.signal?.throwIfAborted();
    };
    await this.#source.read((tile, index, from) => {
      writer?.expect(from, tile.users, block.wide);
      for (let offset = 0; offset < tile.users; ) {
        offset += this.#timed("copy", () => block.take(tile, index, offset));
        if (block.isFull) work();
      }
      return writer?.flush();
    });
    if (block.users > 0) work();
    await writer?.flush();
  }

  #timed<T>(phase: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#phases[phase] = (this.#phases[phase] ?? 0) + (performance.now() - start) / 1000;
    }
  }
}

function checkSource(source: TileSource): readonly string[] {
  plainObject(source, "the source");
  const { options, users, tiles } = source;
  if (typeof tiles !== "function") {
    throw new TypeError(`the source needs a function tiles() that gives its tiles, got ${kind(tiles)}`);
  }
  if ((source as { slots?: unknown }).slots !== undefined) {
    throw new RangeError(
      "candidate slots are solved on a table only: load the users with engine.offers, or make columns of offers",
    );
  }
  if (users !== undefined) wholeNumber(users, "users of the source", 1, MOST_ROWS);
  return optionNames(options);
}

function checkLimits(request: AllocationRequest): void {
  if (typeof request !== "object" || request === null) return;
  for (const field of ON_TABLES) {
    const value = request[field];
    if (value === undefined || value === false) continue;
    throw new RangeError(
      `"${field}" is solved on a table, not on a stream: load the users with engine.offers and call allocate`,
    );
  }
}

function checkOptions(options: StreamOptions): void {
  plainObject(options, "the options");
  const { engine, bound, write } = options;
  if (engine !== undefined && !(engine instanceof Engine)) {
    throw new TypeError(`engine must be made by createEngine, got ${kind(engine)}`);
  }
  if (bound !== undefined && bound !== "quick" && bound !== "f64") {
    throw new RangeError(`bound must be "quick" or "f64", got ${JSON.stringify(bound)}`);
  }
  if (write !== undefined && typeof write !== "function") {
    throw new TypeError(`write must be a function that takes the decisions of a tile, got ${kind(write)}`);
  }
}
