/** What a failed run tells the shell. */
import { InputFileError, OutputFileError } from "../files/errors.js";

export const EXIT = { met: 0, failed: 1, usage: 2, impossible: 3, notFound: 4, interrupted: 130 } as const;

/** Wrong options, a wrong limits file, or a request that the core refuses. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** By its name: the bundle that serves has a class of its own. */
function isUsage(error: unknown): boolean {
  return error instanceof Error && error.name === "UsageError";
}

/** Ctrl-C, as the reason of the abort. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("interrupted; nothing was written");
  }
}

export function exitCode(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted;
  return isUsage(error) || error instanceof InputFileError ? EXIT.usage : EXIT.failed;
}

/** One line for what the person can act on; the stack only for what nobody expected. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `shadowprice: ${String(error)}`;
  const expected =
    isUsage(error) ||
    error instanceof InputFileError ||
    error instanceof OutputFileError ||
    error instanceof Interrupted ||
    error instanceof RangeError ||
    "code" in error;
  return expected ? `shadowprice: ${error.message}` : `shadowprice: ${error.stack ?? error.message}`;
}
