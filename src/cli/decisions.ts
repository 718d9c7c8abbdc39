/** The decisions of the embedded campaign, as CSV, Parquet or Arrow by the name of the file; it appears when it is whole. */
import { extname } from "node:path";
import type { Campaign } from "../embedded/campaign.js";
import { AsideFile } from "../files/output.js";
import { withSink } from "../files/sink/open.js";
import type { Sink } from "../files/sink/sink.js";
import type { Format } from "../files/types.js";

/** Rows between two looks at the signal. */
const ROWS = 10_000;

interface Watching {
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** Writes `user_id, offer, value, cost`; `choices[i]` is 0 for none and j + 1 for option j. */
export async function writeDecisions(
  path: string,
  campaign: Campaign,
  choices: Uint8Array | Uint16Array,
  watching: Watching,
): Promise<void> {
  const aside = new AsideFile(path);
  const number = { kind: "double" } as const;
  const id = { kind: "integer", bits: 32, signed: true } as const;
  const shape = { id, value: number, cost: number, options: campaign.options };
  try {
    await withSink(aside, formatOf(path), shape, (sink) => addAll(sink, campaign, choices, watching));
    watching.signal.throwIfAborted();
    aside.commit();
  } catch (error) {
    aside.discard();
    throw error;
  }
}

function formatOf(path: string): Format {
  const extension = extname(path).toLowerCase();
  return extension === ".parquet" ? "parquet" : extension === ".arrow" ? "arrow" : "csv";
}

async function addAll(
  sink: Sink,
  campaign: Campaign,
  choices: Uint8Array | Uint16Array,
  { signal, onProgress }: Watching,
): Promise<void> {
  for (let i = 0; i < campaign.users; i++) {
    if (i % ROWS === 0) {
      onProgress(i, campaign.users);
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    const choice = choices[i] as number;
    const { value, cost } = choice === 0 ? { value: 0, cost: 0 } : campaign.offer(i, choice - 1);
    sink.add(i + 1, choice, short(value), short(cost));
  }
}

/** The shortest decimal that is this `f32` again has at most nine digits. */
function short(x: number): number {
  return Number(x.toPrecision(9));
}
