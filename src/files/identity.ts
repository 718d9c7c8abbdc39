/** What a file is by its first bytes, and whether it is still the file that was opened. */
import { open, stat } from "node:fs/promises";
import { InputFileError, reasonOf } from "./errors.js";
import { decodeLatin } from "./text.js";
import type { Format } from "./types.js";

export interface Identity {
  size: number;
  readonly mark: string;
}

/** Size, time of change and inode of the file now. */
export async function identify(path: string): Promise<Identity> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return { size: Number(size), mark: `${dev}:${ino}:${size}:${mtimeNs}` };
  } catch (error) {
    throw new InputFileError(path, unreadable(error));
  }
}

/** @throws {InputFileError} when the file was written or replaced since. */
export async function requireSame(path: string, before: Identity): Promise<void> {
  const now = await identify(path);
  if (now.mark !== before.mark) {
    throw new InputFileError(
      path,
      "the file changed while it was read: let its writer finish (write aside, then rename), and run again",
    );
  }
}

/** @throws {InputFileError} for an empty file, a folder, and formats that are known and not read. */
export async function sniffFormat(path: string, { size }: Identity): Promise<Format | "arrow stream"> {
  const head = await firstAndLastBytes(path, size);
  const is = (magic: string) => head.first.startsWith(magic);
  if (is("PAR1")) {
    if (size >= 12 && head.last.endsWith("PAR1")) return "parquet";
    throw new InputFileError(path, "the Parquet file ends before its footer: it was cut short; write or copy it again");
  }
  if (is("PARE")) throw new InputFileError(path, "the Parquet file is encrypted: write it without encryption");
  if (is("ARROW1")) {
    if (head.last.endsWith("ARROW1")) return "arrow";
    throw new InputFileError(path, "the Arrow file ends before its footer: it was cut short; write or copy it again");
  }
  if (is("\xff\xff\xff\xff")) {
    // A reader takes the end of the file for the end of the stream, and would miss the batches that were cut off.
    if (head.last === "\xff\xff\xff\xff\0\0\0\0") return "arrow stream";
    throw new InputFileError(path, "the Arrow stream has no end mark: it was cut short; write or copy it again");
  }
  if (is("\x1f\x8b") || is("\x28\xb5\x2f\xfd") || is("PK\x03\x04") || is("BZh")) {
    throw new InputFileError(path, "the file is compressed: unpack it first (Parquet is compressed inside)");
  }
  if (is("\xff\xfe") || is("\xfe\xff")) throw new InputFileError(path, "the text is UTF-16: write it as UTF-8");
  if (head.first.includes("\0")) throw new InputFileError(path, "this is neither CSV nor Parquet nor Arrow");
  return "csv";
}

async function firstAndLastBytes(path: string, size: number): Promise<{ first: string; last: string }> {
  try {
    await using file = await open(path);
    if (!(await file.stat()).isFile()) throw new InputFileError(path, "is not a file");
    if (size === 0) throw new InputFileError(path, "the file is empty");
    const first = new Uint8Array(Math.min(size, 256));
    const last = new Uint8Array(Math.min(size, 8));
    await file.read(first, 0, first.length, 0);
    await file.read(last, 0, last.length, size - last.length);
    return { first: decodeLatin(first, 0, first.length), last: decodeLatin(last, 0, last.length) };
  } catch (error) {
    if (error instanceof InputFileError) throw error;
    throw new InputFileError(path, unreadable(error));
  }
}

function unreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES" || code === "EPERM") return "the file may not be read: its permissions forbid it";
  return `the file cannot be read: ${reasonOf(error)}`;
}
