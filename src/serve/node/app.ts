/** The application as Node runs it best: a pool of workers solves, the server's own thread decides. */
import { createPool, type PoolOptions } from "../../pool/index.js";
import { type AppOptions, createApp } from "../index.js";

export interface NodeAppOptions extends AppOptions {
  /** Of the workers that solve, where no `solver` is given. */
  pool?: PoolOptions;
}

/**
 * As `createApp` of shadowprice/serve, with a pool of workers for its solves. `close` ends them: after the server has.
 *
 * @throws {TypeError | RangeError} for options that are not right.
 * @example
 * import { serve } from "@hono/node-server";
 * import { createNodeApp, FolderStore } from "shadowprice/serve/node";
 * const { app, close } = createNodeApp({ store: new FolderStore("./data") });
 * const server = serve({ fetch: app.fetch, port: 8080 });
 * process.on("SIGTERM", () => server.close(close));
 */
export function createNodeApp({ pool, solver, ...options }: NodeAppOptions = {}): {
  app: ReturnType<typeof createApp>;
  close: () => Promise<void>;
} {
  if (solver) return { app: createApp({ ...options, solver }), close: async () => {} };
  const workers = createPool(pool);
  return { app: createApp({ ...options, solver: workers }), close: () => workers.close() };
}
