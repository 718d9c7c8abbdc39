/** The caller's wish to know how far a reading is, and to stop it. */
import type { FileProgress, OpenOptions } from "./types.js";

export class Watch {
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: OpenOptions["onProgress"];

  constructor({ signal, onProgress }: Pick<OpenOptions, "signal" | "onProgress">) {
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  /** Called between batches. @throws the reason of an aborted signal. */
  step(phase: FileProgress["phase"], done: number, total: number): void {
    this.#signal?.throwIfAborted();
    this.#onProgress?.({ phase, done, total });
  }

  get signal(): AbortSignal | undefined {
    return this.#signal;
  }
}
