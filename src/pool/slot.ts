/** One worker of a pool and the job that it does. */
import { timeout, unpackError } from "./errors.js";
import { type Asked, type Told, transferables } from "./messages.js";
import type { PoolProgress, TaskName } from "./tasks.js";
import { startThread, type Thread } from "./thread.js";

export interface Job {
  task: TaskName;
  args: readonly unknown[];
  signal?: AbortSignal;
  seconds?: number;
  onProgress?: (progress: PoolProgress) => void;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Milliseconds that a cancelled task has to notice, before its worker is ended in its stead. */
const GRACE = 1000;

export class Slot {
  readonly #thread: Thread;
  readonly #onFree: () => void;
  readonly #onEnd: () => void;
  #job: Job | undefined;
  #flag: Int32Array | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #number = 0;
  #hasEnded = false;
  /** Bytes of the engines of the running task. */
  memory = 0;

  constructor(script: URL, { onFree, onEnd }: { onFree: () => void; onEnd: () => void }) {
    this.#onFree = onFree;
    this.#onEnd = onEnd;
    this.#thread = startThread(script);
    this.#thread.hold(false);
    this.#thread.receive((message) => this.#take(message as Told));
    this.#thread.onEnd((error) => {
      if (!this.#hasEnded) this.end(new Error(`the worker on ${script} failed: ${error.message}`, { cause: error }));
    });
  }

  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  runs(job: Job): boolean {
    return this.#job === job;
  }

  start(job: Job): void {
    this.#job = job;
    this.#flag = newFlag();
    const { task, args } = job;
    const asked: Asked = { id: ++this.#number, task, args };
    if (this.#flag) asked.flag = this.#flag.buffer as SharedArrayBuffer;
    this.#thread.hold(true);
    if (job.seconds !== undefined) this.#deadline = setTimeout(() => this.#late(job), 1000 * job.seconds);
    try {
      this.#thread.post(asked, transferables(args));
    } catch (error) {
      // What cannot travel, such as a function in a request.
      this.#finish();
      job.reject(new TypeError(`this cannot be sent to a worker: ${(error as Error).message}`, { cause: error }));
    }
  }

  /** Tells the task to stop; a worker that does not, or cannot be told, is ended. */
  cancel(): void {
    if (!this.#flag) {
      this.end();
      return;
    }
    Atomics.store(this.#flag, 0, 1);
    this.#grace ??= setTimeout(() => this.end(), GRACE);
  }

  end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#clear();
    this.#thread.end();
    this.memory = 0;
    const job = this.#job;
    this.#job = undefined;
    // Without an error it was cancelled, and is told so by whoever did.
    if (error) job?.reject(error);
    this.#onEnd();
  }

  #take({ id, progress, result, error, memory = 0 }: Told): void {
    const job = this.#job;
    if (!job || id !== this.#number) return;
    this.memory = memory;
    if (progress) {
      if (!job.signal?.aborted) job.onProgress?.(progress);
      return;
    }
    this.#finish();
    if (error) job.reject(unpackError(error));
    else job.resolve(result);
  }

  #late(job: Job): void {
    this.cancel();
    job.reject(timeout(job.seconds as number));
  }

  #clear(): void {
    clearTimeout(this.#grace);
    clearTimeout(this.#deadline);
    this.#grace = undefined;
  }

  #finish(): void {
    this.#clear();
    this.#job = undefined;
    this.memory = 0;
    this.#thread.hold(false);
    this.#onFree();
  }
}

/** A number in memory that both sides see, where pages and runtimes allow it. */
function newFlag(): Int32Array | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return undefined;
  return new Int32Array(new SharedArrayBuffer(4));
}
