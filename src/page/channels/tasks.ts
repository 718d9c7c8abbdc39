/** What the channels' worker does. */
import { checkPlan } from "../../planning/check.js";
import { planBudget } from "../../planning/plan.js";
import { explain } from "../../planning/report/explain.js";
import { planFrontier } from "../../planning/scenarios.js";
import type { Channel, PlanProblem, PlanProgress } from "../../planning/types.js";
import { amount } from "../shell/numbers.js";
import type { TaskContext } from "../worker/rpc.js";
import type { Budgets, Planned, ResponseCurve } from "./types.js";

/** Points of a response curve, and of the curve of budgets. */
const [SPENDS, BUDGETS] = [61, 25];

const told =
  ({ progress }: TaskContext) =>
  ({ phase, done, total }: PlanProgress) =>
    progress({ phase, done, total });

export const tasks = {
  /** Throws where a plan is not one. */
  check({ problem }: { problem: unknown }): true {
    checkPlan(problem);
    return true;
  },

  /** The best plan, with its proof and its sentences. */
  plan({ problem }: { problem: PlanProblem }, context: TaskContext): Planned {
    const result = planBudget(problem, { onProgress: told(context) });
    return { problem, result, sentences: explain(result, problem, amount) };
  },

  /** What every budget from half to twice today's would bring; empty where the objective chooses its own spend. */
  budgets({ problem }: { problem: PlanProblem }, context: TaskContext): Budgets {
    const { objective, risk } = problem;
    if (objective && objective.type !== "response" && objective.type !== "blend") return [];
    if (risk && risk.type !== "expectation") return [];
    const { points } = planFrontier(problem, { points: BUDGETS, onProgress: told(context) });
    return points.map(({ budget, response, spent }) => ({ budget, response, spent }));
  },

  /**
   * A channel's response to what it spends in one period of the usual season, up to `most`: the best plan of this channel alone at
   * each spend, so that campaigns share it as they should and draws give what is expected of them.
   */
  response({ channel, most }: { channel: Channel; most: number }): ResponseCurve {
    const { name, curve, value, campaigns } = channel;
    const bare = campaigns
      ? { name, campaigns: campaigns.map((one) => ({ name: one.name, curve: one.curve, value: one.value ?? 1 })) }
      : { name, curve, value: value ?? 1 };
    const spend = Array.from({ length: SPENDS - 1 }, (_, i) => (most * (i + 1)) / (SPENDS - 1));
    const { points } = planFrontier({ budget: most, channels: [bare as Channel] }, { budgets: spend });
    return { spend: [0, ...points.map(({ budget }) => budget)], response: [0, ...points.map((one) => one.response)] };
  },
};
