/** What `npm start` runs: the embedded campaign, solved, explained and written to a file. */
import { resolve } from "node:path";
import { allocate } from "../allocation/allocate.js";
import { frontier } from "../allocation/frontier.js";
import type { Offers } from "../allocation/offers.js";
import type { AllocationRequest, AllocationResult, FrontierPoint } from "../allocation/types.js";
import { createEngine } from "../create.js";
import { Campaign } from "../embedded/campaign.js";
import { stopwatch } from "./allocate.js";
import { writeDecisions } from "./decisions.js";
import { EXIT } from "./failure.js";
import { amount, count, share, table } from "./format.js";
import { curveLines, POINTS } from "./frontier.js";
import { refuseOutput } from "./given.js";
import { facts, moneyFacts, offerTable, refuse, resultJson, workFacts } from "./report.js";
import { solving } from "./request.js";
import type { Bar, Terminal } from "./terminal.js";

export interface DemoFlags {
  users: number;
  seed: number;
  budget?: number;
  output: string;
  json?: boolean;
}

/** One of the budgets the generator's authors use: this share of what the highest discount for everyone costs. */
const SHARE = 0.2;

interface Solved {
  request: AllocationRequest;
  result: AllocationResult;
  points: readonly FrontierPoint[];
  others: readonly [name: string, budget: number, value: number][];
}

export async function demoCommand(
  flags: DemoFlags,
  terminal: Terminal,
  signal: AbortSignal,
  own: string,
): Promise<number> {
  refuseOutput(flags.output, []);
  const clock = stopwatch();
  const bar = terminal.progress();
  try {
    const campaign = new Campaign(flags.users, flags.seed);
    const engine = createEngine();
    const offers = engine.offers({ users: campaign.users, options: campaign.options });
    await fill(offers, campaign, bar, signal);
    const generate = clock();
    const request: AllocationRequest = {
      budget: flags.budget ?? twoDigits(SHARE * campaign.topCost()),
      exactlyOne: true,
    };
    const bytes = new Uint8Array(campaign.users);
    clock();
    const result = solving(() => allocate(offers, request, { into: bytes, signal }));
    const solve = clock();
    if (result.status !== "met") {
      bar.end();
      const asked = { seed: flags.seed, budget: request.budget };
      return refuse(
        result,
        { ...resultJson(campaign.options, campaign.users, result), ...asked },
        flags.json,
        terminal,
      );
    }
    const points = frontier(offers, { exactlyOne: true }, { points: POINTS, signal }).points;
    const curve = clock();
    const others = (
      [
        ["half", 0.5],
        ["twice", 2],
      ] as const
    ).map(([name, factor]): [string, number, number] => {
      const budget = factor * (request.budget as number);
      return [name, budget, allocate(offers, { ...request, budget }, { signal }).value];
    });
    clock();
    const onProgress = (done: number, total: number) => bar.show("writing", done, total);
    await writeDecisions(flags.output, campaign, result.choices, { signal, onProgress });
    const write = clock();
    bar.end();
    const solved = { request, result, points, others };
    if (flags.json) {
      terminal.print(JSON.stringify(demoJson(flags, campaign, solved)));
      return EXIT.met;
    }
    const phases = [
      ["generate", generate, "draw the users, fill the table"],
      ["solve", solve],
      ["curve", curve, "every budget at once, from one reading"],
      ["write", write, flags.output],
    ] as const;
    const lines = [
      ...story(flags, campaign, solved, terminal),
      ...workFacts(result, { phases, engineBytes: engine.memory.buffer.byteLength }, terminal),
      ...next(flags, own, terminal),
    ];
    for (const line of lines) terminal.print(line);
    return EXIT.met;
  } finally {
    bar.end();
  }
}

/** Column by column, with a pause between two in which an interrupt is seen. */
async function fill(offers: Offers, campaign: Campaign, bar: Bar, signal: AbortSignal): Promise<void> {
  for (let j = 0; j < campaign.options.length; j++) {
    bar.show("filling columns", j, campaign.options.length);
    await new Promise(setImmediate);
    signal.throwIfAborted();
    offers.fill(j, (values, costs) => campaign.column(j, values, costs));
  }
}

function story(flags: DemoFlags, campaign: Campaign, solved: Solved, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  const { request, result, points, others } = solved;
  const budget = request.budget as number;
  const [minus, times] = terminal.unicode ? ["−", "×"] : ["-", "x"];
  const rest = others.map(([name, money, value]) => {
    const change =
      result.value === 0 ? "" : `${value >= result.value ? "+" : minus}${share(Math.abs(value / result.value - 1))}`;
    return [`at ${name} the budget`, amount(money), `value ${amount(value)}`, change];
  });
  const marks = [
    { x: budget, y: result.value, sign: "O" },
    ...others.map(([, money, value]) => ({ x: money, y: value, sign: "o" })),
  ];
  return [
    "",
    `${bold("Who gets which discount")}   ${dim(`${count(campaign.users)} users ${times} ${campaign.options.length} discounts, seed ${flags.seed}`)}`,
    dim("Synthetic users by the Criteo-MT7 formula. Value is added sales, cost is the"),
    dim("discount given away."),
    "",
    ...facts(moneyFacts(request, result), terminal),
    "",
    ...offerTable(campaign.options, result, terminal, true),
    "",
    `  ${dim("What other budgets buy")}   ${dim("(O this budget, o half and twice)")}`,
    ...curveLines(points, marks, terminal),
    ...table(rest, [1, 2, 3]).map((line) => `  ${line}`),
    "",
  ];
}

function next(flags: DemoFlags, own: string, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  return [
    "",
    `  decisions are in ${bold(resolve(flags.output))}`,
    "",
    "  Your own users: a CSV, Parquet or Arrow file with a user_id column and, for",
    "  each offer NAME, the columns value_NAME and cost_NAME.",
    `    ${bold(`${own} allocate offers.csv --budget 100000`)}`,
    `    ${bold(`${own} frontier offers.csv`)}   ${dim("what every budget buys")}`,
    `    ${bold(`${own} --help`)}`,
    "",
  ];
}

function demoJson(
  flags: DemoFlags,
  campaign: Campaign,
  { request, result, points, others }: Solved,
): Record<string, unknown> {
  return {
    ...resultJson(campaign.options, campaign.users, result),
    seed: flags.seed,
    budget: request.budget,
    others: others.map(([name, budget, value]) => ({ name, budget, value })),
    curve: points,
    output: { path: flags.output, users: campaign.users },
  };
}

/** A budget a person would say: two digits. */
function twoDigits(x: number): number {
  return Number(x.toPrecision(2));
}
