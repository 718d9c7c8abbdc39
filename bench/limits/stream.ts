/** A stream of 100,000,000 users × 8 made on the fly, one budget: the solver's own memory, its time a user and reading. */
import { allocateStream, createEngine } from "../../src/index.js";
import { peakMebibytes } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { MadeStream } from "./made.js";

const OPTIONS = 8;
const USERS = 100_000_000;
const QUICK = 10_000_000;
const SHARE = 0.3;
/** Phases of the solver's own: not the making of tiles, not the handing over of decisions. */
const NOT_OURS = ["source", "write"];

export default async function measure({ users, quick, say }: SuiteOptions): Promise<Row[]> {
  const n = users ?? (quick ? QUICK : USERS);
  say(`stream of ${n} × ${OPTIONS}, made on the fly`);
  const source = new MadeStream(n, OPTIONS);
  const engine = createEngine();
  const budget = SHARE * source.freeSpend;
  let decided = 0;
  let waiting = 0;
  const result = await allocateStream(
    source,
    { budget },
    {
      engine,
      // Tiles whose choices are under way: one.
      write: ({ users, choices }) => {
        decided += users;
        waiting = Math.max(waiting, choices.byteLength);
      },
    },
  );
  if (decided !== n) throw new Error(`${decided} of ${n} users were decided`);
  const { passes, phases } = result;
  const perRead = (seconds: number) => Number(((1e9 * seconds) / n / passes).toFixed(2));
  const own = Object.entries(phases).filter(([name]) => !NOT_OURS.includes(name));
  const kernels = own.filter(([name]) => name !== "copy").reduce((sum, [, seconds]) => sum + seconds, 0);
  const memory = (engine.memory.buffer.byteLength + waiting) / 2 ** 20;
  const nanoseconds = perRead(kernels);
  const row: Row = {
    name: "a stream made on the fly, one budget",
    n,
    data: `${OPTIONS} options, coupon ladder scaled for every user`,
    median_ms: 1000 * result.seconds,
    figures: {
      passes,
      "kernel ns a user and read": nanoseconds,
      "with the copy into memory": perRead(kernels + (phases.copy ?? 0)),
      "making the tiles": perRead(source.seconds),
      ...Object.fromEntries(own.map(([name, seconds]) => [`${name} ms`, Math.round(1000 * seconds)])),
      "solver's memory MiB": Math.round(memory),
      "peak RSS MiB": peakMebibytes(),
      gap: result.gap,
      runs: 1,
      ...(n < USERS && { note: `fewer users than asked (${USERS})` }),
    },
    asked: "the solver's own memory at most 256 MiB, kernel time at most 20 ns a user and read",
    ...(n >= USERS && { met: memory <= 256 && nanoseconds <= 20 }),
  };
  return [row];
}
