/** A worker, as Node has them (`worker_threads`) and as everyone else does (`Worker`), under one form. */

/** One end of a worker. */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  receive(take: (message: unknown) => void): void;
}

export interface Thread extends Port {
  /** Called once, when the worker has failed or ended by itself. */
  onEnd(call: (error: Error) => void): void;
  /** Whether it keeps the process alive (Node). */
  hold(isBusy: boolean): void;
  end(): void;
}

interface NodePort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: string, call: (value: never) => void): void;
}

interface NodeWorker extends NodePort {
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface NodeThreads {
  Worker: new (url: URL, options: object) => NodeWorker;
  parentPort: NodePort | null;
  isMainThread: boolean;
}

/** Node's own module, found without an import: browsers have none. */
function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): NodeThreads | undefined } };
  return process?.getBuiltinModule?.("node:worker_threads");
}

/**
 * Starts a worker on a script.
 * @throws {Error} where the runtime has no workers.
 */
export function startThread(script: URL): Thread {
  // Deno and Bun have both: theirs of the web starts sooner.
  if (typeof Worker === "function") return webThread(new Worker(script, { type: "module", name: "shadowprice" }));
  const threads = nodeThreads();
  if (threads?.Worker) return nodeThread(new threads.Worker(script, { name: "shadowprice", env: {}, execArgv: [] }));
  throw new Error("this runtime has no workers: call allocate, planBudget … themselves");
}

/** Whether there is anything to start. */
export function hasWorkers(): boolean {
  return typeof Worker === "function" || nodeThreads()?.Worker !== undefined;
}

interface NodeSystem {
  setPriority(priority: number): void;
}

/** Above this, the kernel prefers every other thread that wants to run. */
const POLITE = 10;

/**
 * Lets the thread that answers requests go first where there are fewer cores than threads. On Linux alone a thread has a priority of its
 * own; elsewhere it would be that of the whole process.
 */
function giveWay(): void {
  const { process } = globalThis as {
    process?: { platform?: string; getBuiltinModule?(name: string): NodeSystem | undefined };
  };
  if (process?.platform !== "linux") return;
  try {
    process.getBuiltinModule?.("node:os")?.setPriority(POLITE);
  } catch {
    // Forbidden here: it works as it would have.
  }
}

/** The way from a worker to whoever started it. */
export function parentPort(): Port {
  const port = nodeThreads()?.parentPort;
  if (port) giveWay();
  if (port) return nodePort(port);
  const self = globalThis as unknown as Worker;
  return {
    post: (message, transfer = []) => self.postMessage(message, [...transfer]),
    receive: (take) => self.addEventListener("message", ({ data }) => take(data)),
  };
}

function nodePort(port: NodePort): Port {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    receive: (take) => port.on("message", take),
  };
}

function nodeThread(worker: NodeWorker): Thread {
  return {
    ...nodePort(worker),
    onEnd(call) {
      worker.on("error", call);
      worker.on("exit", (code: number) => call(new Error(`the worker ended with code ${code}`)));
    },
    hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}

function webThread(worker: Worker): Thread {
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    receive: (take) => worker.addEventListener("message", ({ data }) => take(data)),
    onEnd: (call) =>
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        call(new Error(event.message || "the worker's script could not be loaded or failed"));
      }),
    hold: () => {},
    end: () => worker.terminate(),
  };
}
