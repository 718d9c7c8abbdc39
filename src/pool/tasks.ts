/** What can be asked of a solver, here or in a worker: each a function of its arguments, with a way to stop it. */

import { type Input, wholeBytes } from "../files/body/arrivals.js";
import { type BodyAnswer, decideBody, type OfferBody } from "../files/body/decide.js";
import {
  type AllocationOptions,
  type AllocationRequest,
  type AllocationResult,
  allocate,
  type Engine,
  type FrontierOptions,
  type FrontierResult,
  frontier,
  type PlanChange,
  type PlanFrontier,
  type PlanFrontierOptions,
  type PlanOptions,
  type PlanProblem,
  type PlanResult,
  planBudget,
  planFrontier,
  planScenarios,
  type Scenario,
  type TotalsRequest,
  totals,
} from "../index.js";
import { type ReadOffers, readOffers } from "./json-offers.js";
import { type OfferColumns, placeColumns } from "./table.js";

/** How far a task is. */
export interface PoolProgress {
  phase: string;
  done: number;
  total: number;
}

/** What a task is given beside its arguments. */
export interface Hooks {
  /** Looked at between slices of work. */
  signal: AbortSignal;
  onProgress: (progress: PoolProgress) => void;
  /** An engine of this task's own. */
  newEngine: () => Engine;
  /** Bytes that a task reads as they arrive. */
  input?: Input;
}

/** Options as they travel: no functions, no engine. */
type Travelling<Options> = Omit<Options, "signal" | "onProgress" | "engine" | "into">;

export const TASKS = {
  allocate(
    hooks: Hooks,
    columns: OfferColumns,
    request: AllocationRequest,
    options: Travelling<AllocationOptions> = {},
  ): AllocationResult {
    return onTable(hooks, columns, (table) => allocate(table, request, { ...options, ...watched(hooks) }));
  },

  frontier(
    hooks: Hooks,
    columns: OfferColumns,
    request: AllocationRequest = {},
    options: Travelling<FrontierOptions> = {},
  ): FrontierResult {
    return onTable(hooks, columns, (table) => frontier(table, request, { ...options, ...watched(hooks) }));
  },

  totals(hooks: Hooks, columns: OfferColumns, request: TotalsRequest): Uint8Array {
    return onTable(hooks, columns, (table) => totals(table, request, watched(hooks)));
  },

  /** A table as bytes that are still arriving; its decisions as bytes that are asked for. */
  async allocateBody(hooks: Hooks, body: OfferBody, options: Travelling<AllocationOptions> = {}): Promise<BodyAnswer> {
    if (!hooks.input) throw new TypeError("a table is read from an input");
    return decideBody(hooks.input, body, {
      ...hooks,
      allocate: (table, request) => allocate(table, request, { ...options, ...watched(hooks) }),
      breath() {},
    });
  },

  /** The table of a JSON body, which arrives as bytes; undefined where anything of it is not right. */
  async readOffers(hooks: Hooks): Promise<ReadOffers | undefined> {
    return hooks.input && readOffers(await wholeBytes(hooks.input));
  },

  planBudget(hooks: Hooks, problem: PlanProblem, options: Travelling<PlanOptions> = {}): PlanResult {
    return planBudget(problem, { ...options, ...watched(hooks), engine: hooks.newEngine() });
  },

  planFrontier(hooks: Hooks, problem: PlanProblem, options: Travelling<PlanFrontierOptions> = {}): PlanFrontier {
    return planFrontier(problem, { ...options, ...watched(hooks), engine: hooks.newEngine() });
  },

  planScenarios(
    hooks: Hooks,
    problem: PlanProblem,
    scenarios: Readonly<Record<string, readonly PlanChange[]>>,
    options: Travelling<PlanOptions> = {},
  ): { base: PlanResult; scenarios: Scenario[] } {
    return planScenarios(problem, scenarios, { ...options, ...watched(hooks), engine: hooks.newEngine() });
  },
};

export type TaskName = keyof typeof TASKS;

/** What a task takes after its hooks. */
export type TaskArguments<Name extends TaskName> =
  Parameters<(typeof TASKS)[Name]> extends [Hooks, ...infer Rest] ? Rest : never;

export type TaskResult<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>;

function watched({ signal, onProgress }: Hooks) {
  return { signal, onProgress: (progress: PoolProgress) => onProgress(progress) };
}

function onTable<T>(hooks: Hooks, columns: OfferColumns, ask: (table: ReturnType<typeof placeColumns>) => T): T {
  const table = placeColumns(hooks.newEngine(), columns);
  try {
    return ask(table);
  } finally {
    table.release();
  }
}
