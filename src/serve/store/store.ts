/**
 * Where policies, models, sessions and replies live: byte strings by kind and name, each with the number of its version. Two writers
 * cannot lose each other's version: a write says which version it replaces.
 */

/** `reply`: what was answered to a request with an Idempotency-Key. */
export type Kind = "policy" | "model" | "session" | "reply";
export const KINDS: readonly Kind[] = ["policy", "model", "session", "reply"];

export interface Stored {
  /** Counts up from 1 with every write of this name, also after it was removed; after it expired perhaps anew. */
  version: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface WriteOptions {
  /** Milliseconds since 1970 after which the entry is gone. Left out: it stays. */
  expires?: number;
}

/** Thrown when the version that a write replaces is not the one that is there. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  /** The version that is there; nothing where there is none. */
  readonly version: number | undefined;

  constructor(kind: Kind, name: string, version: number | undefined) {
    super(version === undefined ? `there is no ${kind} "${name}"` : `${kind} "${name}" is at version ${version}`);
    this.version = version;
  }
}

/** Thrown when a store cannot be reached, is another server's, or cannot do what is asked of it: the message says the way out. */
export class UnavailableError extends Error {
  override readonly name: string = "UnavailableError";
}

/** Thrown when what is stored is not what was written: the disk lost it, or somebody changed it. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

export interface Store {
  /**
   * The last version, or the one of this number. Of models every version is kept until the model is removed, because policies may name
   * one; of other kinds only the last.
   */
  read(kind: Kind, name: string, version?: number): Promise<Stored | undefined>;
  /** The number of the last version, without its bytes. */
  version(kind: Kind, name: string): Promise<number | undefined>;
  /**
   * Writes a new version in place of `replaces` (nothing: there must be none), and resolves to it when it will survive a crash.
   * @throws {ConflictError} when another version is there.
   */
  write(
    kind: Kind,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    replaces: number | undefined,
    options?: WriteOptions,
  ): Promise<number>;
  /** Removes the name with all its versions. @throws {ConflictError} when another version is there. */
  remove(kind: Kind, name: string, replaces: number): Promise<void>;
  /**
   * Milliseconds for which the last version may be taken for granted without asking again, where asking is a journey (default 0).
   * What this process publishes it sees at once.
   */
  readonly freshFor?: number;
  /** No other server can have this store: what one before it left under way is lost, and need not be waited for. */
  readonly isAlone?: boolean;
  /** Ends what the store holds open; it answers no more. */
  close?(): Promise<void>;
}

/** Whether every version of a kind is kept, not the last alone. */
export function keepsAll(kind: Kind): boolean {
  return kind === "model";
}

/** Whether it is a store's conflict, whichever bundle the class is of. */
export function isConflict(error: unknown): error is ConflictError {
  return error instanceof Error && error.name === "ConflictError";
}

/** Most UTF-16 units of a name: what every store can hold as a key. */
const LONGEST = 256;

/** @throws {RangeError} for a name that not every store could keep. */
export function checkName(kind: Kind, name: string): void {
  if (!KINDS.includes(kind)) throw new RangeError(`there is no kind "${kind}"; there are ${KINDS.join(", ")}`);
  if (typeof name !== "string" || name === "" || name.length > LONGEST || !isWellFormed(name)) {
    throw new RangeError(`the name of a ${kind} must be text of 1 to ${LONGEST} characters, without zero characters`);
  }
}

/** No zero character, which PostgreSQL's text lacks, and no half of a surrogate pair, which UTF-8 lacks. */
function isWellFormed(name: string): boolean {
  return !/\0|[\ud800-\udfff]/u.test(name);
}
