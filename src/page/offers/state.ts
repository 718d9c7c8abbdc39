/** What the offers' page knows and does. */
import { batch, computed, signal } from "@preact/signals";
import type { GroupLimit } from "../../allocation/types.js";
import { announce } from "../shell/announce.js";
import { isCancelled } from "../shell/failure.js";
import { amount } from "../shell/numbers.js";
import type { Work } from "../shell/progress.js";
import { save } from "../shell/save.js";
import { latestWins, openWorker } from "../worker/client.js";
import type { TaskProgress } from "../worker/rpc.js";
import type { DecisionFormat } from "./table/load.js";
import type { tasks } from "./tasks.js";
import type { Answer, Curve, From, Loaded, Look, Request } from "./types.js";

/** Users of the embedded campaign. */
export const CAMPAIGN_USERS = 1_000_000;
/** Where the budget starts: this share of what the dearest offers for everyone cost, to two digits. */
const START = 0.2;

export interface Limits {
  exactlyOne: boolean;
  stock: Record<string, number>;
  groups: readonly GroupLimit[];
  minReturn?: number;
}
const NONE: Limits = { exactlyOne: false, stock: {}, groups: [] };

export interface Table extends Omit<Loaded, "sample"> {
  name: string;
  from: From;
  isSampled: boolean;
}

/** A file that was dropped and not read yet. */
export const looked = signal<{ file: File; look: Look } | undefined>(undefined);
export const table = signal<Table | undefined>(undefined);
export const budget = signal(0);
/** What is spent today, to compare with. */
export const today = signal(0);
export const limits = signal<Limits>(NONE);
export const curve = signal<Curve | undefined>(undefined);
/** The answer that is shown: an estimate while something is dragged, then the exact one. */
export const answer = signal<Answer | undefined>(undefined);
export const work = signal<(Work & { cancel: () => void }) | undefined>(undefined);
export const failure = signal<{ title: string; error: unknown } | undefined>(undefined);

export const request = computed<Request>(() => requestOf(budget.value, limits.value));

function requestOf(money: number, { exactlyOne, stock, groups, minReturn }: Limits): Request {
  return {
    budget: money,
    ...(exactlyOne && { exactlyOne }),
    ...(Object.keys(stock).length > 0 && { stock }),
    ...(groups.length > 0 && { groups }),
    ...(minReturn !== undefined && { minReturn }),
  };
}

export function hasLimits({ stock, groups, minReturn }: Limits): boolean {
  return Object.keys(stock).length > 0 || groups.length > 0 || minReturn !== undefined;
}

const exact = openWorker<typeof tasks>("offers");
const sampler = openWorker<typeof tasks>("offers");
/** The worker that holds the table, by number: a cancelled solve ends its worker, and the table with it. */
let holder = 0;

const PHASES: Record<string, string> = {
  ...{ draw: "Drawing the users", count: "Counting rows", read: "Reading", check: "Looking for repeated users" },
  ...{ write: "Writing", sort: "Sorting" },
};

/** Runs work that may take long, with its progress and a way to stop it; what goes wrong is shown under `title`. */
async function working<T>(
  what: string,
  title: string,
  run: (options: { signal: AbortSignal; onProgress: (progress: TaskProgress) => void }) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  const cancel = () => controller.abort(new DOMException("cancelled", "AbortError"));
  work.peek()?.cancel();
  const show = (now: Work) => {
    work.value = { ...now, cancel };
  };
  show({ what });
  failure.value = undefined;
  const onProgress = ({ phase, done, total }: TaskProgress) => {
    if (work.peek()?.cancel === cancel)
      show({ what: PHASES[phase] ?? what, part: total > 0 ? done / total : undefined });
  };
  try {
    return await run({ signal: controller.signal, onProgress });
  } catch (error) {
    if (!isCancelled(error)) failure.value = { title, error };
    return undefined;
  } finally {
    if (work.peek()?.cancel === cancel) work.value = undefined;
  }
}

/** Looks at a dropped file, so that its columns can be mapped. */
export async function look(file: File): Promise<void> {
  looked.value = undefined;
  const found = await working(`Opening ${file.name}`, `${file.name} cannot be used as it is`, (options) =>
    exact.call("look", { file }, options),
  );
  if (found) looked.value = { file, look: found };
}

/** Reads a file or draws the campaign, and plans for it. */
export async function load(from: From): Promise<void> {
  const name = from.kind === "file" ? from.file.name : "The embedded campaign";
  const title = from.kind === "file" ? `${name} cannot be used as it is` : "The campaign could not be made";
  const loaded = await working(from.kind === "file" ? `Reading ${name}` : "Drawing the users", title, (options) => {
    return hold(from, options);
  });
  if (!loaded) return;
  const { sample, ...rest } = loaded;
  const start = twoDigits(START * loaded.mostCost);
  batch(() => {
    looked.value = undefined;
    table.value = { ...rest, name, from, isSampled: sample !== undefined };
    limits.value = { ...NONE, exactlyOne: from.kind === "campaign" };
    budget.value = start;
    today.value = start;
    curve.value = undefined;
    answer.value = undefined;
  });
  await replan();
}

type Options = { signal: AbortSignal; onProgress: (progress: TaskProgress) => void };

async function hold(from: From, options?: Options): Promise<Loaded> {
  const loaded = await exact.call("load", { from }, options);
  holder = exact.generation;
  if (loaded.sample) await sampler.call("hold", { sample: loaded.sample, users: loaded.users }, options);
  return loaded;
}

/** The worker with the table, which is read again where its worker was ended. */
async function holding(options?: Options): Promise<typeof exact> {
  const from = table.peek()?.from;
  if (from && exact.generation !== holder) await hold(from, options);
  return exact;
}

/** Back to where a table is chosen. */
export function leave(): void {
  work.peek()?.cancel();
  table.value = undefined;
  failure.value = undefined;
}

/** After another limit: the curve, and the plan on it. */
export async function replan(): Promise<void> {
  await Promise.all([solve(), drawCurve(limits.peek())]);
}

const drawCurve = latestWins(async function draw(under: Limits): Promise<void> {
  const { from, isSampled } = table.peek() as Table;
  try {
    const worker = isSampled && hasLimits(under) ? sampler : await holding();
    const found = await worker.call("curve", { request: requestOf(0, under) });
    if (table.peek()?.from === from) curve.value = found;
  } catch (error) {
    if (!isCancelled(error)) failure.value = { title: "The curve could not be drawn", error };
    // Its worker was ended for something else that was cancelled.
    else if (table.peek()?.from === from) await draw(under);
  }
});

const estimate = latestWins(async (asked: Request) => {
  const worker = table.peek()?.isSampled ? sampler : await holding();
  const found = await worker.call("estimate", { request: asked });
  // An exact answer to what is asked now is not replaced by an estimate of what was asked.
  if (isDragging) answer.value = found;
});
let isDragging = false;

/** The budget, dragged (`settled` false) or set. */
export function moveBudget(to: number, settled: boolean): void {
  budget.value = rounded(to);
  isDragging = !settled;
  if (settled) void solve();
  else {
    estimate(request.peek()).catch((error: unknown) => {
      if (!isCancelled(error)) failure.value = { title: "The plan could not be made", error };
    });
  }
}

/** To a thousandth of what could be spent at all, so that what is dragged is a number that people write. */
function rounded(money: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, table.peek()?.mostCost ?? 1) / 1000));
  return Math.max(0, Math.round(money / step) * step);
}

export function setLimits(to: Limits): void {
  limits.value = to;
  void replan();
}

/** The exact answer to what is asked now. */
export async function solve(): Promise<void> {
  const now = table.peek();
  if (!now) return;
  isDragging = false;
  const asked = request.peek();
  const found = await working("Planning for every user", "The plan could not be made", async (options) => {
    return (await holding(options)).call("solve", { request: asked }, options);
  });
  if (!found || isDragging || request.peek() !== asked) return;
  answer.value = found;
  if (found.status === "met") announce(`Value ${amount(found.value)} for ${amount(found.cost)} spent`);
  else announce(found.status === "impossible" ? "No plan can meet these limits" : "No plan was found");
}

/** Takes the nearest request that is possible, in place of one that is not. */
export function take({ budget: money, exactlyOne = false, stock = {}, groups = [], minReturn }: Request): void {
  batch(() => {
    if (money !== undefined) budget.value = money;
    limits.value = { exactlyOne, stock, groups, minReturn };
  });
  void replan();
}

export async function download(format: DecisionFormat): Promise<void> {
  const now = table.peek();
  if (!now) return;
  const name = now.from.kind === "file" ? now.from.file.name.replace(/\.[^.]*$/, "") : "campaign";
  const blob = await working("Writing the decisions", "The decisions could not be written", async (options) => {
    if (exact.generation !== holder) {
      await hold(now.from, options);
      await exact.call("solve", { request: request.peek() }, options);
    }
    return exact.call("decisions", { format }, options);
  });
  if (blob) save(`${name}.decisions.${format}`, blob);
}

function twoDigits(x: number): number {
  return Number(x.toPrecision(2));
}
