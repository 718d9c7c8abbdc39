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
export function scanRows(block: Buffer, filled: number, ended: boolean, rows: Rows, most: number): void {
  rows.count = 0;
  rows.problem = undefined;
  while (rows.count < most) {
    const start = skipBlank(block, filled, ended, rows);
    if (start === filled || !scanRow(block, filled, ended, rows, start)) return;
  }
}

/** Passes over empty lines; the start of the next row, or `filled`. */
function skipBlank(block: Buffer, filled: number, ended: boolean, rows: Rows): number {
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

/** One row from `at`; false when it is not whole or not good. */
function scanRow(block: Buffer, filled: number, ended: boolean, rows: Rows, at: number): boolean {
  const { width, delimiter, starts, ends, quotes } = rows;
  const base = rows.count * width;
  let next = at;
  let lines = 1;
  for (let cell = 0; ; cell++) {
    let start = next;
    let end: number;
    let quoting = 0;
    if (block[next] === QUOTE && next < filled) {
      start = next + 1;
      for (next = start; next < filled; next++) {
        const byte = block[next];
        if (byte === LF) lines++;
        if (byte !== QUOTE) continue;
        if (next + 1 >= filled || block[next + 1] !== QUOTE) break;
        quoting = 2;
        next++;
      }
      if (next + 1 >= filled && !ended) return false;
      if (next >= filled) return fail(rows, "quote", 0);
      end = next++;
      if (quoting === 0) quoting = 1;
      if (block[next] === CR && next < filled && (next + 1 === filled || block[next + 1] === LF)) next++;
      if (next < filled && block[next] !== delimiter && block[next] !== LF) return fail(rows, "quote", 0);
    } else {
      let byte = -1;
      while (next < filled && (byte = block[next] as number) !== delimiter && byte !== LF) next++;
      end = next;
      if ((byte === LF || next === filled) && end > start && block[end - 1] === CR) end--;
    }
    if (next >= filled && !ended) return false;
    if (cell < width) {
      starts[base + cell] = start;
      ends[base + cell] = end;
      quotes[base + cell] = quoting;
    }
    if (next < filled && block[next] === delimiter) {
      next++;
      continue;
    }
    if (cell + 1 !== width) return fail(rows, "width", cell + 1);
    break;
  }
  rows.lines[rows.count++] = rows.line;
  rows.line += lines;
  rows.end = Math.min(next + 1, filled);
  return true;
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
export function countRows(block: Buffer, delimiter: number, count: Count): void {
  if (count.cell !== "quoted" && count.cell !== "closing" && !block.includes(QUOTE)) return countPlain(block, delimiter, count);
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
function countPlain(block: Buffer, delimiter: number, count: Count): void {
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
