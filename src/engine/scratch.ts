import type { Arena } from "./arena.js";

/** Blocks that one job takes from the arena and gives back together, whatever happens in between. */
export class Scratch {
  readonly #arena: Arena;
  readonly #blocks: { start: number; bytes: number }[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  take(bytes: number): number {
    const start = this.#arena.take(bytes);
    this.#blocks.push({ start, bytes });
    return start;
  }

  /** Gives one block back before the rest. */
  give(start: number): void {
    const i = this.#blocks.findIndex((block) => block.start === start);
    const [block] = this.#blocks.splice(i, 1);
    if (block) this.#arena.give(block.start, block.bytes);
  }

  /** A new block of `size` bytes that starts with the first `bytes` of another, which is given back. */
  move(from: number, bytes: number, size: number): number {
    const to = this.take(size);
    new Uint8Array(this.#arena.memory.buffer).copyWithin(to, from, from + bytes);
    this.give(from);
    return to;
  }

  release(): void {
    for (const { start, bytes } of this.#blocks.splice(0)) this.#arena.give(start, bytes);
  }
}
