/** Examples that listen: each is started as its package.json says, on a free port of loopback, and ended by SIGTERM. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { OVER_TIME } from "../../runtimes/apps/probe.js";
import { tools } from "../../runtimes/install.mjs";
import { KEYS, SHADOWPRICE_KEYS } from "../suite.js";

/** Milliseconds until a server must listen, and must have ended. */
const [START, END] = [60_000, 20_000];

/** Milliseconds that a request is under way before its server is told to end. */
const UNDER_WAY = 300;

export const node = (folder) => graceful(folder, 20);
export const bun = (folder) => graceful(folder, 20);
/** Deno stops reading bodies when it shuts down: there the request is whole, and being solved. */
export const deno = (folder) => graceful(folder);

/** When it is told to end, it takes no more and answers what is in flight. */
async function graceful(folder, bytes) {
  const place = await listening(folder);
  return { ...place, after: () => finishes(place, bytes) };
}

/** A request of which so many bytes are there when the server is told to end, or all; it takes about a second. */
async function finishes({ url, server }, bytes = Number.POSITIVE_INFINITY) {
  const body = JSON.stringify({ plan: OVER_TIME, points: 12, tolerance: 1e-9 });
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${KEYS.all}`,
    "content-length": body.length,
  };
  const sent = request(`${url}/v1/plans/frontier`, { method: "POST", headers, agent: false });
  const answered = once(sent, "response");
  sent.write(body.slice(0, bytes));
  if (bytes >= body.length) sent.end();
  await wait(UNDER_WAY);
  server.kill("SIGTERM");
  await wait(UNDER_WAY);
  await fetch(`${url}/healthz`).then(
    () => {
      throw new Error("it takes requests after it was told to end");
    },
    () => {},
  );
  if (bytes < body.length) sent.end(body.slice(bytes));
  const [response] = await answered;
  if (response.statusCode === 200) return;
  throw new Error(`the request in flight was answered with ${response.statusCode}: ${await text(response)}`);
}

/** The small handler beside it decides as the application does, from what that copied to KV. */
export async function workers(folder) {
  writeFileSync(join(folder, ".dev.vars"), `SHADOWPRICE_KEYS="${SHADOWPRICE_KEYS}"\n`);
  const options = ["--port", "0", "--ip", "127.0.0.1"];
  const whole = await listening(folder, options);
  const after = async () => {
    const small = await listening(folder, options, "start:decide");
    try {
      const [expected, got] = await Promise.all([whole, small].map(({ ask }) => ask(DECISION)));
      const text = (answer) => `${answer.status} ${Buffer.from(answer.body)}`;
      if (got.status !== 200 || text(got) !== text(expected)) {
        throw new Error(`the small handler answers ${text(got)}, not ${text(expected)}`);
      }
    } finally {
      await small.stop();
    }
  };
  return { ...whole, after };
}

/** At a policy and a model that the suite published. */
const DECISION = {
  ...{ method: "POST", path: "/v1/policies/scored/decisions" },
  headers: { "content-type": "application/json", authorization: `Bearer ${KEYS.decide}` },
  body: JSON.stringify({ users: [{ id: "a", features: { recency: 3, margin: 20 } }] }),
};

/** Runs a script of the folder without npm, which would take the signals for itself. */
async function listening(folder, more = [], script = "start") {
  const [program, ...args] = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).scripts[script].split(" ");
  const env = {
    ...process.env,
    ...{ SHADOWPRICE_KEYS, PORT: "0", HOST: "127.0.0.1", WRANGLER_SEND_METRICS: "false" },
    ...{ NO_COLOR: "1", PATH: `${join(tools, ".bin")}:${process.env.PATH}` },
  };
  const stdio = ["ignore", "pipe", "pipe"];
  const server = spawn(program, [...args, ...more], { cwd: folder, env, stdio, detached: true });
  const ended = once(server, "exit");
  const stop = async () => {
    // Told twice, a server may end at once.
    if (!server.killed) server.kill("SIGTERM");
    const late = setTimeout(() => end(server), END);
    const [code, signal] = await ended;
    clearTimeout(late);
    if (code !== 0) throw new Error(`it ended with ${signal ?? code} when it was asked to`);
  };
  const url = await address(server);
  return { url, ask: (asked) => fetched(url, asked), server, stop, options: { hasMcp: true } };
}

/** All of its processes: what a launcher as wrangler's started would outlive it, and hold its pipes and with them this program. */
function end({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** The first address that a server prints. */
function address(server) {
  let said = "";
  return new Promise((resolve, reject) => {
    const fail = (why) => {
      end(server);
      reject(new Error(`${why}:\n${said}`));
    };
    const late = setTimeout(() => fail(`it did not listen in ${START / 1000} s`), START);
    const read = (chunk) => {
      if (said.length < 100_000) said += chunk;
      const [found] = said.match(/http:\/\/(127\.0\.0\.1|localhost):\d+/) ?? [];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.once("error", (error) => fail(String(error)));
    server.once("exit", (code) => fail(`it ended with ${code}`));
  });
}

async function fetched(url, { path, ...init }) {
  const response = await fetch(url + path, init);
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}
