/** `shadowprice serve`: the page and the application, on Node. */
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { createPool } from "../pool/index.js";
import { type ApiKey, type AppOptions, createApp, type Scope } from "../serve/index.js";
import { FolderStore, storeOf } from "../serve/node/index.js";
import { EXIT, UsageError } from "./failure.js";
import type { Terminal } from "./terminal.js";

export interface ServeFlags {
  port: number;
  host: string;
  folder?: string;
  key?: string[];
  openCors?: string[];
}

const SCOPES: readonly Scope[] = ["decide", "solve", "publish"];
/** Milliseconds that requests have to end after the signal to stop. */
const PATIENCE = 10_000;

/** Listens until SIGINT or SIGTERM, lets the requests that run end, and closes store and workers. */
export async function serveCommand(
  flags: ServeFlags,
  terminal: Terminal,
  signal: AbortSignal,
  process: NodeJS.Process,
): Promise<number> {
  const keys = (flags.key ?? []).map(parseKey);
  if (keys.length === 0 && !isLoopback(flags.host)) {
    throw new UsageError(`others reach ${flags.host}: give a --key that they must send, or --host 127.0.0.1`);
  }
  const origins = (flags.openCors ?? []).map(parseOrigin);
  if (flags.folder !== undefined && statSync(flags.folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError(`--folder ${flags.folder} is a file: give the name of a folder`);
  }
  // A folder that is named goes before the environment's DATABASE_URL.
  const store = flags.folder === undefined ? storeOf() : new FolderStore(flags.folder);
  const pool = createPool({});
  try {
    // Before it listens, so that a second server on the same folder ends at once.
    if (flags.folder !== undefined && store instanceof FolderStore) await store.open();
    const log = (entry: unknown) => terminal.warn(JSON.stringify(entry));
    const mcp = await mcpWhereInstalled();
    const app = createApp({ keys, store, solver: pool, origins, log, ...(mcp && { mcp }) });
    const server = createServer(getRequestListener(withPage(app.fetch)));
    const stopped = stopping(signal, process);
    await listen(server, flags);
    say(server, flags, terminal, {
      place: store instanceof FolderStore ? store.folder : "PostgreSQL (DATABASE_URL)",
      isOpen: keys.length === 0,
      hasMcp: mcp !== undefined,
    });
    await stopped;
    await close(server);
    return EXIT.met;
  } finally {
    await pool.close();
    await store.close();
  }
}

/** The Model Context Protocol, where the packages are installed that it stands on. */
async function mcpWhereInstalled(): Promise<AppOptions["mcp"]> {
  try {
    return (await import("../mcp/index.js")).createMcp;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The page at `/`; everything else is the application's. */
function withPage(fetch: (request: Request, env?: unknown) => Response | Promise<Response>) {
  const root = fileURLToPath(new URL("./page", import.meta.url));
  if (!existsSync(`${root}/index.html`)) throw new Error(`the page is not in ${root}: run npm run build`);
  const site = new Hono();
  site.use(async ({ req, header }, next) => {
    header("x-content-type-options", "nosniff");
    // Names of assets change with their content.
    header("cache-control", req.path === "/" ? "no-cache" : "public, max-age=31536000, immutable");
    await next();
  });
  const files = serveStatic({ root });
  site.get("/", files);
  site.get("/assets/*", files);
  return (request: Request, env: unknown) => {
    const { pathname } = new URL(request.url);
    return pathname === "/" || pathname.startsWith("/assets/")
      ? site.fetch(request, env as object)
      : fetch(request, env);
  };
}

async function listen(server: Server, { port, host }: ServeFlags): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new UsageError(`port ${port} of ${host} is taken: give another with --port N, or --port 0 for a free one`);
    }
    if (code === "EACCES") throw new UsageError(`port ${port} needs rights that you do not have: give one above 1023`);
    throw new UsageError(`cannot listen on ${host}: ${message}`);
  }
}

interface Said {
  place: string;
  isOpen: boolean;
  hasMcp: boolean;
}

function say(server: Server, { host }: ServeFlags, terminal: Terminal, { place, isOpen, hasMcp }: Said): void {
  const { port } = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host === "0.0.0.0" ? "localhost" : host;
  const { bold } = terminal.colours;
  terminal.print(`shadowprice is at ${bold(`http://${name}:${port}/`)}`);
  terminal.print(
    `  the application is under /v1/, its description at /openapi.json; what is published is kept in ${place}`,
  );
  if (hasMcp) terminal.print("  the Model Context Protocol is at /mcp");
  if (isOpen) terminal.print("  no keys: whoever reaches this address may do everything");
  terminal.print("  Ctrl-C ends it");
}

/** Resolves when the process is told to stop. */
function stopping(signal: AbortSignal, process: NodeJS.Process): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    process.once("SIGTERM", () => resolve());
  });
}

/** Takes no new requests and lets those that run end. */
async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), PATIENCE);
  await closed;
  clearTimeout(impatient);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function parseKey(text: string, i: number): ApiKey {
  const [, key = "", scopes] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const named = scopes === undefined ? [...SCOPES] : scopes.split(",");
  const unknown = named.find((scope) => !SCOPES.includes(scope as Scope));
  if (unknown !== undefined) {
    throw new UsageError(`--key: there is no scope "${unknown}"; write KEY or KEY:decide,solve,publish`);
  }
  if (key.length < 16)
    throw new UsageError("--key: a key has at least 16 characters; openssl rand -base64 24 makes one");
  return { key, scopes: named as Scope[], name: `key ${i + 1}` };
}

function parseOrigin(text: string): string {
  if (text === "*" || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new UsageError(`--open-cors: "${text}" is no origin; write one such as https://plan.example.com`);
}
