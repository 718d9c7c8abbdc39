/** One request of a conversation: its session, its server, and what the tools do with them. */
import type { Context } from "hono";
import type { AllocationRequest, PlanFrontierOptions, PlanOptions, PlanProblem, PlanResult } from "../index.js";
import { explain } from "../index.js";
import { columnsOf, pointerToCell } from "../serve/bodies/table.js";
import type { Env } from "../serve/context.js";
import { type Limits, sizedPlan, within } from "../serve/middleware/limits.js";
import { askSolver, Problem } from "../serve/problem.js";
import { SEARCH, type Solver, solve } from "../serve/solving/solver.js";
import { isConflict } from "../serve/store/store.js";
import { changedPlan, changedRequest, type Delta, type Echo } from "./deltas.js";
import {
  type AllocationScenario,
  appended,
  type Line,
  type OfferBody,
  type PlanScenario,
  type Summary,
  summaryOfAllocation,
  summaryOfPlan,
} from "./scenario.js";
import { explainAllocation } from "./sentences.js";
import type { Session, Sessions } from "./sessions.js";

export interface Answered {
  scenario: string;
  kept: boolean;
  summary: Summary;
}

type Allocations = Extract<Line, { kind: "allocation" }>;
type Plans = Extract<Line, { kind: "plan" }>;

export class Conversation {
  readonly #context: Context<Env>;
  readonly #shared: { limits: Limits; solver: Solver };
  readonly #sessions: Sessions;
  readonly #session: Session;

  constructor(context: Context<Env>, shared: { limits: Limits; solver: Solver }, sessions: Sessions, session: Session) {
    this.#context = context;
    this.#shared = shared;
    this.#sessions = sessions;
    this.#session = session;
  }

  get limits(): Limits {
    return this.#shared.limits;
  }

  get line(): Line | undefined {
    return this.#session.line;
  }

  async plan(plan: PlanProblem, options: PlanOptions, name: string): Promise<Answered & { spend: number[][] }> {
    const scenario = await this.#planned(name, plan, options, "/plan");
    const line: Line = { kind: "plan", options, scenarios: [scenario], current: 0 };
    return { ...(await this.#keep(line, scenario)), spend: scenario.spend };
  }

  async allocate(
    offers: OfferBody,
    request: AllocationRequest,
    name: string,
  ): Promise<Answered & { decisions: number[] }> {
    const { scenario, decisions } = await this.#allocated(name, offers, request);
    const line: Line = { kind: "allocation", offers, scenarios: [scenario], current: 0 };
    return { ...(await this.#keep(line, scenario)), decisions };
  }

  /** The current scenario with changes: solved, kept, and beside what it was. */
  async change(deltas: readonly Delta[], name: string): Promise<Answered & { echoes: Echo[]; before: Summary }> {
    const line = this.#needed();
    if (line.kind === "plan") {
      const from = currentOf(line);
      const { value, echoes } = changedPlan(from, deltas);
      const scenario = await this.#planned(name, value, line.options, "");
      const scenarios = appended(line.scenarios, scenario);
      const kept = await this.#keep(
        { ...line, scenarios, current: scenarios.length - 1 },
        scenarios.at(-1) as PlanScenario,
      );
      return { ...kept, echoes, before: from.summary };
    }
    const from = currentOf(line);
    const { value, echoes } = changedRequest(from, line.offers.options, deltas);
    const { scenario } = await this.#allocated(name, line.offers, value, "");
    const scenarios = appended(line.scenarios, scenario);
    const last = scenarios.at(-1) as AllocationScenario;
    return {
      ...(await this.#keep({ ...line, scenarios, current: scenarios.length - 1 }, last)),
      echoes,
      before: from.summary,
    };
  }

  /** Makes an earlier scenario the current one. */
  async goBack(name: string): Promise<Answered> {
    const line = this.#needed();
    const current = line.scenarios.findIndex((scenario) => scenario.name === name);
    if (current < 0) {
      const known = line.scenarios.map((scenario) => `"${scenario.name}"`).join(", ");
      throw new Problem("invalid-value", `there is no scenario "${name}"; kept are ${known}`, { pointer: "/scenario" });
    }
    return this.#keep({ ...line, current }, line.scenarios[current] as PlanScenario | AllocationScenario);
  }

  /** Changes by name, from the current scenario, which stays as it is. */
  async whatIf(changes: Record<string, readonly Delta[]>): Promise<{ name: string; summary: Summary }[]> {
    const line = this.#needed();
    within(this.limits, "points", Object.keys(changes).length, "/scenarios");
    const found: { name: string; summary: Summary }[] = [];
    for (const [name, deltas] of Object.entries(changes)) {
      if (line.kind === "plan") {
        found.push(await this.#planned(name, changedPlan(currentOf(line), deltas).value, line.options, ""));
      } else {
        const { value } = changedRequest(currentOf(line), line.offers.options, deltas);
        found.push((await this.#allocated(name, line.offers, value, "")).scenario);
      }
    }
    return found.map(({ name, summary }) => ({ name, summary }));
  }

  async frontier(points: number | undefined, budgets: readonly number[] | undefined) {
    const line = this.#needed();
    within(this.limits, "points", points ?? budgets?.length ?? 0, points === undefined ? "/budgets" : "/points");
    const asked = { points: budgets ? undefined : (points ?? 11), budgets };
    if (line.kind === "plan") {
      const { plan } = currentOf(line);
      const options: PlanFrontierOptions = { ...line.options, ...asked, seconds: SEARCH * this.limits.seconds };
      const found = await askSolver(
        plan,
        "",
        solve(this.#shared, this.#context, "planFrontier", [plan, options] as never),
      );
      return {
        status: found.status,
        points: found.points.map(({ budget, response, bound, spent, price }) => {
          return { budget, gain: response, bound, spent, price };
        }),
      };
    }
    const { request } = currentOf(line);
    const columns = columnsOf(line.offers, this.limits);
    const solving = solve(this.#shared, this.#context, "frontier", [columns, request, asked]);
    const found = await askSolver(request, "", solving, (text) => pointerToCell(text, columns));
    return {
      status: found.status,
      points: found.points.map(({ budget, value, bound, spend, price }) => {
        return { budget, gain: value, bound, spent: spend, price };
      }),
    };
  }

  /** Sentences on the current scenario. */
  async explain(): Promise<{ scenario: string; status: string; sentences: string[] }> {
    const line = this.#needed();
    const { name, summary } = currentOf(line);
    if (line.kind === "allocation")
      return { scenario: name, status: summary.status, sentences: explainAllocation(summary) };
    const { plan } = currentOf(line);
    const result = await this.#solved(plan, line.options, "");
    return { scenario: name, status: result.status, sentences: explain(result, plan) };
  }

  #needed(): Line {
    if (this.#session.line) return this.#session.line;
    throw new Problem(
      "not-found",
      "there is no scenario in this session yet: call plan_budget or allocate_offers first",
    );
  }

  async #solved(plan: PlanProblem, options: PlanOptions, at: string): Promise<PlanResult> {
    sizedPlan(plan, this.limits);
    const asked = { ...options, seconds: SEARCH * this.limits.seconds };
    return askSolver(plan, at, solve(this.#shared, this.#context, "planBudget", [plan, asked]));
  }

  async #planned(name: string, plan: PlanProblem, options: PlanOptions, at: string): Promise<PlanScenario> {
    const result = await this.#solved(plan, options, at);
    const spend = result.status === "met" ? result.spend.map((row) => [...row]) : [];
    return { name, plan, summary: summaryOfPlan(result, plan), spend };
  }

  async #allocated(name: string, offers: OfferBody, request: AllocationRequest, at = "/request") {
    const columns = columnsOf(offers, this.limits);
    const options = { timeLimit: SEARCH * this.limits.seconds };
    const solving = solve(this.#shared, this.#context, "allocate", [columns, request, options]);
    const result = await askSolver(request, at, solving, (text) => pointerToCell(text, columns));
    const scenario: AllocationScenario = { name, request, summary: summaryOfAllocation(result, offers, request) };
    return { scenario, decisions: result.status === "met" ? [...result.choices] : [] };
  }

  async #keep(line: Line, { name, summary }: PlanScenario | AllocationScenario): Promise<Answered> {
    try {
      return { scenario: name, kept: await this.#sessions.keep(this.#session, line), summary };
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw new Problem(
        "conflict",
        "another call changed the scenario of this session meanwhile: look at it with describe_problem, then call again",
      );
    }
  }
}

export function currentOf(line: Plans): PlanScenario;
export function currentOf(line: Allocations): AllocationScenario;
export function currentOf(line: Line): PlanScenario | AllocationScenario;
export function currentOf({ scenarios, current }: Line): PlanScenario | AllocationScenario {
  return scenarios[current] as PlanScenario | AllocationScenario;
}
