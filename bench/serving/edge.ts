/** The real workerd: how long until the first decision, how large, and how much memory, over a worker that does nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";
import { lightgbm } from "../uplift/made.js";
import { type Bundle, bundle } from "./bundle.js";
import { modelledBody, modelledPolicy, plainBody, plainPolicy } from "./made.js";
import { launch, type Request } from "./workerd.js";

const KEY = "a-key-of-the-bench-alone";
/** After so many decisions the memory is looked at. */
const DECISIONS = 300;

interface Kind {
  name: string;
  create: string;
  entry: string;
  milliseconds: number;
  kilobytes: number;
  /** How it is bundled: as wrangler does by default, or with what is loaded later as modules of their own. */
  inPieces: boolean;
}

const DECIDE = { create: "createDecide", entry: "shadowprice/serve/decide", milliseconds: 10, kilobytes: 60 };
const WHOLE = { create: "createApp", entry: "shadowprice/serve", milliseconds: 40, kilobytes: 200 };
const KINDS: readonly Kind[] = [
  { name: "./serve/decide", ...DECIDE, inPieces: false },
  { name: "the whole application, one script", ...WHOLE, inPieces: false },
  { name: "the whole application, in modules", ...WHOLE, inPieces: true },
];

export default async function measure({ quick, say }: SuiteOptions): Promise<Row[]> {
  const rounds = quick ? 3 : 9;
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-workerd-"));
  try {
    const empty = await bundle("empty", join(folder, "empty"), 'export default { fetch: () => new Response("{}") };');
    const rows: Row[] = [];
    say("serving: workerd");
    const plain = await Promise.all(
      KINDS.map((kind, i) => bundle(kind.name, join(folder, `${i}`), plainWorker(kind), kind)),
    );
    const starts = await interleaved([empty, ...plain], rounds, request("plain", plainBody()), 1);
    for (const [i, kind] of KINDS.entries()) rows.push(startRow(kind, plain[i] as Bundle, starts, i + 1));
    const model = lightgbm();
    const data = { "forest.bin": model.bytes() };
    const source = (kind: Kind) => modelledWorker(kind, model.outputs[0] as string);
    const modelled = await Promise.all(
      KINDS.map((kind, i) => bundle(kind.name, join(folder, `${i}-forest`), source(kind), { ...kind, data })),
    );
    const asked = request("modelled", modelledBody(model.features));
    const kept = await interleaved([empty, ...modelled], rounds, asked, DECISIONS);
    for (const [i, kind] of KINDS.entries()) rows.push(memoryRow(kind, kept, i + 1));
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function request(policy: string, body: string): Request {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
  return { path: `/v1/policies/${policy}/decisions`, body, headers };
}

/** What is published lies in the worker: a store over the network would be measured instead. */
function plainWorker({ entry, create }: Kind): string {
  return `import { ${create}, MemoryStore } from "${entry}";
const store = new MemoryStore();
await store.write("policy", "plain", new TextEncoder().encode(${JSON.stringify(plainPolicy())}), undefined);
export default ${create}({ store, keys: [{ key: "${KEY}", scopes: ["decide"] }] });`;
}

function modelledWorker({ entry, create }: Kind, output: string): string {
  return `import { ${create}, MemoryStore } from "${entry}";
import forest from "./forest.bin";
const store = new MemoryStore();
await store.write("model", "forest", new Uint8Array(forest), undefined);
await store.write("policy", "modelled", new TextEncoder().encode(${JSON.stringify(modelledPolicy(output))}), undefined);
export default ${create}({ store, keys: [{ key: "${KEY}", scopes: ["decide"] }] });`;
}

interface Launched {
  milliseconds: number;
  bytes: number;
}

/** By bundle, launches by turns; the first, cold round is dropped. */
async function interleaved(
  bundles: readonly Bundle[],
  rounds: number,
  asked: Request,
  times: number,
): Promise<Launched[][]> {
  const launches: Launched[][] = bundles.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, one] of bundles.entries()) {
      const launched = await launch(one.folder, asked, times);
      if (round > 0) launches[i]?.push(launched);
    }
  }
  return launches;
}

function over(launches: readonly Launched[][], i: number, what: keyof Launched): number {
  const [empty, ours] = [launches[0] as Launched[], launches[i] as Launched[]];
  return median(ours.map((launched, round) => launched[what] - (empty[round] as Launched)[what]));
}

function startRow({ name, milliseconds, kilobytes }: Kind, { gzip }: Bundle, starts: Launched[][], i: number): Row {
  const more = over(starts, i, "milliseconds");
  return {
    name: `workerd, start to first decision: ${name}`,
    n: starts[i]?.length ?? 0,
    data: "starts",
    median_ms: median((starts[i] as Launched[]).map((launched) => launched.milliseconds)),
    figures: {
      "ms over an empty worker": Number(more.toPrecision(3)),
      "KB gzip, minified, with its WebAssembly": Number((gzip / 1000).toFixed(1)),
    },
    asked: `≤ ${milliseconds} ms over an empty worker, ≤ ${kilobytes} KB gzip`,
    met: more <= milliseconds && gzip <= 1000 * kilobytes,
  };
}

function memoryRow({ name }: Kind, kept: Launched[][], i: number): Row {
  const more = over(kept, i, "bytes") / 2 ** 20;
  return {
    name: `workerd, memory with a policy of 100 trees: ${name}`,
    n: kept[i]?.length ?? 0,
    data: `starts, after ${DECISIONS} decisions`,
    figures: { "MiB over an empty worker": Number(more.toPrecision(3)) },
    asked: "≤ 32 MB over an empty worker's",
    met: more * 2 ** 20 <= 32e6,
  };
}
