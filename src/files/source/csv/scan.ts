/** Where the rows and cells of a block of CSV begin and end. Bytes only: every mark is ASCII, so UTF-8 needs no decoding. */

const [LF, CR, QUOTE] = [10, 13, 34];

/** Cells of up to a tile of rows: cell c of row i is bytes [starts, ends)[i·width + c] of the block. */
export interface Rows {
  readonly width: number;
  readonly delimiter: number;
  count: number;
  /** Where the next row begins. */
  end: number;
  /** Line of the next row, from 1. */
  line: number;
  /** Line of each row. */
  readonly lines: Float64Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 0 plain, 1 quoted (the quotes stand outside [start, end)), 2 quoted with doubled quotes inside. */
  readonly quotes: Uint8Array;
  problem: { what: "quote" | "width"; cells: number; line: number } | undefined;
}

/**
 * Finds up to `most` whole rows from `rows.end` on. The last row of a file that has `ended` needs no line end; before that,
 * a row without one is left for the next block.
 */
export function scanRows(block: Uint8Array, filled: number, ended: boolean, rows: Rows, most: number): void {
  rows.count = 0;
  rows.problem = undefined;
  while (rows.count < most) {
    const start = skipBlank(block, filled, ended, rows);
    if (start === filled || !scanRow(block, filled, ended, rows, start)) return;
  }
}

/** Passes over empty lines; the start of the next row, or `filled`. */
function skipBlank(block: Uint8Array, filled: number, ended: boolean, rows: Rows): number {
  let at = rows.end;
  for (;;) {
    if (at < filled && block[at] === LF) at++;
    else if (at + 1 < filled && block[at] === CR && block[at + 1] === LF) at += 2;
    else break;
    rows.line++;
    rows.end = at;
  }
  return ended && at + 1 === filled && block[at] === CR ? filled : at;
}

/**
 * One row from `at`; false when it is not whole or not good. The loop over plain cells stands here whole, with no call in
 * it: 17 million cells take 0.25 s so, and twice that with a function a cell.
 */
function scanRow(block: Uint8Array, filled: number, ended: boolean, rows: Rows, at: number): boolean {
  const { width, delimiter, starts, ends, quotes } = rows;
  const base = rows.count * width;
  const highest = Math.max(delimiter, LF);
  let next = at;
  let cell = 0;
  let lines = 1;
  let byte = delimiter;
  for (; byte === delimiter; cell++) {
    if (next < filled && block[next] === QUOTE) {
      const end = scanQuoted(block, filled, ended, rows, next, cell);
      if (end < 0) return false;
      lines += countLines(block, next, end);
      next = end;
    } else {
      const start = next;
      // Digits, points and letters lie above the comma: one comparison for most bytes.
      for (; next < filled; next++) {
        byte = block[next] as number;
        if (byte <= highest && (byte === delimiter || byte === LF)) break;
      }
      if (cell < width) {
        starts[base + cell] = start;
        ends[base + cell] = next;
        quotes[base + cell] = 0;
      }
    }
    byte = next < filled ? (block[next++] as number) : END;
  }
  if (byte === END && !ended) return false;
  if (cell !== width) return fail(rows, "width", cell);
  dropReturn(block, rows, base + cell - 1);
  rows.lines[rows.count++] = rows.line;
  rows.line += lines;
  rows.end = next;
  return true;
}

/** What stands for a byte behind the last. */
const END = -1;

/** The carriage return before a line end is no part of the last cell. */
function dropReturn(block: Uint8Array, { starts, ends, quotes }: Rows, at: number): void {
  const end = ends[at] as number;
  if (quotes[at] === 0 && end > (starts[at] as number) && block[end - 1] === CR) ends[at] = end - 1;
}

/** A quoted cell from its quote at `start`; the offset behind it, or −1 when it is not whole or not good. */
function scanQuoted(
  block: Uint8Array,
  filled: number,
  ended: boolean,
  rows: Rows,
  start: number,
  cell: number,
): number {
  const end = closingQuote(block, filled, start + 1);
  // Whether a quote at the very end closes the cell or is the first of two, the next block says.
  if (end + 1 >= filled && !ended) return END;
  let next = end + 1;
  if (next < filled && block[next] === CR && (next + 1 >= filled || block[next + 1] === LF)) next++;
  const follows = next < filled ? block[next] : LF;
  if (end >= filled || (follows !== rows.delimiter && follows !== LF)) {
    fail(rows, "quote", 0);
    return END;
  }
  if (cell < rows.width) {
    const at = rows.count * rows.width + cell;
    rows.starts[at] = start + 1;
    rows.ends[at] = end;
    rows.quotes[at] = block.subarray(start + 1, end).includes(QUOTE) ? 2 : 1;
  }
  return next;
}

/** The quote that closes a cell from `at` on, or `filled`: the first that is not one of two. */
function closingQuote(block: Uint8Array, filled: number, at: number): number {
  for (let end = at; end < filled; end++) {
    if (block[end] !== QUOTE) continue;
    if (end + 1 >= filled || block[end + 1] !== QUOTE) return end;
    end++;
  }
  return filled;
}

function countLines(block: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) if (block[at] === LF) lines++;
  return lines;
}

function fail(rows: Rows, what: "quote" | "width", cells: number): false {
  rows.problem = { what, cells, line: rows.line };
  return false;
}

/** What the count of rows carries from block to block; begin with `newCount()`. */
export interface Count {
  rows: number;
  /** The line so far holds nothing but carriage returns. */
  blank: boolean;
  cell: "start" | "plain" | "quoted" | "closing";
}

export function newCount(): Count {
  return { rows: 0, blank: true, cell: "start" };
}

/** Adds the rows that end in this block, as `scanRows` will find them. */
export function countRows(block: Uint8Array, delimiter: number, count: Count): void {
  if (count.cell !== "quoted" && count.cell !== "closing" && !block.includes(QUOTE)) {
    countPlain(block, delimiter, count);
    return;
  }
  for (const byte of block) {
    if (count.cell === "quoted") {
      if (byte === QUOTE) count.cell = "closing";
      continue;
    }
    if (byte === LF) {
      if (!count.blank) count.rows++;
      count.blank = true;
      count.cell = "start";
      continue;
    }
    if (byte !== CR) count.blank = false;
    if (byte === QUOTE && (count.cell === "start" || count.cell === "closing")) count.cell = "quoted";
    else count.cell = byte === delimiter ? "start" : "plain";
  }
}

/** A block without quotes: from line end to line end, at the speed of memory. */
function countPlain(block: Uint8Array, delimiter: number, count: Count): void {
  let start = 0;
  for (let end = block.indexOf(LF); end >= 0; end = block.indexOf(LF, start)) {
    const empty = end === start || (end === start + 1 && block[start] === CR);
    if (!(empty && count.blank)) count.rows++;
    count.blank = true;
    start = end + 1;
  }
  if (start === block.length) {
    count.cell = "start";
    return;
  }
  if (!(block.length - start === 1 && block[start] === CR)) count.blank = false;
  count.cell = block[block.length - 1] === delimiter ? "start" : "plain";
}
