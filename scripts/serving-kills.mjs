/**
 * Mixed load on a server that is killed (SIGKILL) at random moments and started again. After every kill, and at the end, each acknowledged
 * version of each policy and model is there and whole; no request that was sent again published twice.
 *
 *   npm run build && node scripts/serving-kills.mjs [--seconds 600] [--postgres postgres://…] [--json]
 *
 * Publishers send If-Match and Idempotency-Key; decisions go on with and without a model, and allocations in the server's workers.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { Clients } from "./kills/clients.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    postgres: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
/** Seconds between a start and the next kill: from the least to the most, at random. */
const LIFE = [0.2, 5];

const folder = mkdtempSync(join(tmpdir(), "shadowprice-kills-"));
const port = await freePort();
const model = gunzipSync(readFileSync(new URL("../bench/uplift/lightgbm-100x31.txt.gz", import.meta.url)));
const clients = new Clients(`http://127.0.0.1:${port}`, model);
const starts = [];
let server;

process.once("exit", () => server?.kill("SIGKILL"));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

await start();
const put = await clients.ask("/v1/models/features", { method: "PUT", body: model });
const { features } = put.body;
const loads = [
  clients.publish("/v1/models/uplift", () => model),
  ...[0, 1, 2].map((i) =>
    clients.publish(`/v1/policies/plain-${i}`, (version) => JSON.stringify(clients.policyOf(version, false))),
  ),
  publishModelled(),
  ...[0, 1].map((i) =>
    clients.decide(`/v1/policies/plain-${i}/decisions`, (n) => ({ id: n, values: [n % 7, n % 11] })),
  ),
  ...[0, 1].map(() => clients.decide("/v1/policies/modelled/decisions", userOf)),
  clients.solve(20_000),
];
const kills = await killing(Date.now() + seconds * 1_000);
clients.isOver = true;
await Promise.all(loads);
await clients.verify();
server.kill("SIGKILL");
rmSync(folder, { recursive: true, force: true });
report();

/** Once the model is there, which the first policy asks for. */
async function publishModelled() {
  while (!clients.acknowledged.has("/v1/models/uplift")) await wait(50);
  await clients.publish("/v1/policies/modelled", (version) => JSON.stringify(clients.policyOf(version, true)));
}

function userOf(i) {
  return { id: i, features: Object.fromEntries(features.map((name, f) => [name, (i * f) % 13 ? (i % 17) / 3 : null])) };
}

async function killing(until) {
  for (let kills = 0; ; kills++) {
    const [least, most] = LIFE;
    await wait(Math.min(1_000 * (least + Math.random() * (most - least)), Math.max(0, until - Date.now())));
    if (Date.now() >= until) return kills;
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
    await start();
    await clients.verify().catch((error) => clients.wrong.push(`after kill ${kills + 1}: ${error.message}`));
  }
}

async function start() {
  const from = performance.now();
  const program = new URL("./kills/server.mjs", import.meta.url).pathname;
  server = spawn(process.execPath, [program, folder, String(port), values.postgres], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const listening = once(server.stdout, "data");
  const ended = once(server, "exit").then(([code]) => Promise.reject(new Error(`the server ended with ${code}`)));
  ended.catch(() => {});
  await Promise.race([listening, ended]);
  starts.push(performance.now() - from);
}

async function freePort() {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

function report() {
  const { counts, wrong } = clients;
  const ordered = Float64Array.from(clients.latencies).sort();
  const at = (share) => Number((ordered[Math.floor(share * (ordered.length - 1))] ?? 0).toFixed(2));
  const startMs = Math.round(Float64Array.from(starts).sort()[starts.length >> 1]);
  const figures = { seconds, kills, names: clients.acknowledged.size, ...counts, wrong: wrong.length };
  const latency = { p50_ms: at(0.5), p99_ms: at(0.99), most_ms: at(1), restart_ms: startMs };
  if (values.json)
    console.log(JSON.stringify({ ...figures, ...latency, store: values.postgres ? "postgres" : "folder" }));
  else {
    for (const [name, value] of Object.entries({ ...figures, ...latency })) console.log(`${name.padEnd(12)} ${value}`);
  }
  for (const line of wrong.slice(0, 20)) console.error(line);
  // A run in which nothing happened would prove nothing.
  if (wrong.length > 0 || kills === 0 || counts.published === 0 || counts.decided === 0) process.exitCode = 1;
}
