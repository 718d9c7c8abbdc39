/**
 * Where policies, models and sessions live: small byte strings by kind and name, each with the number of its version. Two writers
 * cannot lose each other's version: a write says which version it replaces.
 */

export type Kind = "policy" | "model" | "session";

export interface Stored {
  /** Counts up from 1 with every write of this name, also after it was deleted. */
  version: number;
  bytes: Uint8Array<ArrayBuffer>;
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

export interface Store {
  read(kind: Kind, name: string): Promise<Stored | undefined>;
  /** The version that is there, without its bytes. */
  version(kind: Kind, name: string): Promise<number | undefined>;
  /**
   * Writes a new version in place of `replaces` (nothing: there must be none), and resolves to it when it will survive a crash.
   * @throws {ConflictError} when another version is there.
   */
  write(kind: Kind, name: string, bytes: Uint8Array<ArrayBuffer>, replaces: number | undefined): Promise<number>;
  /** @throws {ConflictError} when another version is there. */
  remove(kind: Kind, name: string, replaces: number): Promise<void>;
}
