/** Decisions on their way out: blocks of choices become tiles again, each written when it is whole. */
import type { Block } from "./block.js";
import * as kernel from "./kernel.js";
import type { Source } from "./source.js";
import type { Decisions, StreamOptions } from "./types.js";

export class Writer {
  readonly #source: Source;
  readonly #write: StreamOptions["write"];
  readonly #tiles: (Decisions & { filled: number })[] = [];
  /** Milliseconds spent waiting for `write`. */
  waited = 0;

  constructor(source: Source, write: StreamOptions["write"]) {
    this.#source = source;
    this.#write = write;
  }

  /** A tile of which the choices will come. */
  expect(from: number, users: number, wide: boolean): void {
    if (!this.#write) return;
    this.#tiles.push({ from, users, choices: wide ? new Uint16Array(users) : new Uint8Array(users), filled: 0 });
  }

  /** Takes the choices of a block's users. */
  add(block: Block): void {
    if (!this.#write) return;
    const choices = kernel.choicesAt(block, block.users);
    let at = 0;
    for (const tile of this.#tiles) {
      const count = Math.min(tile.users - tile.filled, block.users - at);
      tile.choices.set(choices.subarray(at, at + count), tile.filled);
      tile.filled += count;
      at += count;
    }
  }

  /** Writes the tiles that are whole, one after the other; undefined where there is none. */
  flush(): Promise<void> | undefined {
    const [first] = this.#tiles;
    return first && first.filled === first.users ? this.#flush() : undefined;
  }

  async #flush(): Promise<void> {
    const start = performance.now();
    try {
      for (let [tile] = this.#tiles; tile && tile.filled === tile.users; [tile] = this.#tiles) {
        this.#tiles.shift();
        const { filled: _, ...decisions } = tile;
        const writing = this.#write?.(decisions);
        if (writing) await this.#source.orAborted(writing);
      }
    } finally {
      this.waited += performance.now() - start;
    }
  }
}
