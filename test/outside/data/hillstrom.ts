/** Hillstrom's e-mail experiment, as the reference tests read it. */
import { readCsv } from "./csv.js";

export interface Mails {
  /** "No E-Mail", "Mens E-Mail" or "Womens E-Mail". */
  segment: string[];
  recency: Float64Array;
  history: Float64Array;
  mens: Float64Array;
  womens: Float64Array;
  newbie: Float64Array;
  zip: string[];
  channel: string[];
  visit: Float64Array;
  conversion: Float64Array;
  spend: Float64Array;
}

export function readHillstrom(): Mails {
  const { text, column } = readCsv("uplift", "hillstrom", "hillstrom.csv");
  return {
    segment: text("segment"),
    recency: column("recency"),
    history: column("history"),
    mens: column("mens"),
    womens: column("womens"),
    newbie: column("newbie"),
    zip: text("zip_code"),
    channel: text("channel"),
    visit: column("visit"),
    conversion: column("conversion"),
    spend: column("spend"),
  };
}

/** The rows of one arm and of no e-mail. */
export function rowsOf({ segment }: Mails, arm: string): number[] {
  return segment.flatMap((one, i) => (one === arm || one === "No E-Mail" ? [i] : []));
}

export function pick(column: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (i) => column[i] as number);
}
