/** What the models' page knows and does. */
import { batch, signal } from "@preact/signals";
import { announce } from "../shell/announce.js";
import { isCancelled } from "../shell/failure.js";
import type { Work } from "../shell/progress.js";
import { openWorker } from "../worker/client.js";
import type { TaskProgress } from "../worker/rpc.js";
import type { tasks } from "./tasks.js";
import type { From, Judged, Look } from "./types.js";

export const modelFile = signal<File | undefined>(undefined);
export const experimentFile = signal<File | undefined>(undefined);
export const looked = signal<Look | undefined>(undefined);
export const judged = signal<(Judged & { name: string }) | undefined>(undefined);
/** The arm that is looked at, by number. */
export const arm = signal(0);
export const metric = signal<string | undefined>(undefined);
export const work = signal<(Work & { cancel: () => void }) | undefined>(undefined);
export const failure = signal<{ title: string; error: unknown } | undefined>(undefined);

const worker = openWorker<typeof tasks>("models");

const PHASES: Record<string, string> = {
  ...{
    read: "Reading",
    judge: "Drawing the experiment again and again",
    policies: "Valuing the policy at each budget",
  },
};

async function working<T>(
  what: string,
  title: string,
  run: (options: { signal: AbortSignal; onProgress: (progress: TaskProgress) => void }) => Promise<T>,
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

/** Looks at the two files once both are there. */
export async function look(): Promise<void> {
  const [model, experiment] = [modelFile.peek(), experimentFile.peek()];
  looked.value = undefined;
  if (!model || !experiment) return;
  const found = await working("Opening the files", "These files cannot be used as they are", (options) =>
    worker.call("look", { model, experiment }, options),
  );
  if (found) looked.value = found;
}

export async function judge(from: From): Promise<void> {
  const name = from.kind === "files" ? `${from.model.name} on ${from.experiment.name}` : "The example";
  const found = await working("Judging the model", "The model could not be judged", (options) =>
    worker.call("judge", { from }, options),
  );
  if (!found) return;
  batch(() => {
    judged.value = { ...found, name };
    arm.value = 0;
    metric.value = undefined;
  });
  announce("The model is judged");
}

/** Back to where files are chosen. */
export function leave(): void {
  work.peek()?.cancel();
  batch(() => {
    judged.value = undefined;
    looked.value = undefined;
    modelFile.value = undefined;
    experimentFile.value = undefined;
    failure.value = undefined;
  });
}
