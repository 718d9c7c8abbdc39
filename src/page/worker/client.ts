/** The page's end of a worker. */
import { type Asked, type ResultOf, type TaskProgress, type Tasks, type Told, unpacked } from "./rpc.js";

export interface CallOptions {
  /** Cancels: the promise rejects with an AbortError at once. */
  signal?: AbortSignal;
  onProgress?: (progress: TaskProgress) => void;
}

export interface TaskWorker<T extends Tasks> {
  call<Name extends keyof T & string>(
    task: Name,
    args: Parameters<T[Name]>[0],
    options?: CallOptions,
  ): Promise<ResultOf<ReturnType<T[Name]>>>;
  /** Goes up with every worker that was started: what an earlier one held is gone. */
  readonly generation: number;
  close(): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onProgress?: (progress: TaskProgress) => void;
}

/** Milliseconds that a cancelled task has to stop by itself before its worker is ended. */
const GRACE = 250;

/**
 * A worker that runs the tasks of a flow, one after the other. It starts with the first call. A cancelled task that computes and
 * does not look up is ended with its worker; the next call starts another one, whose `generation` is higher.
 */
export function openWorker<T extends Tasks>(flow: string): TaskWorker<T> {
  let worker: Worker | undefined;
  let generation = 0;
  let last = 0;
  const waiting = new Map<number, Waiting>();
  /** Cancelled calls that the worker has not let go of: what is asked after them waits, since the worker may be ended. */
  const leaving = new Map<number, () => void>();
  let left = Promise.resolve();

  function start(): Worker {
    generation++;
    const started = new Worker(new URL("./main.ts", import.meta.url), { type: "module", name: flow });
    started.onmessage = ({ data }: MessageEvent<Told>) => take(data);
    started.onerror = (event) => end(new Error(event.message || "the worker that computes could not be started"));
    return started;
  }

  function take({ id, progress, done, result, error }: Told): void {
    const call = waiting.get(id);
    if (progress) call?.onProgress?.(progress);
    if (!done && !error) return;
    waiting.delete(id);
    leaving.get(id)?.();
    if (error) call?.reject(unpacked(error));
    else call?.resolve(result);
  }

  function end(error: unknown): void {
    worker?.terminate();
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    for (const leave of leaving.values()) leave();
  }

  return {
    get generation() {
      return generation;
    },
    async call(task, args, { signal, onProgress } = {}) {
      await left;
      signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        worker ??= start();
        const id = ++last;
        const cancel = () => {
          worker?.postMessage({ id, cancel: true } satisfies Asked);
          reject(signal?.reason);
          const ending = setTimeout(() => end(new DOMException("cancelled", "AbortError")), GRACE);
          left = new Promise((go) => {
            leaving.set(id, () => {
              clearTimeout(ending);
              leaving.delete(id);
              go();
            });
          });
        };
        const settled =
          <V>(call: (value: V) => void) =>
          (value: V) => {
            signal?.removeEventListener("abort", cancel);
            call(value);
          };
        signal?.addEventListener("abort", cancel, { once: true });
        const onResult = settled(resolve as (result: unknown) => void);
        waiting.set(id, { resolve: onResult, reject: settled(reject), onProgress });
        worker.postMessage({ id, task, args } satisfies Asked);
      });
    },
    close: () => end(new DOMException("the worker was closed", "AbortError")),
  };
}

/**
 * For what is dragged: runs one call at a time, and of those that come meanwhile only the newest. Calls that were overtaken
 * resolve to undefined.
 */
export function latestWins<Args, Result>(
  run: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result | undefined> {
  let isRunning = false;
  let next: { args: Args; resolve(result: Promise<Result> | undefined): void } | undefined;
  async function go(args: Args): Promise<Result> {
    isRunning = true;
    try {
      return await run(args);
    } finally {
      isRunning = false;
      const newest = next;
      next = undefined;
      if (newest) newest.resolve(go(newest.args));
    }
  }
  return (args) => {
    if (!isRunning) return go(args);
    next?.resolve(undefined);
    return new Promise((resolve) => {
      next = { args, resolve };
    });
  };
}
