/**
 * One version of one name as a file of a folder store.
 *
 *   KIND/_NAME.VERSION            the last version; of models every one
 *   KIND/_NAME.VERSION.eTIME      one that expires, at milliseconds since 1970
 *   KIND/_NAME.VERSION.removed    the name was removed: the next version is VERSION + 1
 *   KIND/.tmp-…                   being written, or left behind by a killed server
 *
 * A file is one line of JSON, which says what it is and the SHA-256 of line and bytes, and then the bytes.
 */
import { createHash } from "node:crypto";
import { DamagedError, type Kind } from "./store.js";

export interface EntryName {
  /** The name as file names can say it on every system. */
  encoded: string;
  version: number;
  removed: boolean;
  /** Infinity where it stays. */
  expires: number;
}

interface Head {
  shadowprice: 1;
  kind: Kind;
  name: string;
  version: number;
  written: string;
  bytes: number;
  sha256?: string;
}

const FILE = /^(_[a-z0-9_=-]+)\.(\d{1,15})(?:\.(removed)|\.e(\d{1,15}))?$/;
const PLAIN = /^[a-z0-9_-]{1,170}$/;
/** Longest of an encoded name, so that a file's name stays below 255 bytes; beyond it a hash stands for the rest. */
const LONGEST = 180;
const KEPT = 100;

/**
 * A name of lower-case letters, digits, _ and -: systems that take A for a, or keep names such as "nul" to themselves, tell all names
 * apart. The first sign keeps it from being a hidden file or a device.
 */
export function encode(name: string): string {
  // Most names, and the decision of a user looks two of them up.
  if (PLAIN.test(name)) return `_${name}`;
  let text = "_";
  for (const byte of new TextEncoder().encode(name)) {
    const sign = String.fromCharCode(byte);
    text += /[a-z0-9_-]/.test(sign) ? sign : `=${byte.toString(16).padStart(2, "0")}`;
  }
  return text.length <= LONGEST ? text : `${text.slice(0, KEPT)}==${createHash("sha256").update(name).digest("hex")}`;
}

export function fileName({ encoded, version, removed, expires }: EntryName): string {
  return `${encoded}.${version}${removed ? ".removed" : Number.isFinite(expires) ? `.e${expires}` : ""}`;
}

/** What a file's name says; nothing where it is not one of ours. */
export function parseFileName(file: string): EntryName | undefined {
  const [, encoded, version, removed, expires] = FILE.exec(file) ?? [];
  if (encoded === undefined) return undefined;
  return {
    ...{ encoded, version: Number(version), removed: removed !== undefined },
    expires: expires === undefined ? Number.POSITIVE_INFINITY : Number(expires),
  };
}

/** The first line of the file of these bytes. */
export function headOf(kind: Kind, name: string, version: number, bytes: Uint8Array): string {
  const written = new Date().toISOString();
  const head: Head = { shadowprice: 1, kind, name, version, written, bytes: bytes.length };
  return `${JSON.stringify({ ...head, sha256: sumOf(head, bytes) })}\n`;
}

/**
 * The bytes of a file, when it is whole and what its name says.
 * @throws {DamagedError} else.
 */
export function bytesOf(
  file: string,
  content: Uint8Array<ArrayBuffer>,
  { kind, name, version }: { kind: Kind; name: string; version: number },
): Uint8Array<ArrayBuffer> {
  const end = content.indexOf(0x0a);
  const { sha256, ...head } = parse(file, content.subarray(0, Math.max(end, 0)));
  const bytes = content.subarray(end + 1);
  if (head.bytes !== bytes.length) throw damaged(file, `${bytes.length} bytes where ${head.bytes} were written`);
  if (sha256 !== sumOf(head, bytes)) throw damaged(file, "its checksum is another");
  if (head.kind !== kind || head.name !== name || head.version !== version) {
    throw damaged(file, `it is version ${head.version} of ${head.kind} "${head.name}"`);
  }
  return bytes;
}

function parse(file: string, line: Uint8Array): Head {
  try {
    const head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line)) as Head;
    if (head.shadowprice === 1) return head;
  } catch {
    // Said below.
  }
  throw damaged(file, "it does not begin with the line that says what it is");
}

/** Over the line without the sum itself, and the bytes. */
function sumOf({ kind, name, version, written, bytes }: Head, content: Uint8Array): string {
  const line = JSON.stringify([1, kind, name, version, written, bytes]);
  return createHash("sha256").update(line).update("\n").update(content).digest("hex");
}

function damaged(file: string, why: string): DamagedError {
  return new DamagedError(`${file} is damaged: ${why}. Put a copy in its place, or remove it and publish again`);
}
