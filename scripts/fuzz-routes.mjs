/**
 * Asks every route of the application, and /mcp, for what its schema says, for nearly that, and for what nobody should send.
 *
 *   node --expose-gc scripts/fuzz-routes.mjs [--seed N] [--requests N] [--only N]     needs npm run build
 *
 * The requests of a seed are the same on every run; `--only N` sends the N-th alone and prints it. Held of every answer: no 5xx, within
 * its time, a 4xx is a problem whose pointer exists in the body that was sent or in the schema, a 2xx has the form of its schema. After a
 * warm-up the process grows no more. A request that never comes back ends the run: it is watched from another thread.
 */

import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fuzzed } from "./fuzz/fuzz.mjs";

/** Without a sign of life for so long, a request hangs. */
const SILENCE = 30_000;
/** MB that the process may have grown between the end of the warm-up, a quarter of the run, and its end. */
const GROWTH = 48;

if (isMainThread) watch();
else await run(workerData);

function watch() {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      requests: { type: "string", default: "100000" },
      only: { type: "string" },
    },
  });
  const worker = new Worker(new URL(import.meta.url), { workerData: values });
  let [last, timer] = [0];
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      console.error(`request ${last} hangs: --only ${last}`);
      process.exit(1);
    }, SILENCE);
  };
  alive();
  worker.on("message", (message) => {
    if (typeof message === "number") last = message;
    else console.log(message);
    alive();
  });
  worker.on("exit", (code) => {
    clearTimeout(timer);
    process.exitCode = code;
  });
}

async function run({ seed, requests, only }) {
  const [{ createApp }, { createMcp }] = [await import("../dist/serve.js"), await import("../dist/mcp.js")];
  const samples = [];
  const every = Math.ceil(requests / 40);
  const found = await fuzzed(createApp, {
    mcp: createMcp,
    seed: Number(seed),
    requests: Number(requests),
    only: only === undefined ? undefined : Number(only),
    before: (i) => {
      parentPort.postMessage(i);
      if (i % every > 0) return;
      globalThis.gc?.();
      samples.push(process.memoryUsage().rss / 2 ** 20);
    },
  });
  const { statuses, failures, slowest } = found;
  // One of each kind: what differs by its numbers alone is one kind.
  const kinds = new Map(
    failures.map((failure) => [
      failure
        .replace(/^\S+ \S+ \S+ \d+/, "")
        .replace(/\d+/g, "0")
        .slice(0, 120),
      failure,
    ]),
  );
  for (const failure of [...kinds.values()].slice(0, 40)) parentPort.postMessage(failure);
  const middle = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
  const quarter = samples.length >> 2;
  const [before, after] = [middle(samples.slice(quarter, 2 * quarter)), middle(samples.slice(-quarter))];
  const memory = `${before?.toFixed(0)} MB after the warm-up, ${after?.toFixed(0)} MB at the end`;
  parentPort.postMessage(
    `seed ${seed}: ${JSON.stringify(statuses)}, ${failures.length} failures, slowest ${slowest.toFixed(0)} ms, ${memory}`,
  );
  if (failures.length > 0 || after - before > GROWTH) process.exitCode = 1;
}
