// The application on Node: solves in workers, and requests in flight finished before the process ends.
import { serve } from "@hono/node-server";
import { createMcp } from "shadowprice/mcp";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { storeOf } from "shadowprice/serve/node";

const { SHADOWPRICE_KEYS, HOST: hostname = "127.0.0.1", PORT: port = "3000" } = process.env;
const store = storeOf(); // the folder shadowprice-data, or PostgreSQL at DATABASE_URL
await store.open(); // ends here where another server has the folder
const solver = createPool(); // no decision waits for a solve
const app = createApp({ keys: readKeys(SHADOWPRICE_KEYS), store, solver, mcp: createMcp }); // models talk to it at /mcp
const server = serve({ fetch: app.fetch, hostname, port: Number(port) }, ({ port }) => {
  console.log(`listening on http://${hostname}:${port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => Promise.all([solver.close(), store.close()])));
}
