/** Examples that listen: each is started as its package.json says, on a free port of loopback, and ended by SIGTERM. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tools } from "../../runtimes/install.mjs";
import { KEYS, SHADOWPRICE_KEYS } from "../suite.js";

/** Milliseconds until a server must listen, and must have ended. */
const [START, END] = [60_000, 20_000];

export const node = (folder) => listening(folder);
export const deno = (folder) => listening(folder);
export const bun = (folder) => listening(folder);

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
  const server = spawn(program, [...args, ...more], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(server, "exit");
  const stop = async () => {
    server.kill("SIGTERM");
    const late = setTimeout(() => server.kill("SIGKILL"), END);
    const [code, signal] = await ended;
    clearTimeout(late);
    if (code !== 0) throw new Error(`it ended with ${signal ?? code} when it was asked to`);
  };
  const url = await address(server);
  return { url, ask: (asked) => fetched(url, asked), server, stop };
}

/** The first address that a server prints. */
function address(server) {
  let said = "";
  return new Promise((resolve, reject) => {
    const fail = (why) => {
      server.kill("SIGKILL");
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
