/** The script of a worker: takes tasks one after the other and posts what becomes of them. The same on Node and in browsers. */
import { createEngine, type Engine } from "../index.js";
import { packError } from "./errors.js";
import { Answers, FedInput } from "./input.js";
import type { Asked, Fed, Told } from "./messages.js";
import { transferables } from "./messages.js";
import { type PoolProgress, TASKS } from "./tasks.js";
import { type Port, parentPort } from "./thread.js";

/** Milliseconds between two messages of progress. */
const PROGRESS = 100;

const port = parentPort();
const inputs = new Map<number, FedInput>();
const answers = new Answers();
port.receive((message) => {
  if ("task" in (message as object)) answer(port, message as Asked);
  else feed(port, message as Fed);
});

/** What comes for a task that is here: bytes, or a wish for more of its answer. */
async function feed(port: Port, fed: Fed): Promise<void> {
  const { id, wish } = fed;
  if (!wish) {
    inputs.get(id)?.take(fed);
    return;
  }
  try {
    await answers.fulfil(fed, (told, transfer) => port.post(told, transfer));
  } catch (error) {
    port.post({ id, error: packError(error) } satisfies Told);
  }
}

async function answer(port: Port, { id, task, args, flag, input }: Asked): Promise<void> {
  const engines: Engine[] = [];
  const memory = () => engines.reduce((bytes, engine) => bytes + engine.memory.buffer.byteLength, 0);
  let told = performance.now();
  const hooks = {
    signal: signalOf(flag),
    newEngine() {
      const engine = createEngine();
      engines.push(engine);
      return engine;
    },
    onProgress(progress: PoolProgress) {
      if (performance.now() - told < PROGRESS) return;
      told = performance.now();
      port.post({ id, progress: { ...progress }, memory: memory() } satisfies Told);
    },
  };
  const fed =
    input && new FedInput(id, input.length, (told, transfer) => port.post({ ...told, memory: memory() }, transfer));
  if (fed) inputs.set(id, fed);
  try {
    const run = TASKS[task] as (...all: unknown[]) => unknown;
    const result = await run({ ...hooks, input: fed }, ...args);
    const { pieces } = Object(result) as { pieces?: AsyncGenerator<Uint8Array> };
    if (pieces) {
      answers.add(id, pieces);
      const rest = { ...(result as object), pieces: undefined };
      port.post({ id, result: rest, hasPieces: true, memory: memory() } satisfies Told, transferables(rest));
    } else port.post({ id, result, memory: memory() } satisfies Told, transferables(result));
  } catch (error) {
    port.post({ id, error: packError(error) } satisfies Told);
  } finally {
    inputs.delete(id);
  }
}

/** A signal that a synchronous solve can look at: a number in shared memory, which the pool sets. */
function signalOf(flag: SharedArrayBuffer | undefined): AbortSignal {
  if (!flag) return new AbortController().signal;
  const number = new Int32Array(flag);
  const isSet = () => Atomics.load(number, 0) !== 0;
  const signal = {
    get aborted() {
      return isSet();
    },
    throwIfAborted() {
      if (isSet()) throw new DOMException("the task was cancelled", "AbortError");
    },
    addEventListener() {},
    removeEventListener() {},
  };
  return signal as unknown as AbortSignal;
}
