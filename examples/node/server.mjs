// The application on Node: policies in a folder, requests in flight finished before the process ends.
import { serve } from "@hono/node-server";
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { FolderStore } from "shadowprice/serve/node";

const { SHADOWPRICE_KEYS, DATA = "data", HOST: hostname = "127.0.0.1", PORT: port = "3000" } = process.env;
const store = new FolderStore(DATA);
await store.open(); // a second server on this folder ends here
const solver = createPool(); // solves run in worker threads, so that no decision waits for one
const app = createApp({ keys: readKeys(SHADOWPRICE_KEYS), store, solver });
const server = serve({ fetch: app.fetch, hostname, port: Number(port) }, ({ port }) => {
  console.log(`listening on http://${hostname}:${port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => Promise.all([solver.close(), store.close()])));
}
