/**
 * The whole build, in seconds: kernels → wasm, TypeScript → bundles and declarations.
 *
 *   assembly/  ─asc→   build/engine.wasm, .d.ts      ─copy→   dist/engine.wasm
 *                      build/allocation.wasm
 *                      build/scoring.wasm         ─copy→   dist/scoring.wasm
 *                      build/learn.wasm           ─copy→   dist/learn.wasm
 *   src/       ─esbuild→ dist/index.js               the bytes of the wasm inside: any runtime, synchronous
 *                        dist/index.workerd.js       imports ./engine.wasm as a module
 *                        dist/index.edge.js          imports ./engine.wasm?module
 *                        dist/files.js, dist/cli.js  Node; share their chunks with index.js
 *                        dist/learn.js               any runtime, shares them too; .workerd.js and .edge.js import ./learn.wasm beside the engine's
 *                        dist/allocation.js          one file, the allocation kernels alone inside
 *                        dist/scoring.js             the same of the scoring kernels; .workerd.js and .edge.js import ./scoring.wasm
 *                        dist/serve.js, .decide.js   import shadowprice and their peers
 *                        dist/pool.js                imports shadowprice; starts dist/pool.worker.js, one file with everything inside
 *   src/page/  ─vite→  dist/page/                  static files, the engine in a worker
 *   src/       ─tsc→   dist/types/
 *
 * `--kernels` stops after the first line: enough to run the tests from an editor.
 */
import { rmSync } from "node:fs";
import { buildBundles } from "./build/bundles.mjs";
import { buildKernels } from "./build/kernels.mjs";
import { buildPage } from "./build/page.mjs";
import { buildTypes } from "./build/types.mjs";

const started = performance.now();
try {
  await buildKernels();
  if (!process.argv.includes("--kernels")) {
    rmSync("dist", { recursive: true, force: true });
    // All to their end, so that one failure does not hide the other.
    const results = await Promise.allSettled([buildBundles(), buildPage(), buildTypes()]);
    const failures = results.filter((one) => one.status === "rejected").map((one) => one.reason.message);
    if (failures.length > 0) throw new Error(failures.join("\n\n"));
  }
  console.error(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
