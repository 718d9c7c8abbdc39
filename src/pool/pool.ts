/** Workers that solve, so that whoever asks is never held up. */
import { wholeNumber } from "../engine/check.js";
import type { Input } from "../files/body/arrivals.js";
import type {
  AllocationOptions,
  AllocationRequest,
  AllocationResult,
  FrontierOptions,
  FrontierResult,
  PlanChange,
  PlanFrontier,
  PlanFrontierOptions,
  PlanOptions,
  PlanProblem,
  PlanResult,
  Scenario,
  TotalsRequest,
} from "../index.js";
import { QueueFullError } from "./errors.js";
import { type Job, Slot } from "./slot.js";
import type { OfferColumns } from "./table.js";
import type { PoolProgress, TaskArguments, TaskName, TaskResult } from "./tasks.js";

export interface PoolOptions {
  /** Workers at most; each starts when it is first needed. Default: one less than the processors, at least 1. */
  size?: number;
  /** Tasks that may wait (default 64); one more is refused with a `QueueFullError`. */
  queue?: number;
  /**
   * The workers' script. Default: `pool.worker.js` beside this module, which Vite finds by itself; with esbuild make
   * "shadowprice/pool/worker" an entry of its own and name it here.
   */
  script?: URL;
}

/** Options of every task. */
export interface TaskOptions {
  /** Cancels: the promise rejects with its reason at once, and the worker is free again. */
  signal?: AbortSignal;
  /** Most seconds, from when a worker takes the task: then the promise rejects with a `TimeoutError`. Left out: none. */
  seconds?: number;
  /** Several times a second. */
  onProgress?: (progress: PoolProgress) => void;
  /** Bytes that the task reads as they arrive. `seconds` begin behind the last. */
  input?: Input;
}

type WithTask<Options> = Omit<Options, "engine" | "into" | keyof TaskOptions> & TaskOptions;

/** What a pool does now. */
export interface PoolState {
  workers: number;
  running: number;
  waiting: number;
  /** Whether one more would be refused. */
  isFull: boolean;
  /** Bytes that the engines of running tasks held when they last said so. */
  memory: number;
}

/**
 * A pool of workers, on Node, Deno, Bun and in browsers.
 *
 * @throws {TypeError | RangeError} for options that are not right; {Error} where the runtime has no workers.
 * @example
 * const pool = createPool({ size: 2 });
 * const { choices } = await pool.allocate({ options: ["5off", "10off"], users, values, costs }, { budget: 100_000 });
 * await pool.close();
 */
export function createPool(options: PoolOptions = {}): Pool {
  return new Pool(options);
}

export class Pool {
  /** What it is asked holds up nobody on the thread of the caller. */
  readonly isApart = true;
  readonly #size: number;
  readonly #queue: number;
  readonly #script: URL;
  readonly #slots = new Set<Slot>();
  readonly #waiting: Job[] = [];
  #isClosed = false;

  constructor({ size = processors(), queue = 64, script }: PoolOptions = {}) {
    this.#size = wholeNumber(size, "size", 1, 1024);
    this.#queue = wholeNumber(queue, "queue", 0, 1_000_000);
    if (script !== undefined && !(script instanceof URL)) throw new TypeError("script must be a URL");
    this.#script = script ?? new URL("./pool.worker.js", import.meta.url);
  }

  get state(): PoolState {
    const slots = [...this.#slots];
    return {
      workers: slots.length,
      running: slots.filter(({ isBusy }) => isBusy).length,
      waiting: this.#waiting.length,
      isFull: this.#waiting.length >= this.#queue && slots.length >= this.#size && slots.every(({ isBusy }) => isBusy),
      memory: slots.reduce((bytes, { memory }) => bytes + memory, 0),
    };
  }

  /** As `allocate`, on columns, which move to the worker: see `OfferColumns`. */
  allocate(
    columns: OfferColumns,
    request: AllocationRequest,
    options: WithTask<AllocationOptions> = {},
  ): Promise<AllocationResult> {
    const [rest, task] = apart(options);
    return this.run("allocate", [columns, request, rest], task);
  }

  /** As `frontier`, on columns. */
  frontier(
    columns: OfferColumns,
    request: AllocationRequest = {},
    options: WithTask<FrontierOptions> = {},
  ): Promise<FrontierResult> {
    const [rest, task] = apart(options);
    return this.run("frontier", [columns, request, rest], task);
  }

  /** As `totals`, on columns. */
  totals(columns: OfferColumns, request: TotalsRequest, options: TaskOptions = {}): Promise<Uint8Array> {
    return this.run("totals", [columns, request], options);
  }

  /** As `planBudget`. */
  planBudget(problem: PlanProblem, options: WithTask<PlanOptions> = {}): Promise<PlanResult> {
    const [rest, task] = apart(options);
    return this.run("planBudget", [problem, rest], task);
  }

  /** As `planFrontier`. */
  planFrontier(problem: PlanProblem, options: WithTask<PlanFrontierOptions> = {}): Promise<PlanFrontier> {
    const [rest, task] = apart(options);
    return this.run("planFrontier", [problem, rest], task);
  }

  /** As `planScenarios`. */
  planScenarios(
    problem: PlanProblem,
    changes: Readonly<Record<string, readonly PlanChange[]>>,
    options: WithTask<PlanOptions> = {},
  ): Promise<{ base: PlanResult; scenarios: Scenario[] }> {
    const [rest, task] = apart(options);
    return this.run("planScenarios", [problem, changes, rest], task);
  }

  /**
   * Any task by its name.
   * @throws {QueueFullError} when as many wait as may; the signal's reason; and what the task throws, of the same class.
   */
  async run<Name extends TaskName>(
    task: Name,
    args: TaskArguments<Name>,
    { signal, seconds, onProgress, input }: TaskOptions = {},
  ): Promise<TaskResult<Name>> {
    if (this.#isClosed) throw new Error("this pool is closed");
    signal?.throwIfAborted();
    const slot = this.#freeSlot();
    if (!slot && this.#waiting.length >= this.#queue) {
      throw new QueueFullError(`all ${this.#size} workers are busy and ${this.#queue} tasks wait: ask again later`);
    }
    return new Promise((resolve, reject) => {
      const cancel = () => this.#cancel(job);
      const settle =
        <T>(call: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener("abort", cancel);
          call(value);
        };
      const job: Job = {
        ...{ task, args, onProgress, signal, seconds, input },
        resolve: settle(resolve as (value: unknown) => void),
        reject: settle(reject),
      };
      signal?.addEventListener("abort", cancel, { once: true });
      if (slot) slot.start(job);
      else this.#waiting.push(job);
    });
  }

  /** Ends the workers. What runs or waits is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const error = new Error("the pool was closed");
    for (const job of this.#waiting.splice(0)) job.reject(error);
    for (const slot of this.#slots) slot.end(error);
    this.#slots.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #freeSlot(): Slot | undefined {
    const free = [...this.#slots].filter(({ isBusy }) => !isBusy).sort((a, b) => a.answers - b.answers);
    // One that still writes an answer to a slow reader only where there is no other.
    if (free[0]?.answers === 0 || this.#slots.size >= this.#size) return free[0];
    const slot = new Slot(this.#script, {
      onFree: () => this.#next(slot),
      onEnd: () => {
        this.#slots.delete(slot);
        this.#next();
      },
    });
    this.#slots.add(slot);
    return slot;
  }

  /** The job that has waited longest, to this slot or to a new one. */
  #next(free?: Slot): void {
    if (this.#isClosed || this.#waiting.length === 0) return;
    const slot = free ?? this.#freeSlot();
    const job = slot && this.#waiting.shift();
    if (job) slot.start(job);
  }

  #cancel(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    else for (const slot of this.#slots) if (slot.runs(job)) slot.cancel();
    job.reject(job.signal?.reason);
  }
}

function processors(): number {
  const { navigator, process } = globalThis as {
    navigator?: { hardwareConcurrency?: number };
    process?: { getBuiltinModule?(name: string): { availableParallelism(): number } };
  };
  // Node 20 has no navigator.
  const count = navigator?.hardwareConcurrency ?? process?.getBuiltinModule?.("node:os").availableParallelism();
  return Math.max(1, (count ?? 2) - 1);
}

/** What goes to the worker, and what stays here. */
function apart<Options extends TaskOptions>({
  signal,
  seconds,
  onProgress,
  input,
  ...rest
}: Options): [Omit<Options, keyof TaskOptions>, TaskOptions] {
  return [rest, { signal, seconds, onProgress, input }];
}
