/** Bytes that come to a task in a worker, and bytes that leave it, message by message. */
import type { Input } from "../files/body/arrivals.js";
import type { Fed, Told } from "./messages.js";

type Post = (message: Told, transfer: ArrayBuffer[]) => void;

/** Pieces that are asked for ahead, so that worker and network do not wait for each other. */
const AHEAD = 4;
/** From here on a piece moves; a smaller one may lie in memory of others. */
const MOVED = 1 << 16;

/** The input of a task, in the worker. */
export class FedInput implements Input {
  readonly length?: number;
  readonly #id: number;
  readonly #post: Post;
  readonly #pieces: Uint8Array[] = [];
  #end: Fed["end"];
  #wake: (() => void) | undefined;

  constructor(id: number, length: number | undefined, post: Post) {
    this.#id = id;
    this.length = length;
    this.#post = post;
    for (let i = 0; i < AHEAD; i++) post({ id, wants: true }, []);
  }

  take({ fed, end }: Fed): void {
    if (fed) this.#pieces.push(fed);
    this.#end ??= end;
    this.#wake?.();
  }

  async next(back?: Uint8Array): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#end === "broken") throw new DOMException("the input was broken off", "AbortError");
    const piece = this.#pieces.shift();
    if (piece) this.#post({ id: this.#id, wants: true, back }, back ? [back.buffer as ArrayBuffer] : []);
    return piece;
  }
}

/** Answers in pieces, in the worker: by the number of their task. */
export class Answers {
  readonly #open = new Map<number, AsyncGenerator<Uint8Array>>();

  add(id: number, pieces: AsyncGenerator<Uint8Array>): void {
    this.#open.set(id, pieces);
  }

  /** What becomes of a wish. @throws what the answer throws, which ends it. */
  async fulfil({ id, wish }: Fed, post: Post): Promise<void> {
    const pieces = this.#open.get(id);
    if (!pieces) return;
    if (wish === "stop") {
      this.#open.delete(id);
      await pieces.return(undefined);
      return;
    }
    try {
      const { value, done } = await pieces.next();
      if (done) this.#open.delete(id);
      const piece = value as Uint8Array | undefined;
      const moved = piece && piece.length >= MOVED ? [piece.buffer as ArrayBuffer] : [];
      post({ id, ...(done ? { isLast: true } : { piece }) }, moved);
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }
}
