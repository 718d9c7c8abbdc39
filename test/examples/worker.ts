/** Runs a worker of the examples on workerd, as wrangler would: bundled, the wasm a module of its own. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Worker {
  post(path: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }>;
  stop(): Promise<void>;
}

export async function startWorker(source: string): Promise<Worker> {
  const bundle = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: "worker.js" },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["*.wasm"],
  });
  const worker = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: bundle.outputFiles[0]?.text ?? "" },
      { type: "CompiledWasm", path: "engine.wasm", contents: readFileSync(`${root}/dist/engine.wasm`) },
    ],
    compatibilityDate: "2026-03-01",
    bindings: { PRICE: "3.5" },
    cf: false,
  });
  await worker.ready;
  return {
    async post(path, body) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const response = await worker.dispatchFetch(`http://localhost${path}`, { method: "POST", body: text });
      return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
    },
    stop: () => worker.dispose(),
  };
}
