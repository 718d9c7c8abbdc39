/**
 * The application as people run it, from dist/: a key, the log as lines of JSON on stdout (which the bench sends to /dev/null), workers that
 * solve. Beside it, behind the same key, log and metrics, the routes that it is compared with.
 */
import { serve } from "@hono/node-server";
import { MemoryStore } from "shadowprice/serve";
import { createNodeApp } from "shadowprice/serve/node";

const DECISIONS = "/v1/policies/:name/decisions";

const { app } = createNodeApp({
  keys: [{ key: process.argv[2], scopes: ["decide", "solve", "publish"], name: "bench" }],
  store: new MemoryStore(),
  // The same room for what is echoed as for a table.
  limits: { bodyBytes: 256 * 2 ** 20 },
});
// The first handler of the decisions' route is what asks for the key.
const keeper = app.routes.find(({ path, method }) => path === DECISIONS && method === "POST").handler;
app.post("/constant", keeper, async (context) => {
  await context.req.json();
  return context.json({ offer: null });
});
app.post("/echo", keeper, async (context) =>
  context.body(await context.req.arrayBuffer(), 200, { "content-type": "application/octet-stream" }),
);
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send({ port }));
