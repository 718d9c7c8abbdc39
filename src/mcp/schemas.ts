/** What tools take and answer, described for the model that writes the calls. The core checks what these leave open. */
import { z } from "zod";

const CURVE =
  'Response to spend in one period. hill {max, half, shape}: S-curve, half of max at spend "half"; michaelis-menten {max, half}: the same without the S; ' +
  "logit {max, slope, midpoint}; exponential {max, rate}; power {scale, exponent}; log {scale, unit}; linear {slope}; " +
  "table {spend: [...], response: [...]}. Others: describe_problem with withSchema.";

const money = z.union([z.number(), z.array(z.number())]);

const Channel = z
  .looseObject({
    name: z.string().describe("How the channel is called, such as TV."),
    curve: z.looseObject({ type: z.string() }).optional().describe(CURVE),
    min: money.optional().describe("Least spend a period: one number, or one a period."),
    max: money.optional().describe("Most spend a period."),
    current: money.optional().describe("Today's spend a period, for comparison."),
    adstock: z
      .looseObject({ type: z.string() })
      .optional()
      .describe('How spend lasts: {"type":"geometric","decay":0.5}.'),
  })
  .describe("A channel. More fields: describe_problem with withSchema.");

export const Plan = z
  .looseObject({
    budget: z.number().optional().describe("Most money over all channels and periods."),
    channels: z.array(Channel).describe("The channels with their response curves."),
    periods: z.int().optional().describe("How many periods, such as 52 weeks (1)."),
    currency: z.string().optional().describe("A label for money, such as EUR."),
    unit: z.number().optional().describe("Spend is a whole multiple of this, such as 100."),
    groups: z
      .array(z.looseObject({ name: z.string(), channels: z.array(z.string()) }))
      .optional()
      .describe('Limits on sums: {"name":"social","channels":["a","b"],"atMost":50}.'),
  })
  .describe(
    'A plan. Smallest: {"budget":60,"channels":[{"name":"search","curve":{"type":"hill","max":100,"half":50,"shape":3}},' +
      '{"name":"TV","curve":{"type":"logit","max":120,"slope":0.12,"midpoint":25}}]}',
  );

const columns = z.array(z.array(z.number().nullable()));

export const Offers = z
  .strictObject({
    options: z.array(z.string().min(1)).min(1).describe('Names of the offers, such as ["5off","10off"].'),
    ids: z
      .array(z.union([z.string(), z.int()]))
      .optional()
      .describe("Ids of the users, in the order of the columns."),
    values: columns.describe(
      "Value of each offer for each user: ONE LIST AN OFFER, one number a user. null: not offered.",
    ),
    costs: columns.describe("Cost in the same form: costs[j][i] is what offer j costs for user i."),
    resources: z.record(z.string(), columns).optional().describe("What offers use beside money, in the same form."),
  })
  .describe('Users × offers. Two users: {"options":["5off","10off"],"values":[[2,4],[3,10]],"costs":[[1,2],[3,3]]}');

export const Request = z
  .strictObject({
    budget: z.number().optional().describe("Most money to spend."),
    exactlyOne: z.boolean().optional().describe("Every user gets exactly one offer; else at most one."),
    unit: z.number().positive().optional(),
    stock: z.record(z.string(), z.int().nonnegative()).optional().describe('Most users by offer: {"10off": 100}.'),
    groups: z
      .array(
        z.strictObject({
          name: z.string(),
          offers: z.array(z.string()),
          atMost: z.number().optional(),
          atLeast: z.number().optional(),
        }),
      )
      .optional()
      .describe("Money on some of the offers together."),
    minReturn: z.number().nonnegative().optional().describe("Least value for each 1 spent."),
    minSpend: z.number().optional().describe("Least money to spend."),
    resources: z.array(z.strictObject({ name: z.string(), atMost: z.number() })).optional(),
    exact: z.boolean().optional().describe("The proven integer optimum: one budget, up to 100,000 users."),
  })
  .describe('Limits: {"budget": 5}.');

export const Delta = z
  .strictObject({
    channel: z.string().optional().describe("Of a plan: the channel that changes. Left out with no group: the budget."),
    option: z.string().optional().describe("Of an allocation: the offer whose stock changes."),
    group: z.string().optional().describe("The group whose limit changes."),
    what: z
      .enum(["budget", "spend", "min", "max", "current", "stock", "atMost", "atLeast", "minReturn", "minSpend"])
      .optional()
      .describe(
        "What of it. Left out: spend of a channel (held there, the rest is planned anew), stock of an offer, atMost of a group, else the budget.",
      ),
    period: z.int().optional().describe("Of spend: one period alone, from 1."),
    change: z.number().min(-1).optional().describe("As a share: -0.1 is ten percent less, 0.2 twenty percent more."),
    by: z.number().optional().describe("As an amount: -5 is 5 less."),
    to: z.number().nonnegative().nullable().optional().describe("The new amount; null takes the limit away."),
    set: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Other fields: {"adstock": {…}} of a channel, {"unit": 100}.'),
  })
  .describe(
    'One change, with exactly one of change, by, to, set. "Ten percent less on TV": {"channel":"TV","change":-0.1}. ' +
      '"Not more than 30 on TV": {"channel":"TV","what":"max","to":30}. "A fifth more money": {"change":0.2}.',
  );

export const Deltas = z.array(Delta).min(1).max(50);

const number = z.number().nullable();

export const SummaryOut = z.looseObject({
  status: z.enum(["met", "impossible", "not found"]),
  gain: number.describe("Response of a plan, value of an allocation."),
  bound: number.describe("Nothing within the limits has more: the proof."),
  gap: number,
  price: number.describe("What one more unit of money brings, in the proof."),
  spent: number,
  budget: number,
  parts: z.array(z.looseObject({ name: z.string(), spent: number })),
  binding: z.array(z.looseObject({ name: z.string(), used: number, limit: number, price: number })),
  none: z.number().optional(),
  clash: z
    .looseObject({ limits: z.array(z.string()), reason: z.string(), nearest: z.unknown() })
    .optional()
    .describe("Of what is impossible: what clashes, and the nearest problem that is possible."),
});

const scenario = { scenario: z.string().describe("The name of the scenario."), kept: z.boolean() };

export const PlanOut = {
  ...scenario,
  ...SummaryOut.shape,
  spend: z.array(z.array(z.number())).describe("By channel and period."),
};
export const AllocationOut = {
  ...scenario,
  ...SummaryOut.shape,
  decisions: z.array(z.number()).describe("By user: 0 for none, j for the j-th offer. Empty unless met."),
};
export const ChangeOut = {
  ...scenario,
  changes: z.array(z.looseObject({ what: z.string(), from: z.unknown(), to: z.unknown() })),
  before: SummaryOut,
  ...SummaryOut.shape,
  gainChange: number.describe("Against the scenario before."),
  spentChange: number,
};
export const CompareOut = {
  current: z.string(),
  scenarios: z.array(z.looseObject({ name: z.string(), ...SummaryOut.shape, gainChange: number, spentChange: number })),
};
export const FrontierOut = {
  status: z.enum(["met", "impossible"]),
  points: z.array(z.looseObject({ budget: z.number(), gain: number, bound: number, spent: number, price: number })),
};
export const ExplainOut = { scenario: z.string(), status: z.string(), sentences: z.array(z.string()) };
export const DescribeOut = {
  kind: z.enum(["plan", "allocation"]),
  needs: z.array(z.string()),
  example: z.looseObject({}),
  limits: z.record(z.string(), z.number()),
  current: z.looseObject({}).nullable().describe("The scenario that change_scenario starts from."),
  schema: z.looseObject({}).optional(),
};
