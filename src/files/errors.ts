/** What can be wrong with a file: the input's fault (exit code 2) or the output's (exit code 1). */

export interface Place {
  /** Data row, from 1. */
  row?: number;
  /** Line of a text file, from 1; the header is line 1. */
  line?: number;
  column?: string;
}

/** The input file cannot be used as it is. The message names file, row and column, and the way out. */
export class InputFileError extends Error {
  override readonly name = "InputFileError";
  readonly path: string;
  readonly row?: number;
  readonly line?: number;
  readonly column?: string;

  constructor(path: string, problem: string, place: Place = {}, options?: ErrorOptions) {
    super(`${[path, ...placeNames(place)].join(", ")}: ${problem}`, options);
    this.path = path;
    this.row = place.row;
    this.line = place.line;
    this.column = place.column;
  }
}

/** The output could not be written; nothing stands under its name that was not there before. */
export class OutputFileError extends Error {
  override readonly name = "OutputFileError";
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

function placeNames({ row, line, column }: Place): string[] {
  const names: string[] = [];
  if (row !== undefined) names.push(line === undefined ? `row ${row}` : `row ${row} (line ${line})`);
  else if (line !== undefined) names.push(`line ${line}`);
  if (column !== undefined) names.push(`column "${column}"`);
  return names;
}

/** Text of a cell for a message: whole when short. */
export function quoted(text: string): string {
  return text.length <= 60 ? `"${text}"` : `"${text.slice(0, 57)}…"`;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
