/** Gerber, Green and Larimer's voters, as training reads them. */
import { readCsv } from "./csv.js";

export const LETTERS = ["Civic Duty", "Hawthorne", "Self", "Neighbors"];
/** What a letter costs; chance of each arm by design: no letter, then the four. */
export const COSTS = [1, 15, 30, 45];
export const CHANCES = [5 / 9, 1 / 9, 1 / 9, 1 / 9, 1 / 9];

export interface Voters {
  /** 0: no letter, then as LETTERS. */
  arm: Uint8Array;
  voted: Float64Array;
  household: string[];
  features: Record<string, Float32Array>;
}

export function readVoters(): Voters {
  const { text: cells } = readCsv("uplift", "gotv", "GerberGreenLarimer_APSR_2008_social_pressure.csv.gz");
  const yes = (name: string) => Float32Array.from(cells(name), (text) => Number(text.toLowerCase() === "yes"));
  const votes = ["g2000", "g2002", "g2004", "p2000", "p2002", "p2004"];
  return {
    arm: Uint8Array.from(cells("treatment"), (text) => LETTERS.indexOf(text) + 1),
    voted: Float64Array.from(yes("voted")),
    household: cells("hh_id"),
    features: {
      yob: Float32Array.from(cells("yob"), Number),
      male: Float32Array.from(cells("sex"), (text) => Number(text === "male")),
      hh_size: Float32Array.from(cells("hh_size"), Number),
      ...Object.fromEntries(votes.map((name) => [name, yes(name)])),
    },
  };
}
