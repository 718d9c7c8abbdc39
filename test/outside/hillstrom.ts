/** Hillstrom's e-mail experiment, as the reference tests read it. */
import { readFileSync } from "node:fs";
import { referenceData } from "../reference.setup.js";

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
  const lines = readFileSync(referenceData("uplift", "hillstrom", "hillstrom.csv"), "utf8")
    .replaceAll('"7) $1,000 +"', "7) $1000 +")
    .replaceAll("$1,000", "$1000")
    .trim()
    .split(/\r?\n/);
  const names = (lines[0] as string).split(",");
  const cells = lines.slice(1).map((line) => line.split(","));
  const text = (name: string) => cells.map((row) => row[names.indexOf(name)] as string);
  const column = (name: string) => Float64Array.from(text(name), Number);
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
