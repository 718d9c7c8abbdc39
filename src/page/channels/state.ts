/** What the channels' page knows and does. */
import { batch, computed, signal } from "@preact/signals";
import type { Channel, PlanProblem } from "../../planning/types.js";
import { cell } from "../chart/export.js";
import { announce } from "../shell/announce.js";
import { isCancelled } from "../shell/failure.js";
import { amount } from "../shell/numbers.js";
import type { Work } from "../shell/progress.js";
import { keepInLink, linkOf } from "../shell/route.js";
import { save } from "../shell/save.js";
import { openWorker } from "../worker/client.js";
import { datesOf } from "./dates.js";
import { packed, unpacked } from "./scenarios/link.js";
import type { tasks } from "./tasks.js";
import type { Budgets, Planned, ResponseCurve } from "./types.js";

/** Bytes of a plan's file. */
const LARGEST = 16 << 20;

export interface Kept {
  name: string;
  planned: Planned;
}

export const problem = signal<PlanProblem | undefined>(undefined);
/** The last plan that was made; of the problem as it was then. */
export const planned = signal<Planned | undefined>(undefined);
export const budgets = signal<Budgets | undefined>(undefined);
/** The channel whose response is shown, by number, and that response. */
export const chosen = signal(0);
export const response = signal<(ResponseCurve & { channel: number }) | undefined>(undefined);
/** What-ifs that are kept, side by side. */
export const kept = signal<readonly Kept[]>([]);
export const work = signal<(Work & { cancel: () => void }) | undefined>(undefined);
export const failure = signal<{ title: string; error: unknown } | undefined>(undefined);
/** The link that was made last, to be copied. */
export const link = signal<string | undefined>(undefined);

export const isStale = computed(() => planned.value?.problem !== problem.value);

const planner = openWorker<typeof tasks>("channels");
/** Curves by themselves: they wait for no long plan. */
const sketcher = openWorker<typeof tasks>("channels");

const PHASES: Record<string, string> = { relax: "Proving", branch: "Searching", climb: "Climbing", budgets: "Budgets" };

/** Runs long work with its progress and a way to stop it; only the newest goes on. */
async function working<T>(
  what: string,
  title: string,
  run: (options: {
    signal: AbortSignal;
    onProgress: (now: { phase: string; done: number; total: number }) => void;
  }) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  const cancel = () => controller.abort(new DOMException("cancelled", "AbortError"));
  work.peek()?.cancel();
  work.value = { what, cancel };
  failure.value = undefined;
  try {
    return await run({
      signal: controller.signal,
      onProgress: ({ phase, done, total }) => {
        if (work.peek()?.cancel !== cancel) return;
        work.value = { what: PHASES[phase] ?? what, part: total > 0 ? done / total : undefined, cancel };
      },
    });
  } catch (error) {
    if (!isCancelled(error)) failure.value = { title, error };
    return undefined;
  } finally {
    if (work.peek()?.cancel === cancel) work.value = undefined;
  }
}

/** The link is of another plan than is shown now. */
function forgetLink(): void {
  own = "";
  link.value = undefined;
  keepInLink("channels", "");
}

/** What was asked for last, whether or not it is checked yet: what is edited next is edited on it. */
let draft: PlanProblem | undefined;

/** Whether the worker finds nothing wrong with a plan; what is wrong is shown under `title`. */
async function isGood(given: unknown, title: string): Promise<boolean> {
  const checked = await working("Checking the plan", title, (options) =>
    planner.call("check", { problem: given }, options),
  );
  return checked === true;
}

/** Takes a plan that is checked, whole: what is wrong with it is said and changes nothing. */
export async function take(given: unknown, title: string): Promise<void> {
  if (!(await isGood(given, title))) return;
  draft = given as PlanProblem;
  batch(() => {
    problem.value = draft;
    planned.value = undefined;
    budgets.value = undefined;
    response.value = undefined;
    link.value = undefined;
    kept.value = [];
    chosen.value = 0;
  });
  await solve();
}

export async function open(file: File): Promise<void> {
  const title = `${file.name} cannot be used as it is`;
  try {
    if (file.size > LARGEST) throw new RangeError(`a plan's file may have ${LARGEST >> 20} MB`);
    let given: unknown;
    try {
      given = JSON.parse(await file.text());
    } catch (error) {
      throw new TypeError(`it is no JSON: ${error instanceof Error ? error.message : error}`);
    }
    await take(given, title);
  } catch (error) {
    failure.value = { title, error };
  }
}

/** The link's part that is of the plan that is shown: it need not be opened. */
let own = "";

/** The plan of the page's link, where it has another one than is shown. */
export async function openLink(rest: string): Promise<void> {
  if (rest === own) return;
  own = rest;
  try {
    const given = await unpacked(rest);
    if (given !== undefined) await take(given, "The plan of this link cannot be used");
  } catch (error) {
    failure.value = { title: "The plan of this link cannot be used", error };
  }
}

/** Another problem in place of the one there is, such as a limit that was edited. */
export async function change(part: Partial<PlanProblem>): Promise<void> {
  if (!draft) return;
  const next = { ...draft, ...part };
  draft = next;
  const good = await isGood(next, "This change does not fit the plan, which stays as it was");
  // Another change came meanwhile, and has this one in it.
  if (draft !== next) return;
  if (!good) {
    draft = problem.peek();
    return;
  }
  problem.value = next;
  forgetLink();
  await solve();
}

export function changeChannel(index: number, part: Partial<Channel>): void {
  if (!draft) return;
  const channel = { ...(draft.channels[index] as Channel), ...part };
  for (const key of Object.keys(part) as (keyof Channel)[]) if (part[key] === undefined) delete channel[key];
  void change({ channels: draft.channels.with(index, channel) });
}

/** The best plan of the problem as it is, then what stands around it. */
export async function solve(): Promise<void> {
  const asked = problem.peek();
  if (!asked) return;
  const found = await working("Planning", "The plan could not be made", (options) =>
    planner.call("plan", { problem: asked }, options),
  );
  if (!found || problem.peek() !== asked) return;
  // The problem as it was asked, not the copy that came back: it is told apart by identity.
  planned.value = { ...found, problem: asked };
  announce(
    found.result.status === "met"
      ? `The plan spends ${amount(found.result.spent)} and brings ${amount(found.result.response)}`
      : "No plan keeps all limits",
  );
  void sketch(chosen.peek());
  const curve = await working("Other budgets", "The curve of budgets could not be drawn", (options) =>
    planner.call("budgets", { problem: asked }, options),
  );
  if (curve && problem.peek() === asked) budgets.value = curve;
}

/** Spend of a channel in a period, on average. */
export function average(spend: number | readonly number[] | undefined): number | undefined {
  if (spend === undefined || typeof spend === "number") return spend;
  return spend.reduce((sum, x) => sum + x, 0) / Math.max(1, spend.length);
}

/** Shows the response of a channel. */
export async function sketch(index: number): Promise<void> {
  chosen.value = index;
  const now = problem.peek();
  const channel = now?.channels[index];
  if (!now || !channel) return;
  const spends = [
    average(planned.peek()?.result.spend[index]) ?? 0,
    average(channel.current) ?? 0,
    average(channel.min) ?? 0,
  ];
  const even = (now.budget ?? 1) / (now.periods ?? 1) / now.channels.length;
  const most = 2.5 * Math.max(...spends, spends.every((x) => x === 0) ? even : 0);
  try {
    const curve = await sketcher.call("response", { channel, most });
    if (chosen.peek() === index) response.value = { ...curve, channel: index };
  } catch (error) {
    if (!isCancelled(error)) failure.value = { title: `The response of ${channel.name} could not be drawn`, error };
  }
}

/** Keeps the plan that is shown beside the next ones. */
export function keep(name: string): void {
  const now = planned.peek();
  if (now) kept.value = [...kept.peek(), { name, planned: now }];
}

export function forget(index: number): void {
  kept.value = kept.peek().filter((_, at) => at !== index);
}

/** Goes back to a plan that was kept. */
export function resume({ planned: { problem: before } }: Kept): void {
  draft = before;
  problem.value = before;
  forgetLink();
  void solve();
}

/** Makes a link of the plan, puts it where the page is, and on the clipboard where that is allowed. */
export async function share(): Promise<void> {
  const now = problem.peek();
  if (!now) return;
  try {
    const rest = await packed(now);
    own = rest;
    keepInLink("channels", rest);
    const url = new URL(location.href);
    url.hash = linkOf({ tab: "channels", rest });
    link.value = url.href;
    await navigator.clipboard?.writeText(url.href).then(
      () => announce("The link is on the clipboard"),
      () => undefined,
    );
  } catch (error) {
    failure.value = { title: "No link could be made", error };
  }
}

export function leave(): void {
  work.peek()?.cancel();
  forgetLink();
  batch(() => {
    problem.value = undefined;
    planned.value = undefined;
    failure.value = undefined;
  });
}

/** The problem as a file that the command line, the API and this page read. */
export function saveProblem(): void {
  const now = problem.peek();
  if (now) save("plan.json", new Blob([`${JSON.stringify(now, undefined, 2)}\n`], { type: "application/json" }));
}

/** Money by channel and period, as a table. */
export function saveSpend(): void {
  const now = planned.peek();
  if (now?.result.status !== "met") return;
  const { spend, channels } = now.result;
  const rows = channels.map(({ name }, c) => [name, ...(spend[c] ?? []).map(String)]);
  const text = [["channel", ...datesOf(now.problem)], ...rows].map((row) => row.map(cell).join(",")).join("\n");
  save("plan.spend.csv", new Blob([`${text}\n`], { type: "text/csv" }));
}
