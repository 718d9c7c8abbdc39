// The application on Bun: policies in a folder, requests in flight finished before the process ends.
import { createPool } from "shadowprice/pool";
import { createApp, readKeys } from "shadowprice/serve";
import { FolderStore } from "shadowprice/serve/node";

const store = new FolderStore(process.env.DATA ?? "data");
await store.open(); // a second server on this folder ends here
const solver = createPool(); // solves run in workers, so that no decision waits for one
const app = createApp({ keys: readKeys(process.env.SHADOWPRICE_KEYS), store, solver });
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
