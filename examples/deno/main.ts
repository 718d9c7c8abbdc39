// The application on Deno: solves in workers, and requests in flight finished before the process ends.
import { createMcp } from "shadowprice/mcp";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { storeOf } from "shadowprice/serve/node";

const store = storeOf(); // the folder shadowprice-data, or PostgreSQL at DATABASE_URL
await store.open(); // ends here where another server has the folder
const solver = createPool(); // no decision waits for a solve
const app = createApp({ keys: readKeys(Deno.env.get("SHADOWPRICE_KEYS")), store, solver, mcp: createMcp }); // models talk to it at /mcp
const hostname = Deno.env.get("HOST") ?? "127.0.0.1";
const server = Deno.serve({ hostname, port: Number(Deno.env.get("PORT") ?? 3000) }, app.fetch);

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => server.shutdown());
await server.finished;
await Promise.all([solver.close(), store.close()]);
Deno.exit();
