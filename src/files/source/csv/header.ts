/** The first line of a CSV: names of the columns, and by them the delimiter. */
import { InputFileError } from "../../errors.js";
import { ID } from "../../layout.js";
import type { Bytes } from "../bytes.js";

export interface Header {
  names: string[];
  delimiter: string;
  /** Offset of the first byte after it. */
  end: number;
  /** Lines that it takes: names may hold line ends. */
  lines: number;
}

const DELIMITERS = [",", ";", "\t", "|"];
/** Most bytes of a header: 254 offers with names of a few pages each. */
const MOST_BYTES = 1 << 22;
const MARK = [0xef, 0xbb, 0xbf];

/** @throws {InputFileError} where the first line is no header. */
export async function readHeader(path: string, file: Bytes): Promise<Header> {
  for (let size = 1 << 16; ; size *= 4) {
    const block = new Uint8Array(size);
    const { bytesRead } = await file.read(block, 0, size, 0);
    const mark = MARK.every((byte, i) => block[i] === byte) ? 3 : 0;
    const line = firstLine(block.subarray(mark, bytesRead), bytesRead < size);
    if (line) return { ...split(path, line.bytes), end: mark + line.end, lines: line.lines };
    if (size >= MOST_BYTES || bytesRead < size) {
      throw new InputFileError(
        path,
        "the first line is not the header of a CSV: a quote is not closed, or it has no end",
        {
          line: 1,
        },
      );
    }
  }
}

/** The first line that is not blank, to its end outside quotes. */
function firstLine(bytes: Uint8Array, whole: boolean): { bytes: Uint8Array; end: number; lines: number } | undefined {
  let start = 0;
  let quoted = false;
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 34) quoted = !quoted;
    if (byte !== 10) continue;
    lines++;
    if (quoted) continue;
    const line = bytes.subarray(start, at);
    if (line.length > 0 && !(line.length === 1 && line[0] === 13)) return { bytes: line, end: at + 1, lines };
    start = at + 1;
  }
  return whole && !quoted ? { bytes: bytes.subarray(start), end: bytes.length, lines } : undefined;
}

function split(path: string, bytes: Uint8Array): { names: string[]; delimiter: string } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r$/, "");
  } catch {
    throw new InputFileError(path, "the header is not UTF-8 text: is this a CSV?", { line: 1 });
  }
  for (const delimiter of DELIMITERS) {
    const names = splitLine(text, delimiter);
    if (names.includes(ID)) return { names, delimiter };
  }
  return { names: splitLine(text, ","), delimiter: "," };
}

function splitLine(text: string, delimiter: string): string[] {
  const names: string[] = [];
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^${delimiter === "|" ? "\\|" : delimiter}]*))(${delimiter === "|" ? "\\|" : delimiter}|$)`,
    "y",
  );
  for (let more = true; more; ) {
    const match = cell.exec(text);
    if (match === null) return [text];
    names.push(match[1] === undefined ? (match[2] as string) : match[1].replaceAll('""', '"'));
    more = match[3] !== "";
  }
  return names;
}
