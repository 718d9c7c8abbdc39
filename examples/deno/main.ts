// The application on Deno: policies in a folder, requests in flight finished before the process ends.
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { FolderStore } from "shadowprice/serve/node";

const store = new FolderStore(Deno.env.get("DATA") ?? "data");
await store.open(); // a second server on this folder ends here
const solver = createPool(); // solves run in workers, so that no decision waits for one
const app = createApp({ keys: readKeys(Deno.env.get("SHADOWPRICE_KEYS")), store, solver });
const hostname = Deno.env.get("HOST") ?? "127.0.0.1";
const server = Deno.serve({ hostname, port: Number(Deno.env.get("PORT") ?? 3000) }, app.fetch);

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => server.shutdown());
await server.finished;
await Promise.all([solver.close(), store.close()]);
Deno.exit();
