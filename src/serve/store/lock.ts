/**
 * A lock of the operating system on a file: it ends with the process that holds it, however that ends. fs-native-extensions, because
 * Node has no such call and proper-lockfile and its kin guess by time whether the holder lives; its prebuilt binaries ride along, 40 KB
 * on Linux, so that nothing is installed or built.
 */
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "./store.js";

/** Who holds a folder. */
export interface Holder {
  pid: number;
  host: string;
  /** RFC 3339, UTC. */
  since: string;
}

/** Thrown when another server has the folder. */
export class LockedError extends UnavailableError {
  override readonly name = "LockedError";
  /** The server that has it, where its name could be read. */
  readonly holder: Holder | undefined;

  constructor(folder: string, holder: Holder | undefined) {
    const who = holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : "another process";
    super(`the folder ${folder} is open in another server, ${who}: stop it, or give this one a folder of its own`);
    this.holder = holder;
  }
}

/** The byte that is locked lies far behind the text: Windows refuses to read what is locked. */
const [AT, BYTES] = [2 ** 30, 1];
/** Milliseconds in which a server that just got the lock has written its name. */
const WRITTEN = 100;

/** What holds a lock until it is closed. */
export interface Lock {
  truncate(length: number): Promise<void>;
  write(bytes: Uint8Array): Promise<unknown>;
  sync(): Promise<void>;
  close(): void | Promise<void>;
}

type Binding = { tryLock(fd: number, offset: number, length: number, exclusive: boolean): void };
let binding: Binding | undefined;

/** The binary for this machine: beside the bundle, else of the package where that is installed. */
function load(): Binding {
  const require = createRequire(import.meta.url);
  const own = fileURLToPath(new URL(`./lock/${process.platform}-${process.arch}.node`, import.meta.url));
  try {
    return require(existsSync(own) ? own : "fs-native-extensions/binding") as Binding;
  } catch (error) {
    throw new UnavailableError(
      `there is no lock of files for ${process.platform} on ${process.arch} (${(error as Error).message}): ` +
        "install fs-native-extensions, or keep what is published in PostgreSQL (DATABASE_URL)",
    );
  }
}

/**
 * Takes the lock of a folder and writes into `file` who has it. Close what it gives to give it back.
 * @throws {LockedError} naming who has it.
 */
export async function lock(folder: string, file: string): Promise<Lock> {
  const held = await ("Deno" in globalThis ? lockOfDeno(file) : lockOfNode(file));
  if (!held) throw new LockedError(folder, await holderOf(file));
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  await held.truncate(0);
  await held.write(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
  await held.sync();
  return held;
}

async function lockOfNode(file: string): Promise<Lock | undefined> {
  binding ??= load();
  // Appending opens what is there and what is not, and cuts nothing off another server's name.
  const handle = await open(file, "a+", 0o600);
  try {
    binding.tryLock(handle.fd, AT, BYTES, true);
    return handle;
  } catch (error) {
    await handle.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EAGAIN" || code === "EACCES" || code === "EBUSY") return undefined;
    throw error;
  }
}

/** Deno has a call of its own, and no libuv: Node's binary ends its process. The two locks do not see each other. */
async function lockOfDeno(file: string): Promise<Lock | undefined> {
  const { Deno } = globalThis as unknown as { Deno: { open(path: string, options: object): Promise<DenoFile> } };
  const held = await Deno.open(file, { read: true, append: true, create: true, mode: 0o600 });
  if (await held.tryLock(true)) return held;
  held.close();
  return undefined;
}

interface DenoFile extends Lock {
  tryLock(exclusive: boolean): Promise<boolean>;
}

async function holderOf(file: string): Promise<Holder | undefined> {
  await wait(WRITTEN);
  try {
    const handle = await open(file, "r");
    try {
      const { pid, host, since } = JSON.parse(await handle.readFile("utf8"));
      if (typeof pid === "number" && typeof host === "string" && typeof since === "string") return { pid, host, since };
    } finally {
      await handle.close();
    }
  } catch {
    // A name that cannot be read is no reason to hide why the folder is refused.
  }
  return undefined;
}
