/** `describe_problem`: what a request needs, and the scenario at hand; the schemas also as resources. */
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { planSchema } from "../index.js";
import { EXAMPLE_OFFERS, EXAMPLE_PLAN } from "../serve/schemas/examples.js";
import { answer, correctable } from "./answers.js";
import { type Conversation, currentOf } from "./conversation.js";
import { DescribeOut, Offers, Request } from "./schemas.js";
import { linesOf } from "./sentences.js";

type Kind = "plan" | "allocation";

const NEEDS: Record<Kind, string[]> = {
  plan: [
    "budget: the most money over all channels and periods",
    "channels: each with a name and a response curve (what spend brings), fitted from history or assumed; say which",
    "optional by channel: min, max, current (today's spend), adstock (how spend lasts)",
    "optional: periods, groups (limits on several channels together), unit (whole amounts), currency",
    "money and response are in the units of the curves: if they were fitted by week in thousands, so are budget and limits",
  ],
  allocation: [
    "offers.options: the names of the offers",
    "offers.values and offers.costs: one list an offer with one number a user; null in both where a user may not get it",
    "request.budget: the most money; and optional stock, groups, minReturn, minSpend, exactlyOne",
    "values are what an offer adds for that user (uplift times margin), not what the user would spend anyway",
  ],
};

const EXAMPLES: Record<Kind, object> = {
  plan: { plan: EXAMPLE_PLAN },
  allocation: { offers: EXAMPLE_OFFERS, request: { budget: 5 } },
};

const schemaOf = (kind: Kind): object =>
  kind === "plan" ? planSchema : z.toJSONSchema(z.object({ offers: Offers, request: Request }));

export function describeTool(server: McpServer, talk: Conversation, fail: (error: unknown) => void): void {
  for (const kind of ["plan", "allocation"] as const) {
    const uri = `shadowprice://schema/${kind}`;
    const about = {
      title: `JSON Schema of ${kind === "plan" ? "a plan" : "an allocation"}`,
      mimeType: "application/schema+json",
    };
    server.registerResource(`schema-${kind}`, uri, about, () => ({
      contents: [{ uri, mimeType: about.mimeType, text: JSON.stringify(schemaOf(kind)) }],
    }));
  }
  server.registerTool(
    "describe_problem",
    {
      title: "What a request needs",
      description:
        "What plan_budget (kind plan: money over channels) or allocate_offers (kind allocation: offers to users) needs, with an example, the " +
        "limits of this server, and the current scenario of this session. Call it first, and when a call was refused.",
      inputSchema: {
        kind: z.enum(["plan", "allocation"]).optional().describe("Left out: that of the current scenario, else plan."),
        withSchema: z.boolean().optional().describe("Also the whole JSON Schema: every field, some 30 KB for a plan."),
      },
      outputSchema: DescribeOut,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ kind = talk.line?.kind ?? "plan", withSchema = false }) =>
      correctable(fail, () => {
        const { line } = talk;
        const current = line && {
          kind: line.kind,
          scenarios: line.scenarios.map(({ name }) => name),
          ...problemOf(talk),
        };
        const described = {
          ...{ kind, needs: NEEDS[kind], example: EXAMPLES[kind], limits: talk.limits, current: current ?? null },
          ...(withSchema ? { schema: schemaOf(kind) } : {}),
        };
        return answer(described, [
          `To ${kind === "plan" ? "plan_budget" : "allocate_offers"} belong:`,
          ...NEEDS[kind].map((need) => `- ${need}`),
          `Example: ${JSON.stringify(EXAMPLES[kind])}`,
          ...(line ? said(talk) : ["There is no scenario in this session yet."]),
        ]);
      }),
  );
  server.registerPrompt(
    "plan_with_me",
    {
      title: "Plan a budget together",
      description: "From channels and a budget to a plan that is explained.",
      argsSchema: { goal: z.string().optional().describe("What the money is for.") },
    },
    ({ goal }) => ({
      messages: [{ role: "user", content: { type: "text", text: `${PROMPT}${goal ? `\n\nThe goal: ${goal}` : ""}` } }],
    }),
  );
}

const PROMPT =
  "Help me to plan a marketing budget with the shadowprice tools. Call describe_problem, ask me for the channels, their response curves and the " +
  "budget, then plan_budget. Give me the plan as a table, quote the sentences of explain, and offer what-ifs with change_scenario and " +
  "compare_scenarios. Say what is assumed, and never make up a figure that no tool gave you.";

/** The current problem itself; of an allocation without its columns, which the caller sent. */
function problemOf({ line }: Conversation): object {
  if (!line) return {};
  if (line.kind === "plan") {
    const { name, plan, summary } = currentOf(line);
    return { name, plan, summary };
  }
  const { name, request, summary } = currentOf(line);
  return { name, request, options: line.offers.options, users: line.offers.values[0]?.length ?? 0, summary };
}

function said({ line }: Conversation): string[] {
  if (!line) return [];
  const { name, summary } = currentOf(line);
  return [`The current scenario is "${name}" (${line.kind}):`, ...linesOf(summary, line.kind)];
}
