/**
 * Damaged model files through every importer: node scripts/fuzz-importers.mjs [INPUTS = 1000000] [SEED = 1]. Prints a line each
 * 10,000 inputs, and fails on the first error that is not ours. Needs build/engine.wasm (npm run build:kernels).
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [inputs = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const CHUNK = 10_000;
const { outputFiles } = await build({
  entryPoints: ["test/uplift/importers/fuzz.ts"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "node20",
  mainFields: ["module", "main"],
  loader: { ".wasm": "binary" },
  alias: { "#wasm": "./src/engine/wasm.inline.ts" },
});
const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
try {
  const file = join(folder, "fuzz.mjs");
  writeFileSync(file, outputFiles[0].contents);
  const { fuzz, fuzzSeeds } = await import(pathToFileURL(file).href);
  const seeds = await fuzzSeeds();
  const total = { inputs: 0, models: 0, refused: 0, slowest: 0 };
  for (let chunk = 0; total.inputs < inputs; chunk++) {
    const result = fuzz(seeds, Math.min(CHUNK, inputs - total.inputs), seed * 1_000_003 + chunk);
    for (const name of ["inputs", "models", "refused"]) total[name] += result[name];
    total.slowest = Math.max(total.slowest, result.slowest);
    if (result.wrong.length > 0) {
      console.error(result.wrong.join("\n"));
      process.exitCode = 1;
      break;
    }
    console.log(
      `${total.inputs} inputs: ${total.models} models, ${total.refused} refused; slowest one: ${total.slowest.toFixed(0)} ms`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
