/** The tools: each says when a model should take it, what it takes with an example, and answers in figures and in text. */
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import type { AllocationRequest, PlanProblem } from "../index.js";
import { answer, correctable } from "./answers.js";
import type { Conversation } from "./conversation.js";
import type { Delta } from "./deltas.js";
import { describeTool } from "./describe.js";
import type { OfferBody, Summary } from "./scenario.js";
import {
  AllocationOut,
  ChangeOut,
  CompareOut,
  Deltas,
  ExplainOut,
  FrontierOut,
  Offers,
  Plan,
  PlanOut,
  Request,
} from "./schemas.js";
import { difference, echoed, linesOf, write } from "./sentences.js";

export type Fail = (error: unknown) => void;

const name = z.string().min(1).max(100).optional().describe("What to call this scenario.");
/** Tools compute: they touch nothing but the session's own scenario. */
const READS = { readOnlyHint: true, openWorldHint: false };
const KEEPS = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };

export function registerTools(server: McpServer, talk: Conversation, fail: Fail): void {
  describeTool(server, talk, fail);
  solveTools(server, talk, fail);
  changeTool(server, talk, fail);
  compareTool(server, talk, fail);
  frontierTool(server, talk, fail);
  explainTool(server, talk, fail);
}

function solveTools(server: McpServer, talk: Conversation, fail: Fail): void {
  server.registerTool(
    "plan_budget",
    {
      title: "Plan a budget over channels",
      description:
        "How much each channel spends, and when, for the most response, with a proof of how near the optimum that is. Needs response curves. " +
        "Begins a new line of scenarios, which change_scenario, compare_scenarios, frontier and explain go on with.",
      inputSchema: {
        plan: Plan,
        name,
        method: z.enum(["separable", "flighting"]).optional().describe("Left out: what the plan needs."),
        seed: z.int().nonnegative().optional(),
      },
      outputSchema: PlanOut,
      annotations: KEEPS,
    },
    ({ plan, name = "start", ...options }) =>
      correctable(fail, async () => {
        const { summary, ...rest } = await talk.plan(plan as unknown as PlanProblem, options, name);
        return answer({ ...rest, ...summary }, [...linesOf(summary, "plan"), ...unkept(rest.kept)]);
      }),
  );
  server.registerTool(
    "allocate_offers",
    {
      title: "Give users offers",
      description:
        "Which user gets which offer, if any, for the most value under a budget and other limits, with a proof. Begins a new line of " +
        "scenarios, which change_scenario, compare_scenarios, frontier and explain go on with.",
      inputSchema: { offers: Offers, request: Request, name },
      outputSchema: AllocationOut,
      annotations: KEEPS,
    },
    ({ offers, request, name = "start" }) =>
      correctable(fail, async () => {
        const { summary, ...rest } = await talk.allocate(offers as OfferBody, request as AllocationRequest, name);
        return answer({ ...rest, ...summary }, [...linesOf(summary, "allocation"), ...unkept(rest.kept)]);
      }),
  );
}

function changeTool(server: McpServer, talk: Conversation, fail: Fail): void {
  server.registerTool(
    "change_scenario",
    {
      title: "Change the last scenario",
      description:
        'Changes the last scenario and solves it again: "ten percent less on TV" is {"changes":[{"channel":"TV","change":-0.1}]}, "a budget of ' +
        '80" is {"changes":[{"what":"budget","to":80}]}. Answers each change from and to, and what it does against the scenario before. ' +
        'To go back to an earlier scenario: {"backTo":"start"}.',
      inputSchema: {
        changes: Deltas.optional(),
        backTo: z.string().optional().describe("Instead of changes: an earlier scenario, by its name."),
        name,
      },
      outputSchema: ChangeOut,
      annotations: KEEPS,
    },
    ({ changes, backTo, name }) =>
      correctable(fail, async () => {
        const kind = talk.line?.kind ?? "plan";
        const before = talk.line?.scenarios[talk.line.current]?.summary;
        if (backTo !== undefined) {
          const { summary, ...rest } = await talk.goBack(backTo);
          const changed = { what: "scenario", from: null, to: backTo };
          const compared = against(summary, before ?? summary);
          return answer({ ...rest, changes: [changed], before, ...summary, ...compared }, [
            `"${backTo}" is the current scenario.`,
            ...linesOf(summary, kind),
          ]);
        }
        const asked = (changes ?? []) as Delta[];
        const { summary, echoes, ...rest } = await talk.change(asked, name ?? titled(asked));
        const compared = against(summary, rest.before);
        const gained = kind === "plan" ? "response" : "value";
        return answer({ ...rest, changes: echoes, ...summary, ...compared }, [
          ...echoes.map(echoed),
          ...(summary.status === "met"
            ? [
                `Against before: ${difference(gained, compared.gainChange)}, ${difference("spend", compared.spentChange)}.`,
              ]
            : []),
          ...linesOf(summary, kind),
          ...unkept(rest.kept),
        ]);
      }),
  );
}

function compareTool(server: McpServer, talk: Conversation, fail: Fail): void {
  server.registerTool(
    "compare_scenarios",
    {
      title: "Compare scenarios",
      description:
        "The scenarios of this session side by side, the first as it was asked. With `scenarios`, also the current one with changes by name, " +
        'such as {"scenarios":{"no TV":[{"channel":"TV","to":0}],"more money":[{"change":0.2}]}}; the current one stays as it is.',
      inputSchema: { scenarios: z.record(z.string(), Deltas).optional() },
      outputSchema: CompareOut,
      annotations: READS,
    },
    ({ scenarios = {} }) =>
      correctable(fail, async () => {
        const asked = await talk.whatIf(scenarios as Record<string, Delta[]>);
        const kept = talk.line?.scenarios ?? [];
        const current = kept[talk.line?.current ?? 0];
        const all = [...kept.map(({ name, summary }) => ({ name, summary })), ...asked];
        const base = all[0]?.summary as Summary;
        const rows = all.map(({ name, summary }) => ({ name, ...summary, ...against(summary, base) }));
        const line = ({ name, status, gain, spent, gainChange }: (typeof rows)[number]) =>
          status === "met"
            ? `${name}: ${write(gain)} for ${write(spent)} (${difference("against the first", gainChange)})`
            : `${name}: ${status}`;
        return answer({ current: current?.name, scenarios: rows }, [...rows.map(line), `Current: ${current?.name}`]);
      }),
  );
}

function frontierTool(server: McpServer, talk: Conversation, fail: Fail): void {
  server.registerTool(
    "frontier",
    {
      title: "What every budget buys",
      description:
        "The current scenario at many budgets: what more or less money would bring. Good before a budget is decided.",
      inputSchema: {
        points: z.int().min(2).max(100).optional().describe("How many budgets, evenly spaced (11)."),
        budgets: z.array(z.number()).min(1).max(100).optional().describe("Or these budgets."),
      },
      outputSchema: FrontierOut,
      annotations: READS,
    },
    ({ points, budgets }) =>
      correctable(fail, async () => {
        const found = await talk.frontier(points, budgets);
        const line = ({ budget, gain, price }: (typeof found.points)[number]) =>
          `${write(budget)}: ${write(gain)}, one more unit of money brings ${write(price)}`;
        return answer(found, found.points.length > 0 ? found.points.map(line) : ["No budget keeps the limits."]);
      }),
  );
}

function explainTool(server: McpServer, talk: Conversation, fail: Fail): void {
  server.registerTool(
    "explain",
    {
      title: "Explain the current scenario",
      description:
        "Sentences that are true of the result by construction: what it does, what holds it, what one more unit of money buys and where, and why " +
        "each change from today. Quote them rather than guessing reasons.",
      inputSchema: {},
      outputSchema: ExplainOut,
      annotations: READS,
    },
    () =>
      correctable(fail, async () => {
        const found = await talk.explain();
        return answer(found, found.sentences);
      }),
  );
}

/** A name for changes that have none. */
function titled(deltas: readonly Delta[]): string {
  const parts = deltas.map(({ channel, option, group, what, change, by, to }) => {
    const on = channel ?? option ?? group ?? what ?? "budget";
    if (change !== undefined) return `${on} ${change > 0 ? "+" : ""}${Number((100 * change).toPrecision(3))} %`;
    if (by !== undefined) return `${on} ${by > 0 ? "+" : ""}${by}`;
    return to === undefined ? `${on} changed` : `${on} ${to ?? "free"}`;
  });
  return parts.join(", ").slice(0, 100) || "unchanged";
}

function against(summary: Summary, before: Summary): { gainChange: number | null; spentChange: number | null } {
  const less = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
  return { gainChange: less(summary.gain, before.gain), spentChange: less(summary.spent, before.spent) };
}

function unkept(kept: boolean): string[] {
  return kept ? [] : ["This is too large to be kept in the session: the other tools cannot go on with it."];
}
