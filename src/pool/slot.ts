/** One worker of a pool and the job that it does. */
import type { Input } from "../files/body/arrivals.js";
import { timeout, unpackError } from "./errors.js";
import { type Asked, type Fed, type Told, transferables } from "./messages.js";
import type { PoolProgress, TaskName } from "./tasks.js";
import { startThread, type Thread } from "./thread.js";

export interface Job {
  task: TaskName;
  args: readonly unknown[];
  signal?: AbortSignal;
  seconds?: number;
  /** Bytes that the task reads as they arrive: `seconds` begin behind the last. */
  input?: Input;
  onProgress?: (progress: PoolProgress) => void;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Answer {
  resolve(piece: Uint8Array | undefined): void;
  reject(error: Error): void;
}

/** Milliseconds after which a reader who wants no more for now is slow, and others may have the worker meanwhile. */
const PATIENCE = 250;
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
  /** The job's input has been read to its end. */
  #isFed = false;
  #feeding: Promise<void> = Promise.resolve();
  readonly #answers = new Map<number, Answer>();
  /** An answer is being read, and nobody else may have this worker. */
  #answering = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
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
    return this.#job !== undefined || this.#answering;
  }

  /** Answers that are asked for piece by piece. */
  get answers(): number {
    return this.#answers.size;
  }

  runs(job: Job): boolean {
    return this.#job === job;
  }

  start(job: Job): void {
    this.#job = job;
    // What the last job was still waiting for is not waited for.
    this.#feeding = Promise.resolve();
    this.#flag = newFlag();
    const { task, args, input } = job;
    const asked: Asked = { id: ++this.#number, task, args };
    if (input) asked.input = { length: input.length };
    if (this.#flag) asked.flag = this.#flag.buffer as SharedArrayBuffer;
    this.#thread.hold(true);
    if (!input) this.#setDeadline(job);
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
    if (this.#job?.input) this.#thread.post({ id: this.#number, end: "broken" } satisfies Fed);
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
    for (const answer of this.#answers.values())
      answer.reject(new Error("the worker that wrote this answer has ended"));
    this.#answers.clear();
    // Without an error it was cancelled, and is told so by whoever did.
    if (error) job?.reject(error);
    this.#onEnd();
  }

  #take({ id, progress, result, error, hasPieces, wants, back, piece, isLast, memory = 0 }: Told): void {
    if (this.#answers.has(id)) {
      this.#takePiece(id, { piece, isLast, error });
      return;
    }
    const job = this.#job;
    if (!job || id !== this.#number) return;
    this.memory = memory;
    if (progress) {
      if (!job.signal?.aborted) job.onProgress?.(progress);
      return;
    }
    if (wants) {
      this.#feed(job, id, back);
      return;
    }
    if (hasPieces) {
      this.#answers.set(id, { resolve() {}, reject() {} });
      this.#answering = true;
      this.#finish();
      this.#awaitWish();
      job.resolve({ ...(result as object), pieces: this.#pieces(id) });
      return;
    }
    this.#finish();
    if (error) job.reject(unpackError(error));
    else job.resolve(result);
  }

  /** The next bytes of the job's input, to the worker, one after the other. */
  #feed(job: Job, id: number, back: Uint8Array | undefined): void {
    const feed = async () => {
      if (this.#job !== job || this.#isFed) return;
      try {
        const fed = await job.input?.next(back);
        if (this.#job !== job) return;
        if (!fed) {
          this.#isFed = true;
          this.#setDeadline(job);
        }
        this.#thread.post(
          { id, fed, ...(fed ? {} : { end: "last" }) } satisfies Fed,
          fed ? [fed.buffer as ArrayBuffer] : [],
        );
      } catch (error) {
        if (this.#job !== job) return;
        job.reject(error);
        this.cancel();
      }
    };
    this.#feeding = this.#feeding.then(feed);
  }

  /** The pieces of an answer, each when it is asked for. */
  async *#pieces(id: number): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = await this.#wish(id);
        if (!piece) return;
        yield piece;
      }
    } finally {
      if (this.#answers.delete(id)) {
        if (!this.#hasEnded) this.#thread.post({ id, wish: "stop" } satisfies Fed);
        this.#letGo();
      }
    }
  }

  #wish(id: number): Promise<Uint8Array | undefined> {
    clearTimeout(this.#patience);
    return new Promise((resolve, reject) => {
      if (!this.#answers.has(id)) {
        reject(new Error("the worker that wrote this answer has ended"));
        return;
      }
      this.#answers.set(id, { resolve, reject });
      this.#thread.post({ id, wish: "piece" } satisfies Fed);
    });
  }

  #takePiece(id: number, { piece, isLast, error }: Pick<Told, "piece" | "isLast" | "error">): void {
    const { resolve, reject } = this.#answers.get(id) as Answer;
    if (piece) {
      if (this.#answering) this.#awaitWish();
      resolve(piece);
      return;
    }
    this.#answers.delete(id);
    this.#letGo();
    if (error) reject(unpackError(error));
    else if (isLast) resolve(undefined);
  }

  /** A reader that is slow does not keep the worker from others. */
  #awaitWish(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#free(), PATIENCE);
  }

  #letGo(): void {
    clearTimeout(this.#patience);
    if (this.#hasEnded) return;
    if (this.#answers.size === 0 && !this.#job) this.#thread.hold(false);
    this.#free();
  }

  /** Whether an answer kept this slot: it is free now. */
  #free(): void {
    if (!this.#answering) return;
    this.#answering = false;
    this.memory = 0;
    this.#onFree();
  }

  #setDeadline(job: Job): void {
    if (job.seconds !== undefined) this.#deadline = setTimeout(() => this.#late(job), 1000 * job.seconds);
  }

  #late(job: Job): void {
    this.cancel();
    job.reject(timeout(job.seconds as number));
  }

  #clear(): void {
    clearTimeout(this.#grace);
    clearTimeout(this.#deadline);
    clearTimeout(this.#patience);
    this.#grace = undefined;
    this.#isFed = false;
  }

  #finish(): void {
    this.#clear();
    this.#job = undefined;
    if (this.#answering) return;
    this.memory = 0;
    if (this.#answers.size === 0) this.#thread.hold(false);
    this.#onFree();
  }
}

/** A number in memory that both sides see, where pages and runtimes allow it. */
function newFlag(): Int32Array | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return undefined;
  return new Int32Array(new SharedArrayBuffer(4));
}
