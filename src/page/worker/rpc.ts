/**
 * What page and worker say to each other: a task by its name with its arguments there; progress, then a result or an error, back.
 *
 * A flow writes its tasks as an object of functions (`src/page/offers/tasks.ts`), adds its name to FLOWS in main.ts, and calls
 * them by `openWorker<typeof tasks>("offers")`.
 */

/** How far a task is. */
export interface TaskProgress {
  /** "read", "solve", … */
  phase: string;
  done: number;
  /** 0 where it is not known. */
  total: number;
}

/** What a task gets beside its arguments. */
export interface TaskContext {
  /** Aborted when the page cancels. Tasks that wait for something see it; those that compute are ended with their worker. */
  signal: AbortSignal;
  progress(progress: TaskProgress): void;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments are typed where the tasks are written
export type Tasks = Record<string, (args: any, context: TaskContext) => unknown>;

export type Asked = { id: number; task: string; args: unknown } | { id: number; cancel: true };

export interface Told {
  id: number;
  progress?: TaskProgress;
  done?: true;
  result?: unknown;
  error?: ToldError;
}

/** An error as a message: its class by name, what it says, and its own fields. */
export interface ToldError {
  name: string;
  message: string;
  fields: Record<string, unknown>;
}

/** A result whose buffers move in place of being copied. */
export class Moved<T> {
  readonly result: T;
  readonly buffers: Transferable[];

  constructor(result: T, buffers: Transferable[]) {
    this.result = result;
    this.buffers = buffers;
  }
}

/** What a caller gets: the result without the wrap. */
export type ResultOf<T> = Awaited<T> extends Moved<infer U> ? U : Awaited<T>;

/** Milliseconds between two messages about progress. */
const PROGRESS = 60;

/** Runs tasks for whoever posts to `port`. Listens at once, so that nothing is lost while `load` fetches the tasks. */
export function serveTasks(port: Pick<DedicatedWorkerGlobalScope, "postMessage" | "onmessage">, load: Promise<Tasks>) {
  const running = new Map<number, AbortController>();
  port.onmessage = async ({ data }: MessageEvent<Asked>) => {
    if ("cancel" in data) {
      running.get(data.id)?.abort(new DOMException("cancelled", "AbortError"));
      return;
    }
    const { id, task, args } = data;
    const controller = new AbortController();
    running.set(id, controller);
    let told = 0;
    const progress = (now: TaskProgress) => {
      if (performance.now() - told < PROGRESS) return;
      told = performance.now();
      port.postMessage({ id, progress: now } satisfies Told);
    };
    try {
      const run = (await load)[task];
      if (!run) throw new TypeError(`there is no task "${task}"`);
      const result = await run(args, { signal: controller.signal, progress });
      if (result instanceof Moved) port.postMessage({ id, done: true, result: result.result }, result.buffers);
      else port.postMessage({ id, done: true, result } satisfies Told);
    } catch (error) {
      port.postMessage({ id, error: packed(error) } satisfies Told);
    } finally {
      running.delete(id);
    }
  };
}

function packed(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), fields: {} };
  const fields = Object.entries(error).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return { name: error.name, message: error.message, fields: Object.fromEntries(fields) };
}

export function unpacked({ name, message, fields }: ToldError): Error {
  if (name === "AbortError") return new DOMException(message, name);
  const error = Object.assign(new Error(message), fields);
  error.name = name;
  return error;
}

interface DedicatedWorkerGlobalScope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
}
