/** Errors on their way from a worker: of the same class, with the same message, as they would be here. */
import { CeilingError } from "../index.js";

/** An error as a message: its class by name, what it says, and its own fields. */
export interface PackedError {
  name: string;
  message: string;
  stack?: string;
  fields: Record<string, unknown>;
}

/** The queue of a pool is full: ask again later. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** Classes that a solve may throw. What is of another one is an `Error` that says which. */
const CLASSES: Record<string, new (message: string) => Error> = {
  ...{ Error, TypeError, RangeError, SyntaxError, CeilingError },
};

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), fields: {} };
  const { name, message, stack } = error;
  const fields = Object.entries(error).filter(([field, value]) => field !== "name" && isPlain(value));
  return { name, message, stack, fields: Object.fromEntries(fields) };
}

export function unpackError({ name, message, stack, fields }: PackedError): Error {
  const Class = CLASSES[name] ?? Error;
  const error = Object.assign(new Class(message), fields);
  // Its own stack says where it happened, which is in the worker.
  if (stack) Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true });
  return error;
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "undefined"].includes(typeof value);
}

/** What a task is rejected with that took too long. */
export function timeout(seconds: number): DOMException {
  return new DOMException(`the task took longer than ${seconds} s`, "TimeoutError");
}
