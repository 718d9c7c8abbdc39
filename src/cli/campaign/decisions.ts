/** The decisions of the embedded campaign as CSV: written aside, renamed when whole. */
import { AsideFile, FileWriter } from "../../files/output.js";
import type { Campaign } from "./campaign.js";

/** Rows written at a time: 400 KB of text, and between two of them an interrupt is seen. */
const ROWS = 10_000;

/** Writes `user_id, offer, value, cost`; `choices[i]` is 0 for none and j + 1 for option j. */
export async function writeDecisions(
  path: string,
  campaign: Campaign,
  choices: Uint8Array | Uint16Array,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
): Promise<void> {
  const aside = new AsideFile(path);
  const writer = new FileWriter(aside);
  const encoder = new TextEncoder();
  try {
    writer.write(encoder.encode("user_id,offer,value,cost\n"));
    for (let from = 0; from < campaign.users; from += ROWS) {
      signal.throwIfAborted();
      writer.write(encoder.encode(rows(campaign, choices, from, Math.min(from + ROWS, campaign.users))));
      onProgress(from, campaign.users);
      await new Promise(setImmediate);
    }
    signal.throwIfAborted();
    writer.close();
    aside.commit();
  } catch (error) {
    writer.close();
    aside.discard();
    throw error;
  }
}

function rows(campaign: Campaign, choices: Uint8Array | Uint16Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) {
    const choice = choices[i] as number;
    if (choice === 0) {
      text += `${i + 1},,0,0\n`;
      continue;
    }
    const { value, cost } = campaign.offer(i, choice - 1);
    text += `${i + 1},${campaign.options[choice - 1]},${decimal(value)},${decimal(cost)}\n`;
  }
  return text;
}

/** The shortest decimal that is this `f32` again needs at most nine digits. */
function decimal(x: number): string {
  return String(Number(x.toPrecision(9)));
}
