/** From the words of the command line to the request of the core. */
import { InvalidArgumentError } from "commander";
import type { AllocationRequest } from "../allocation/types.js";
import { CeilingError } from "../engine/arena.js";
import { UsageError } from "./failure.js";
import { readLimits } from "./limits.js";

export interface RequestFlags {
  budget?: number;
  limits?: string;
  stock?: Record<string, number>;
  exactlyOne?: boolean;
  exact?: boolean;
  unit?: number;
}

/** Reads the limits file, if any; a flag on the command line wins over the same key in the file. */
export function makeRequest(flags: RequestFlags): AllocationRequest {
  const { limits, ...given } = flags;
  const request: AllocationRequest = limits === undefined ? {} : readLimits(limits);
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) Object.assign(request, { [key]: value });
  }
  return request;
}

/** An argument that must be a number. */
export function parseNumber(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw new InvalidArgumentError("Write a number like 250000 or 0.01.");
  return number;
}

export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** OFFER=N,…: the last "=" parts name and number, so that a name may hold one. */
export function parseStock(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.lastIndexOf("=");
      if (at < 1) throw new InvalidArgumentError(`Write OFFER=N,…, not "${pair}".`);
      return [pair.slice(0, at), parseNumber(pair.slice(at + 1))];
    }),
  );
}

/** Runs a solve; what the core refuses in the request is the caller's wrong usage, what the machine lacks is a failure. */
export function solving<T>(solve: () => T): T {
  try {
    return solve();
  } catch (error) {
    throw asUsage(error);
  }
}

/**
 * A solve that may take minutes and leaves no turn to the handler of Ctrl-C: meanwhile Ctrl-C ends the process as the system
 * does, which a shell sees as 130. Only where no file is being written.
 */
export function stoppable<T>(solve: () => T): T {
  const handlers = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  try {
    return solving(solve);
  } finally {
    for (const handler of handlers) process.on("SIGINT", handler);
  }
}

/** A refused argument as wrong usage; every other error as it is. */
export function asUsage(error: unknown): unknown {
  const refused = (error instanceof RangeError || error instanceof TypeError) && !(error instanceof CeilingError);
  return refused ? new UsageError(error.message, { cause: error }) : error;
}
