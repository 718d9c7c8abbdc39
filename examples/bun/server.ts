// The application on Bun: solves in workers, and requests in flight finished before the process ends.
import { createMcp } from "shadowprice/mcp";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { storeOf } from "shadowprice/serve/node";

const store = storeOf(); // the folder shadowprice-data, or PostgreSQL at DATABASE_URL
await store.open(); // ends here where another server has the folder
const solver = createPool(); // no decision waits for a solve
const app = createApp({ keys: readKeys(process.env.SHADOWPRICE_KEYS), store, solver, mcp: createMcp }); // models talk to it at /mcp
const server = Bun.serve({
  fetch: app.fetch,
  hostname: process.env.HOST ?? "127.0.0.1",
  port: process.env.PORT ?? 3000,
  idleTimeout: 60, // seconds: a solve may take thirty
});
console.log(`listening on ${server.url}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await server.stop();
    await Promise.all([solver.close(), store.close()]);
  });
}
