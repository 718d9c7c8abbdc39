/** `shadowprice serve` as a process: page, application, refusals, and its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");
const KEY = "a-key-of-enough-characters";
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function run(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), "shadowprice-serve-"));
  const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  let warned = "";
  child.stderr.on("data", (text) => {
    warned += text;
  });
  return { child, warned: () => warned, exit: once(child, "exit").then(([code]) => code as number) };
}

/** Starts a server and resolves to its address. */
async function serve(...args: string[]) {
  const started = run("serve", "--port", "0", ...args);
  for await (const line of createInterface({ input: started.child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) return { ...started, url };
  }
  throw new Error(started.warned());
}

const allocation = JSON.stringify({
  offers: [{ name: "5off", values: [2, 4, 1], costs: [1, 2, 4] }],
  request: { budget: 3 },
});

it("shows the page and answers beside it, and ends when it is told to", async () => {
  const { child, url, exit, warned } = await serve();
  const page = await fetch(url);
  const text = await page.text();
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(text)?.[1] as string;
  const answer = await fetch(url + script);
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, expect.stringContaining("immutable")]);
  expect((await fetch(`${url}healthz`)).status).toBe(200);
  expect((await fetch(`${url}assets/..%2f..%2fcli.js`)).status).toBe(404);
  const document = (await (await fetch(`${url}openapi.json`)).json()) as { openapi: string };
  expect(document.openapi).toBe("3.1.0");
  child.kill("SIGTERM");
  expect(await exit, warned()).toBe(0);
});

it("answers the Model Context Protocol, its packages being installed", async () => {
  const { url } = await serve("--key", KEY);
  const ask = (headers: Record<string, string>) =>
    fetch(`${url}mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body: JSON.stringify({
        ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
        params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
      }),
    });
  expect((await ask({})).status).toBe(401);
  const answer = (await (await ask({ authorization: `Bearer ${KEY}` })).json()) as { result: object };
  expect(answer.result).toMatchObject({ serverInfo: { name: "shadowprice" } });
});

it("asks for its keys, with their scopes, and lets no origin in that was not named", async () => {
  const { url } = await serve("--key", `${KEY}:decide`, "--open-cors", "https://plan.example.com");
  const post = (headers: Record<string, string>) =>
    fetch(`${url}v1/allocations`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: allocation,
    });
  expect((await post({})).status).toBe(401);
  expect((await post({ authorization: `Bearer ${KEY}` })).status).toBe(403);
  const allowed = await fetch(`${url}healthz`, { headers: { origin: "https://plan.example.com" } });
  expect(allowed.headers.get("access-control-allow-origin")).toBe("https://plan.example.com");
  const other = await fetch(`${url}healthz`, { headers: { origin: "https://other.example.com" } });
  expect(other.headers.get("access-control-allow-origin")).toBeNull();
});

it.each([
  [["--host", "0.0.0.0"], "give a --key"],
  [["--key", "short"], "at least 16 characters"],
  [["--key", "a-key-of-enough-characters:read"], 'no scope "read"'],
  [["--open-cors", "plan.example.com/path"], "is no origin"],
])("refuses %j", async (args, message) => {
  const { exit, warned } = run("serve", "--port", "0", ...args);
  expect(await exit).toBe(2);
  expect(warned()).toContain(message);
});

it("says when its port is taken, and when its folder is another server's", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "shadowprice-folder-")), "store");
  const { url, child } = await serve("--folder", folder);
  const taken = run("serve", "--port", new URL(url).port);
  expect(await taken.exit).toBe(2);
  expect(taken.warned()).toContain("is taken: give another with --port N");
  const second = run("serve", "--port", "0", "--folder", folder);
  expect(await second.exit).toBe(1);
  expect(second.warned()).toContain(`process ${child.pid}`);
});
