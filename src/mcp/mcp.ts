/**
 * The Model Context Protocol over streamable HTTP, as a Hono app: mounted by `createApp({ mcp: createMcp })`, or by hand. A request has a
 * server of its own, and the conversation lives in the store, so that any process behind a load balancer can answer the next one.
 */
import { StreamableHTTPTransport } from "@hono/mcp";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { wholeNumber } from "../engine/check.js";
import type { Env } from "../serve/context.js";
import { type ApiKey, checkKeys, keeper } from "../serve/middleware/keys.js";
import { bodyLimit, checkLimits, type Limits } from "../serve/middleware/limits.js";
import { expected, Problem, problemResponse } from "../serve/problem.js";
import type { Solver } from "../serve/solving/solver.js";
import { Turns } from "../serve/solving/turns.js";
import { MemoryStore } from "../serve/store/memory.js";
import type { Store } from "../serve/store/store.js";
import { Conversation } from "./conversation.js";
import { ownerOf, SESSION_LIMITS, type SessionLimits, Sessions } from "./sessions.js";
import { registerTools } from "./tools.js";

export interface McpOptions {
  /** Keys with the scope "solve" may talk. Without keys everyone may: for loopback, and behind a gateway. */
  keys?: readonly ApiKey[];
  limits?: Partial<Limits>;
  /** Where sessions live (default: in memory). Several processes share one. */
  store?: Store;
  /** Where solves run: a pool of shadowprice/pool (default: in turns on this thread). */
  solver?: Solver;
  /** Origins whose pages may call, beside those of this machine. */
  origins?: readonly string[];
  sessions?: Partial<SessionLimits>;
}

const INSTRUCTIONS =
  "shadowprice plans marketing budgets over channels (plan_budget) and gives users offers under a budget (allocate_offers), each with a proof " +
  "of how near the optimum the answer is. Call describe_problem first. The last scenario is kept: change it with change_scenario, compare with " +
  "compare_scenarios, and quote explain for reasons. An answer that is impossible names the limits that clash.";

/**
 * The endpoint at "/" of the app that is returned.
 *
 * @throws {TypeError | RangeError} for options that are not right.
 * @example
 * import { createMcp } from "shadowprice/mcp";
 * app.route("/mcp", createMcp({ keys, store }));
 */
export function createMcp({
  keys = [],
  limits,
  store = new MemoryStore(),
  solver = new Turns(),
  origins = [],
  sessions: given = {},
}: McpOptions = {}): Hono<Env> {
  checkKeys(keys);
  const allowed = checkLimits(limits ?? {});
  const sessions = new Sessions(store, checkSessions(given));
  const shared = { limits: allowed, solver };
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    requireOrigin(context, origins, keys.length > 0);
    await next();
  });
  app.use(keeper(keys)("solve"));
  app.use(bodyLimit(allowed));
  app.post("/", (context) => answer(context, shared, sessions));
  app.delete("/", async (context) => {
    const id = context.req.header("mcp-session-id");
    const owner = await ownerOf(context.req.header("authorization"));
    if (!id || !(await sessions.find(owner, id))) throw unknownSession();
    await sessions.end(owner, id);
    return context.body(null, 204);
  });
  // A stream of what the server says by itself: it says nothing by itself.
  app.all("/", () => {
    throw new Problem("method-not-allowed", "the protocol asks by POST here", {}, { allow: "POST, DELETE" });
  });
  app.onError((error, context) =>
    error instanceof HTTPException && error.res ? error.res : problemResponse(context, expected(error)),
  );
  return app;
}

async function answer(
  context: Context<Env>,
  shared: { limits: Limits; solver: Solver },
  sessions: Sessions,
): Promise<Response> {
  const message = await parsed(context);
  const owner = await ownerOf(context.req.header("authorization"));
  let id = context.req.header("mcp-session-id");
  if (isInitializeRequest(message)) id = await sessions.begin(owner);
  if (!id) throw new Problem("invalid-request", "begin with initialize, then send its Mcp-Session-Id");
  const session = await sessions.find(owner, id);
  if (!session) throw unknownSession();

  const failures: unknown[] = [];
  const server = new McpServer({ name: "shadowprice", version: "1" }, { instructions: INSTRUCTIONS });
  registerTools(server, new Conversation(context, shared, sessions, session), (error) => failures.push(error));
  // Without streams: an answer is one JSON object, which every host and every proxy reads.
  const transport = new StreamableHTTPTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  try {
    await server.connect(transport);
    const response = await transport.handleRequest(context, message);
    if (failures.length > 0) throw failures[0];
    // What asks for nothing is answered by nothing; the transport says null.
    if (!response || response.status === 202) return context.body(null, 202, { "mcp-session-id": id });
    response.headers.set("mcp-session-id", id);
    return response;
  } finally {
    await server.close();
  }
}

/** @throws {Problem} for what is no message, or a batch, which the protocol has no more. */
async function parsed(context: Context<Env>): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header("content-type") ?? "")) {
    throw new Problem("unsupported-media-type", "send content-type: application/json");
  }
  let message: unknown;
  try {
    message = await context.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem("invalid-request", "the body is no JSON", { pointer: "" });
    throw error;
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw new Problem("invalid-request", "the body must be one JSON-RPC message", { pointer: "" });
  }
  return message;
}

function unknownSession(): Problem {
  return new Problem("not-found", "there is no such session, or it has ended: initialize anew");
}

/**
 * A page of another origin must not talk to a server on its reader's machine (the protocol asks for this). Programs send no Origin. A key
 * is proof enough for pages of the server's own origin; without keys that origin may be a name that was pointed here.
 */
function requireOrigin(context: Context, origins: readonly string[], hasKeys: boolean): void {
  const origin = context.req.header("origin");
  if (origin === undefined || origins.includes(origin)) return;
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  if (["localhost", "127.0.0.1", "[::1]"].includes(host)) return;
  if (hasKeys && origin === new URL(context.req.url).origin) return;
  throw new Problem("forbidden", `pages of ${origin.slice(0, 200)} may not call: name the origin in origins`);
}

function checkSessions(given: Partial<SessionLimits>): SessionLimits {
  for (const [name, most] of Object.entries(given)) {
    if (!(name in SESSION_LIMITS)) {
      throw new TypeError(`sessions has no field "${name}"; its fields are ${Object.keys(SESSION_LIMITS).join(", ")}`);
    }
    wholeNumber(most as number, `sessions.${name}`, 1, Number.MAX_SAFE_INTEGER);
  }
  return { ...SESSION_LIMITS, ...given };
}
