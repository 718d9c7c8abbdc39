/**
 * The arena: who owns which bytes of one engine's memory.
 *
 * Blocks start on 64-byte lines. Free blocks are kept sorted by address and joined with their neighbours; the first that
 * is large enough serves. Memory grows by need and never shrinks: a large job takes its own engine and drops it.
 */
export class CeilingError extends RangeError {
  override readonly name = "CeilingError";
}

const PAGE = 65_536;
const LINE = 64;

interface Block {
  start: number;
  end: number;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly ceiling: number;
  #free: Block[] = [];
  #end: number;

  /** `base` is the first byte that the modules' own data leaves free. */
  constructor(memory: WebAssembly.Memory, base: number, ceiling: number) {
    this.memory = memory;
    this.ceiling = ceiling;
    this.#end = align(base);
  }

  /** Bytes between the first and the last block. */
  get used(): number {
    return this.#end;
  }

  /**
   * Takes `bytes` bytes and returns their address. May grow the memory: views taken before are then detached.
   * @throws {CeilingError} when the memory would grow past the ceiling.
   */
  take(bytes: number): number {
    const size = align(Math.max(bytes, 1));
    for (let i = 0; i < this.#free.length; i++) {
      const block = this.#free[i] as Block;
      if (block.end - block.start < size) continue;
      const start = block.start;
      block.start += size;
      if (block.start === block.end) this.#free.splice(i, 1);
      return start;
    }
    const start = this.#end;
    this.#grow(start + size);
    this.#end = start + size;
    return start;
  }

  /** Gives back the block of `bytes` bytes at `start`. */
  give(start: number, bytes: number): void {
    const end = start + align(Math.max(bytes, 1));
    let i = 0;
    while (i < this.#free.length && (this.#free[i] as Block).start < start) i++;
    this.#free.splice(i, 0, { start, end });
    this.#join(i);
    this.#join(i - 1);
    const last = this.#free.at(-1);
    if (last && last.end === this.#end) {
      this.#end = last.start;
      this.#free.pop();
    }
  }

  #join(i: number): void {
    const left = this.#free[i];
    const right = this.#free[i + 1];
    if (!left || !right || left.end !== right.start) return;
    left.end = right.end;
    this.#free.splice(i + 1, 1);
  }

  #grow(end: number): void {
    const { memory, ceiling } = this;
    const have = memory.buffer.byteLength;
    if (end <= have) return;
    if (end > ceiling) {
      throw new CeilingError(
        `this needs ${mebibytes(end)} of memory and the engine's ceiling is ${mebibytes(ceiling)}: ` +
          "raise it with createEngine({ ceiling }), use fewer users at a time, or release tables that are no longer needed",
      );
    }
    // A quarter more than asked where there is room, so that a growing table does not grow page by page.
    const wish = Math.min(ceiling, Math.max(end, Math.ceil(have * 1.25)));
    try {
      memory.grow(Math.ceil((wish - have) / PAGE));
    } catch {
      try {
        memory.grow(Math.ceil((end - have) / PAGE));
      } catch {
        throw new CeilingError(
          `this needs ${mebibytes(end)} of memory and the machine gives no more than ${mebibytes(have)}: ` +
            "use fewer users at a time, or release tables that are no longer needed",
        );
      }
    }
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 104_857_600 ? 1 : 0)} MiB`;
}
