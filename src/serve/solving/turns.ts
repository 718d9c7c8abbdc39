/** Solves on the thread of the caller. What solves is loaded with the first solve: an edge that decides never does. */
import type { TaskArguments, TaskName, TaskResult } from "../../pool/tasks.js";
import type { SolveOptions, Solver, SolverState } from "./solver.js";

export interface TurnsOptions {
  /** Requests that may wait while one is solved (default 16). */
  queue?: number;
  /**
   * Users × options (or prices × users × options) of what cannot be solved in turns: limits beside a budget, exact optima, frontiers,
   * totals. Default 1,000,000.
   */
  numbers?: number;
  /** Seconds that what cannot be solved in turns may take: plans, and the above. Default 1. */
  seconds?: number;
}

/**
 * Solves on the thread of the caller, one after the other. An allocation within one budget goes in turns of about two milliseconds, between
 * which others are answered. What cannot be cut into turns is held to a size and a time.
 */
export class Turns implements Solver {
  readonly #options: TurnsOptions;
  #loading: Promise<Solver> | undefined;
  #atWork: Solver | undefined;

  constructor(options: TurnsOptions = {}) {
    this.#options = { ...options };
  }

  get state(): SolverState {
    return this.#atWork?.state ?? { running: 0, waiting: 0, isFull: false, memory: 0 };
  }

  async run<Name extends TaskName>(
    task: Name,
    args: TaskArguments<Name>,
    options?: SolveOptions,
  ): Promise<TaskResult<Name>> {
    this.#loading ??= import("./solver.js").then(({ TurnsAtWork }) => {
      this.#atWork = new TurnsAtWork(this.#options);
      return this.#atWork;
    });
    return (this.#atWork ?? (await this.#loading)).run(task, args, options);
  }
}
