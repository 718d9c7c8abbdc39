/** `shadowprice frontier FILE`: what every budget buys. */

import { frontier } from "../allocation/frontier.js";
import { hasLimits } from "../allocation/limits/solve.js";
import type { FrontierPoint, FrontierResult } from "../allocation/types.js";
import { createEngine } from "../create.js";
import type { OfferFile } from "../files/index.js";
import { type FileFlags, open, resourcesOf, source } from "./allocate.js";
import { drawChart, type Mark } from "./chart.js";
import { EXIT } from "./failure.js";
import { amount, counted, seconds, table } from "./format.js";
import { makeRequest, type RequestFlags, solving } from "./request.js";
import type { Terminal } from "./terminal.js";

export interface FrontierFlags extends RequestFlags, FileFlags {
  points?: number;
}

/** Budgets asked where the caller gives no number: smooth enough to draw. */
export const POINTS = 60;

export async function frontierCommand(
  path: string,
  flags: FrontierFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { points = POINTS, reader, assumeUnique, json, ...asked } = flags;
  const request = makeRequest(asked);
  const bar = terminal.progress();
  let file: OfferFile | undefined;
  try {
    file = await open(path, { reader, assumeUnique, resources: resourcesOf(request) }, terminal, bar, signal);
    const offers = await file.read(createEngine());
    signal.throwIfAborted();
    const curve = solving(() => frontier(offers, request, { points, signal }));
    bar.end();
    if (json) {
      terminal.print(JSON.stringify({ ...curve, users: file.users, options: file.options, input: source(file) }));
    } else if (curve.status === "impossible") {
      terminal.warn(
        hasLimits(request)
          ? "No plan can meet the other limits at any budget; shadowprice allocate says which of them clash."
          : "No plan can meet this request at any budget: some user has no open offer, and every user must get one.",
      );
    } else {
      for (const line of reportLines(file, curve, terminal)) terminal.print(line);
    }
    return curve.status === "met" ? EXIT.met : EXIT.impossible;
  } finally {
    bar.end();
    await file?.close();
  }
}

function reportLines(file: OfferFile, curve: FrontierResult, terminal: Terminal): string[] {
  const { bold, dim } = terminal.colours;
  const every = Math.max(1, Math.ceil(curve.points.length / 20));
  const shown = curve.points.filter((_, i) => i % every === 0 || i === curve.points.length - 1);
  return [
    "",
    `${bold(file.path)}   ${dim(`${counted(file.users, "user")}, ${counted(file.options.length, "offer")}`)}`,
    "",
    ...curveLines(curve.points, [], terminal),
    "",
    ...pointTable(shown, terminal),
    "",
    `  ${dim(`Money from ${amount(curve.least)} to ${amount(curve.most)} makes a difference; ${curve.passes} reading of the data, ${seconds(curve.seconds)}.`)}`,
  ];
}

/** The budget-to-value curve with marks. */
export function curveLines(points: readonly FrontierPoint[], marks: readonly Mark[], terminal: Terminal): string[] {
  const { cyan, yellow } = terminal.colours;
  return drawChart(
    points.map(({ budget, value }) => ({ x: budget, y: value })),
    {
      width: Math.min(terminal.columns, 110) - 4,
      height: 14,
      unicode: terminal.unicode,
      xName: "budget",
      yName: "expected value",
      marks,
      paint: cyan,
      paintMark: yellow,
    },
  ).map((line) => `  ${line}`);
}

function pointTable(points: readonly FrontierPoint[], terminal: Terminal): string[] {
  const rows = points.map(({ budget, value, price }) => [amount(budget), amount(value), amount(price)]);
  const [head = "", ...rest] = table([["budget", "value", "price of money"], ...rows], [0, 1, 2]);
  return [`  ${terminal.colours.dim(head)}`, ...rest.map((line) => `  ${line}`)];
}
