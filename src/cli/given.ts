/** The files that a command line names: small ones to read whole, and the one to write, looked at before any work. */
import { accessSync, constants, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { OutputFileError } from "../files/errors.js";
import { UsageError } from "./failure.js";

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be read: its permissions forbid it",
};

/** @throws {UsageError} where the file cannot be read. */
export function readGiven(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${REASONS[code] ?? `cannot be read: ${message}`}`);
  }
}

/** @throws {UsageError} where the file cannot be read or is no JSON. */
export function readJson(path: string): unknown {
  const content = new TextDecoder().decode(readGiven(path));
  try {
    return JSON.parse(content);
  } catch (error) {
    // What stands there is quoted in the error's message: not for terminals where it is binary.
    throw new UsageError(`${path} is not JSON: ${(error as Error).message.replaceAll(/\p{Cc}/gu, "�")}`);
  }
}

/**
 * Refuses an output that can never be written, before the work and not after it, and one that would replace an input, under
 * whatever name.
 *
 * @throws {UsageError} for a wrong path, {OutputFileError} where the folder's permissions forbid it.
 */
export function refuseOutput(output: string, inputs: readonly string[], option = "--output"): void {
  if (output === "") throw new UsageError(`${option}: the name is empty: give the name of a file`);
  const target = look(output, option);
  if (target?.isDirectory()) throw new UsageError(`${option} ${output} is a folder: give the name of a file`);
  for (const path of inputs) {
    const input = statSync(path, { throwIfNoEntry: false });
    if (!input || !target) continue;
    if (realpathSync(path) === realpathSync(output) || (input.ino === target.ino && input.dev === target.dev)) {
      throw new UsageError(`${option} ${output} is the input itself; give the output another name`);
    }
  }
  const folder = dirname(resolve(output));
  if (!look(folder, option)?.isDirectory()) {
    throw new UsageError(`${option} ${output}: its folder does not exist: make it first`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new OutputFileError(output, "may not be written here: its folder's permissions forbid it");
  }
}

function look(path: string, option: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be written: ${(error as Error).message}`);
  }
}
