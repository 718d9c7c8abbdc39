/** What a stream of offers is, and what comes of it. */
import type { Engine } from "../../engine/engine.js";
import type { Ids } from "../offers.js";
import type { AllocationResult, Progress } from "../types.js";

/** Some users of a stream, one after the other: columns option by option, each of `users` numbers. */
export interface Tile {
  /** At least 1; tiles may be of any size, and of another size on the next reading. */
  users: number;
  /** Value of each option for each user; −Infinity closes an option. */
  values: readonly Float32Array[];
  costs: readonly Float32Array[];
  /** Ids of these users: of all tiles or of none, integers or texts throughout. */
  ids?: Ids;
}

/** Users that are read tile by tile, as often as it takes. */
export interface TileSource {
  /** Names of the options, or how many (then named "1", "2", …). */
  options: number | readonly string[];
  /** How many users there are, where that is known. */
  users?: number;
  /**
   * Called once a reading: the same users in the same order every time. A tile is copied before the next is asked for, so
   * that its arrays may be used again.
   */
  tiles(): AsyncIterable<Tile> | Iterable<Tile>;
}

/** The decisions of one tile. */
export interface Decisions {
  /** Row of the first user in the stream. */
  from: number;
  users: number;
  /** 0 for none, j + 1 for option j; `Uint16Array` beyond 254 options. */
  choices: Uint8Array | Uint16Array;
}

export interface StreamOptions {
  /** The engine whose memory is used. Default: one of its own, dropped when done. */
  engine?: Engine;
  /** Looked at between tiles, and while the source or `write` is waited for. */
  signal?: AbortSignal;
  /** `total` is NaN while the number of users is not known. */
  onProgress?: (progress: Progress) => void;
  /** `quick` (default), or `f64`: the bound in f64, on the last reading. */
  bound?: "quick" | "f64";
  /**
   * Takes the decisions: one call a tile, in order, on the last reading, and only when the request is met. It is awaited
   * before the next. Without it there is no such reading.
   */
  write?: (decisions: Decisions) => void | Promise<void>;
}

/** As of `allocate`, but that the choices went to `write`; `passes` counts readings of the source. */
export interface StreamResult extends Omit<AllocationResult, "choices"> {
  users: number;
}
