/** Where solves run, so that none holds up a decision: a pool of workers that was given, else turns on this thread. */
import type { Context } from "hono";
import { breath } from "../../engine/breath.js";
import type { Input } from "../../files/body/arrivals.js";
import { type BodyAnswer, decideBody, type OfferBody } from "../../files/body/decide.js";
import {
  type AllocationRequest,
  type AllocationResult,
  allocate,
  allocateInTurns,
  createEngine,
  type Offers,
} from "../../index.js";
import { QueueFullError, timeout } from "../../pool/errors.js";
import { type OfferColumns, placeInTurns } from "../../pool/table.js";
import { type Hooks, TASKS, type TaskArguments, type TaskName, type TaskResult } from "../../pool/tasks.js";
import type { Limits } from "../middleware/limits.js";
import { Problem } from "../problem.js";
import type { TurnsOptions } from "./turns.js";

export interface SolverState {
  running: number;
  waiting: number;
  /** Whether one more would be refused, where that is known. */
  isFull?: boolean;
  /** Bytes of the engines of running solves. */
  memory: number;
}

/** What `createPool` of shadowprice/pool makes is one. */
export interface Solver {
  readonly state: SolverState;
  /** Whether its work is done on other threads than the caller's. */
  readonly isApart?: boolean;
  run<Name extends TaskName>(task: Name, args: TaskArguments<Name>, options?: SolveOptions): Promise<TaskResult<Name>>;
}

export interface SolveOptions {
  signal?: AbortSignal;
  /** Most seconds, of what reads an input from its end on. */
  seconds?: number;
  /** Bytes that the task reads as they arrive. */
  input?: Input;
}

/** Allocations of so many numbers take about a millisecond: they need no turns. */
const SMALL = 50_000;

/**
 * Solves on the thread of the caller, one after the other. An allocation within one budget goes in turns of about two milliseconds, between
 * which others are answered. What cannot be cut into turns is held to a size and a time.
 */
export class TurnsAtWork implements Solver {
  readonly #queue: number;
  readonly #numbers: number;
  readonly #seconds: number;
  readonly #waiting: (() => void)[] = [];
  #memory = () => 0;
  #isBusy = false;

  constructor({ queue = 16, numbers = 1_000_000, seconds = 1 }: TurnsOptions) {
    this.#queue = queue;
    this.#numbers = numbers;
    this.#seconds = seconds;
  }

  get state(): SolverState {
    return {
      running: this.#isBusy ? 1 : 0,
      waiting: this.#waiting.length,
      isFull: this.#isFull,
      memory: this.#memory(),
    };
  }

  async run<Name extends TaskName>(
    task: Name,
    args: TaskArguments<Name>,
    { signal, seconds = Number.POSITIVE_INFINITY, input }: SolveOptions = {},
  ): Promise<TaskResult<Name>> {
    if (task === "allocateBody" && input) {
      if (this.#isFull) throw this.#full();
      const [body, options] = args as unknown as TaskArguments<"allocateBody">;
      return (await this.#ofBody(input, body, options, signal, seconds)) as never;
    }
    return this.#inTurn(signal, () => this.#solved(task, args, signal, seconds));
  }

  async #solved<Name extends TaskName>(
    task: Name,
    args: TaskArguments<Name>,
    signal: AbortSignal | undefined,
    seconds: number,
  ): Promise<TaskResult<Name>> {
    if (task === "allocate") {
      const [columns, request, options] = args as unknown as TaskArguments<"allocate">;
      if (goesInTurns(request)) return (await this.#inTurns(columns, request, options, signal, seconds)) as never;
    }
    const most = Math.min(seconds, this.#seconds);
    this.#requireSmall(task, args);
    const run = TASKS[task] as (hooks: Hooks, ...rest: readonly unknown[]) => TaskResult<Name>;
    return run(this.#hooks(signal, most), ...capped(task, args, most));
  }

  /** Runs when no other is solved. */
  async #inTurn<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    await this.#turn(signal);
    try {
      // Whoever was answered before this is sent its answer first.
      await breath();
      signal?.throwIfAborted();
      return await run();
    } finally {
      this.#memory = () => 0;
      this.#isBusy = false;
      this.#waiting.shift()?.();
    }
  }

  get #isFull(): boolean {
    return this.#isBusy && this.#waiting.length >= this.#queue;
  }

  #full(): QueueFullError {
    return new QueueFullError(`${this.#queue} requests wait: ask again later`);
  }

  /** Waits until no other is solved. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isFull) throw this.#full();
    while (this.#isBusy) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
      if (!signal?.aborted) continue;
      if (!this.#isBusy) this.#waiting.shift()?.();
      signal.throwIfAborted();
    }
    this.#isBusy = true;
  }

  async #inTurns(
    columns: OfferColumns,
    request: AllocationRequest,
    options: TaskArguments<"allocate">[2],
    signal: AbortSignal | undefined,
    seconds: number,
  ): Promise<AllocationResult> {
    const hooks = this.#hooks(signal, seconds);
    if (columns.users * columns.options.length <= SMALL) return TASKS.allocate(hooks, columns, request, options);
    const engine = hooks.newEngine();
    const table = await placeInTurns(engine, columns, hooks.signal);
    try {
      const onProgress = () => hooks.signal.throwIfAborted();
      return await allocateInTurns(table, request, { bound: options?.bound, signal, onProgress });
    } finally {
      table.release();
    }
  }

  /** Reads between others' turns, for as long as its bytes take to arrive, and waits for its own to solve. */
  #ofBody(
    input: Input,
    body: OfferBody,
    options: TaskArguments<"allocateBody">[1],
    signal: AbortSignal | undefined,
    seconds: number,
  ): Promise<BodyAnswer> {
    return decideBody(input, body, {
      ...{ signal: signal ?? new AbortController().signal, newEngine: () => createEngine(), breath },
      allocate: (table, request) =>
        this.#inTurn(signal, async () => this.#ofTable(table, request, options, signal, seconds)),
    });
  }

  #ofTable(
    table: Offers,
    request: AllocationRequest,
    options: TaskArguments<"allocateBody">[1],
    signal: AbortSignal | undefined,
    seconds: number,
  ): AllocationResult | Promise<AllocationResult> {
    if (goesInTurns(request)) {
      const hooks = this.#hooks(signal, seconds, table.engine);
      // As of JSON: the same passes, too.
      if (table.users * table.names.length <= SMALL)
        return allocate(table, request, { ...options, signal: hooks.signal });
      const onProgress = () => hooks.signal.throwIfAborted();
      return allocateInTurns(table, request, { bound: options?.bound, signal, onProgress });
    }
    this.#requireSmall("allocate", [{ users: table.users, options: table.names }]);
    const most = Math.min(seconds, this.#seconds);
    const timeLimit = Math.min(options?.timeLimit ?? most, SEARCH * most);
    return allocate(table, request, { ...options, timeLimit, signal: this.#hooks(signal, most, table.engine).signal });
  }

  #hooks(signal: AbortSignal | undefined, seconds: number, ...held: { memory: WebAssembly.Memory }[]): Hooks {
    const until = performance.now() + 1000 * seconds;
    const late = () => performance.now() > until;
    const engines = [...held];
    this.#memory = () => engines.reduce((bytes, { memory }) => bytes + memory.buffer.byteLength, 0);
    const watch = {
      get aborted() {
        return (signal?.aborted ?? false) || late();
      },
      throwIfAborted() {
        signal?.throwIfAborted();
        if (late()) throw timeout(seconds);
      },
      addEventListener() {},
      removeEventListener() {},
    };
    return {
      signal: watch as unknown as AbortSignal,
      onProgress: () => {},
      newEngine() {
        const engine = createEngine();
        engines.push(engine);
        return engine;
      },
    };
  }

  #requireSmall(task: TaskName, args: readonly unknown[]): void {
    if (task.startsWith("plan")) return;
    const { users, options } = args[0] as OfferColumns;
    const numbers = users * options.length;
    if (numbers <= this.#numbers) return;
    const detail = `without workers this is solved at once: at most ${this.#numbers} users × options, got ${numbers}`;
    throw new Problem("too-large", detail, { limit: { name: "numbers", most: this.#numbers } });
  }
}

function goesInTurns({ stock, groups, minReturn, minSpend, resources, exact }: AllocationRequest): boolean {
  return ![stock, groups, minReturn, minSpend, resources, exact || undefined].some((limit) => limit !== undefined);
}

/** Searches that end by themselves with their best and its bound do so in time. */
function capped(task: TaskName, args: readonly unknown[], seconds: number): readonly unknown[] {
  const name = task.startsWith("plan") ? "seconds" : task === "allocate" ? "timeLimit" : undefined;
  if (!name) return args;
  const options = args.at(-1) as Record<string, number | undefined>;
  return [...args.slice(0, -1), { ...options, [name]: Math.min(options[name] ?? seconds, SEARCH * seconds) }];
}

/** The part of `limits.seconds` after which a search ends by itself, with its best and a bound: what is left is for the answer. */
export const SEARCH = 0.9;

/**
 * Runs a task for a request: closing its connection cancels it, and it ends after `limits.seconds`.
 * @throws {Problem} 503 with Retry-After when the queue is full, 413 when it takes too long; else what the task throws.
 */
export async function solve<Name extends TaskName>(
  { solver, limits }: { solver: Solver; limits: Limits },
  context: Context,
  task: Name,
  args: TaskArguments<Name>,
  input?: Input,
): Promise<TaskResult<Name>> {
  try {
    return await solver.run(task, args, { signal: context.req.raw.signal, seconds: limits.seconds, input });
  } catch (error) {
    throw solverProblem(error, solver, limits);
  }
}

/** Seconds after which a client may ask again: each that waits takes some. */
function retryAfter({ running, waiting }: SolverState): string {
  return String(Math.min(60, 1 + Math.ceil(waiting / Math.max(1, running))));
}

export function solverProblem(error: unknown, { state }: Solver, { seconds }: Limits): unknown {
  const { name, message } = error as Error;
  // By name: a pool is of another bundle.
  if (name === "QueueFullError") return new Problem("busy", message, {}, { "retry-after": retryAfter(state) });
  if (name !== "TimeoutError") return error;
  return new Problem("too-large", `the solve took longer than it may here: ${message}`, {
    limit: { name: "seconds", most: seconds },
  });
}
