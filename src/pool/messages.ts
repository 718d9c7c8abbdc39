/** What pool and worker say to each other. */
import type { PackedError } from "./errors.js";
import type { PoolProgress, TaskName } from "./tasks.js";

/** To the worker. */
export interface Asked {
  id: number;
  task: TaskName;
  args: readonly unknown[];
  /** An i32 that is not zero once the task is cancelled, where memory can be shared. */
  flag?: SharedArrayBuffer;
  /** The task reads bytes that are still to come: how many in all, where that is known. */
  input?: { length?: number };
}

/** To the worker, of a task that it has: bytes that were asked for (none behind the last, or when it broke), or a wish for the answer. */
export interface Fed {
  id: number;
  fed?: Uint8Array;
  end?: "last" | "broken";
  wish?: "piece" | "stop";
}

/** From the worker: progress, then a result or an error. `memory` is what its engines hold, in bytes. */
export interface Told {
  id: number;
  progress?: PoolProgress;
  memory?: number;
  result?: unknown;
  /** The rest of the result is in pieces, to be wished for. */
  hasPieces?: boolean;
  /** It wants more bytes; `back` is memory that it was sent, to be used again. */
  wants?: boolean;
  back?: Uint8Array;
  /** A piece of the answer, or that there is none any more. */
  piece?: Uint8Array;
  isLast?: boolean;
  error?: PackedError;
}

/** Plain objects and lists are looked into so deep. */
const DEEPEST = 4;

/** The buffers under a value's typed arrays: they move, they are not copied. */
export function transferables(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  gather(value, 0, found);
  return [...found];
}

function gather(value: unknown, depth: number, found: Set<ArrayBuffer>): void {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return;
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    // A few bytes of a larger buffer may be Node's own pool, which others write to.
    const isPooled = value instanceof Uint8Array && byteLength < buffer.byteLength;
    if (buffer instanceof ArrayBuffer && byteLength > 0 && !isPooled) found.add(buffer);
    return;
  }
  if (Array.isArray(value)) {
    // A list of a million numbers or texts holds no array.
    if (typeof value[0] === "object") for (const one of value) gather(one, depth + 1, found);
    return;
  }
  for (const one of Object.values(value)) gather(one, depth + 1, found);
}
