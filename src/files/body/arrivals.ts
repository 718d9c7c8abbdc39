/** Bytes of a body as they arrive: taken once in order, or kept to be read from anywhere. */
import type { Bytes } from "../source/bytes.js";

/** Where a body comes from: another piece each time, undefined after the last. Memory that is given back may be written to again. */
export interface Input {
  next(back?: Uint8Array): Promise<Uint8Array | undefined>;
  /** Bytes that will come, where the sender says so. */
  length?: number;
}

/** Bytes that are made room for at first, where nobody says how many will come. */
const FIRST = 1 << 20;

/** Bytes in their order, each of them once. */
export class Arrivals {
  readonly #input: Input;
  #piece: Uint8Array | undefined;
  #at = 0;
  #hasEnded = false;
  #before: Uint8Array = new Uint8Array(0);
  /** Bytes that were taken. */
  taken = 0;

  constructor(input: Input) {
    this.#input = input;
  }

  /** Bytes of the whole body, where its sender says so. */
  get length(): number | undefined {
    return this.#input.length;
  }

  /** Fills `into`; how many bytes there were, fewer only at the end. */
  async fill(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const part = await this.#some(into.length - filled);
      if (!part) break;
      into.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  /** Passes over bytes; how many there were. */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0) {
      const part = await this.#some(left);
      if (!part) break;
      left -= part.length;
    }
    return count - left;
  }

  /** The first bytes, which stay to be taken. Before anything else. */
  async peek(count: number): Promise<Uint8Array> {
    const first = new Uint8Array(count);
    const head = first.subarray(0, await this.fill(first));
    this.taken = 0;
    if (this.#piece && this.#at === head.length) this.#at = 0;
    else this.#before = head;
    return head;
  }

  /** What has not been taken: pieces that stay as they are. */
  rest(): Input {
    return { length: this.#input.length, next: () => this.#some(Number.POSITIVE_INFINITY, false) };
  }

  /** Up to `most` of the next bytes. Unless they are given back when they have been taken, they stay. */
  async #some(most: number, isGivenBack = true): Promise<Uint8Array | undefined> {
    if (this.#before.length > 0) {
      const part = this.#before.subarray(0, most);
      this.#before = this.#before.subarray(part.length);
      this.taken += part.length;
      return part;
    }
    while (!this.#piece || this.#at === this.#piece.length) {
      if (this.#hasEnded) return undefined;
      this.#piece = await this.#input.next(isGivenBack ? this.#piece : undefined);
      this.#at = 0;
      this.#hasEnded = this.#piece === undefined;
    }
    const part = this.#piece.subarray(this.#at, this.#at + Math.min(most, this.#piece.length));
    this.#at += part.length;
    this.taken += part.length;
    return part;
  }
}

/** Bytes that stay, in the pieces that they came in. A read waits until its bytes are there, or the last. */
export class KeptBytes implements Bytes {
  readonly #input: Input;
  readonly #pieces: Uint8Array[] = [];
  /** Where each piece begins. */
  readonly #starts: number[] = [];
  #hasEnded = false;
  #size = 0;
  /** What is under way: pieces are asked for one after the other. */
  #coming: Promise<void> | undefined;

  constructor(input: Input) {
    this.#input = input;
  }

  /** What came first. */
  get first(): Uint8Array {
    return this.#pieces[0] ?? new Uint8Array(0);
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  async read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    while (!this.#hasEnded && this.#size < position + length) await this.#more();
    const end = Math.min(position + length, this.#size);
    let at = position;
    for (let p = this.#find(position); at < end; p++) {
      const [piece, start] = [this.#pieces[p] as Uint8Array, this.#starts[p] as number];
      const part = piece.subarray(at - start, Math.min(piece.length, end - start));
      into.set(part, offset + at - position);
      at += part.length;
    }
    return { bytesRead: Math.max(0, end - position) };
  }

  async close(): Promise<void> {
    this.#pieces.length = 0;
  }

  async #more(): Promise<void> {
    this.#coming ??= this.#input.next().then((piece) => {
      this.#coming = undefined;
      if (!piece) this.#hasEnded = true;
      else if (piece.length > 0) {
        this.#starts.push(this.#size);
        this.#pieces.push(piece);
        this.#size += piece.length;
      }
    });
    await this.#coming;
  }

  /** Number of the piece that holds this byte. */
  #find(position: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** All bytes in one array: the piece that they came in, or each copied once. */
export async function wholeBytes(input: Input): Promise<Uint8Array> {
  let piece = await input.next();
  if (piece && piece.length === input.length) return piece;
  // Not of Node's pool: numbers in them begin where they must.
  let bytes = new Uint8Array(input.length ?? FIRST);
  let filled = 0;
  for (; piece; piece = await input.next(piece)) {
    const end = filled + piece.length;
    if (end > bytes.length) {
      const more = new Uint8Array(Math.max(end, 2 * bytes.length));
      more.set(bytes.subarray(0, filled));
      bytes = more;
    }
    bytes.set(piece, filled);
    filled = end;
  }
  return bytes.subarray(0, filled);
}
