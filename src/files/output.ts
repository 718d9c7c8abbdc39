/**
 * Outputs are written aside, as `.NAME.shadowprice-PID.tmp` in the folder of the output, and take their name when they are
 * whole and on the disk. What a dead process left there, the next run for the same output removes.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { OutputFileError, reasonOf } from "./errors.js";

/** Names that this process is writing now: its own process number does not make them leftovers. */
const writing = new Set<string>();

export class AsideFile {
  /** Where to write meanwhile. */
  readonly path: string;
  readonly #output: string;

  /** @throws {OutputFileError} where the folder cannot be written to. */
  constructor(output: string) {
    this.#output = resolve(output);
    const folder = dirname(this.#output);
    this.path = join(folder, `.${basename(output)}.shadowprice-${process.pid}.tmp`);
    if (isFolder(this.#output)) throw new OutputFileError(output, "is a folder: give the name of a file");
    if (writing.has(this.path)) throw new OutputFileError(output, "is being written already by this process");
    removeLeftovers(folder, new RegExp(`^\\.${escaped(basename(output))}\\.shadowprice-(\\d+)\\.tmp$`));
    try {
      closeSync(openSync(this.path, "wx"));
    } catch (error) {
      throw new OutputFileError(output, cannotWrite(error));
    }
    writing.add(this.path);
  }

  /** Puts the whole file on the disk and then under its name. */
  commit(): void {
    try {
      syncPath(this.path, "r+");
      renameSync(this.path, this.#output);
    } catch (error) {
      this.discard();
      throw new OutputFileError(this.#output, cannotWrite(error));
    }
    writing.delete(this.path);
    try {
      syncPath(dirname(this.#output), "r");
    } catch {
      // Some file systems (and Windows) cannot sync a folder; the file itself is on the disk.
    }
  }

  discard(): void {
    rmSync(this.path, { force: true });
    writing.delete(this.path);
  }

  /** The error to throw for one that came up while this file was written. */
  failure(error: unknown): OutputFileError {
    return new OutputFileError(this.#output, cannotWrite(error), { cause: error });
  }
}

/** Bytes to a file, gathered into few system calls. A short write (a disk that fills) is retried until it is an error. */
export class FileWriter {
  readonly #aside: AsideFile;
  #file: number | undefined;
  #written = 0;

  constructor(aside: AsideFile) {
    this.#aside = aside;
    this.#file = openSync(aside.path, "w");
  }

  get written(): number {
    return this.#written;
  }

  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file as number, bytes, done, bytes.length - done);
    } catch (error) {
      throw this.#aside.failure(error);
    }
    this.#written += bytes.length;
  }

  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      closeSync(file);
    } catch (error) {
      throw this.#aside.failure(error);
    }
  }
}

/**
 * A name for a temporary file or folder of this process, to be given back by `removeTemporary`. Meanwhile neither this process
 * nor another takes it for a leftover.
 */
export function temporaryName(parent: string): string {
  removeLeftovers(parent, /^shadowprice-(\d+)-/);
  const path = join(parent, `shadowprice-${process.pid}-${randomBytes(6).toString("hex")}`);
  writing.add(path);
  return path;
}

export function removeTemporary(path: string): void {
  rmSync(path, { recursive: true, force: true });
  writing.delete(path);
}

/** Removes the files and folders of this pattern, whose first group is a process number, that no live process owns. */
export function removeLeftovers(folder: string, pattern: RegExp): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const owner = pattern.exec(name)?.[1];
    const path = join(folder, name);
    if (owner === undefined || writing.has(path) || isAlive(Number(owner))) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's leftover stays; it is in nobody's way.
    }
  }
}

/** Another live process; this one's own leftovers have the number of a process that is gone. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function syncPath(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function cannotWrite(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const text = reasonOf(error);
  if (code === "ENOSPC" || /No space left on device|ENOSPC/i.test(text)) {
    return "the disk is full: free some space or name an output on another disk; nothing was written";
  }
  if (code === "ENOENT") return "its folder does not exist: make it first";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "may not be written here: its folder's permissions forbid it";
  return `cannot be written: ${text}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
