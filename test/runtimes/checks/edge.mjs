import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { run } from "../install.mjs";

/** workerd itself; and edge-light, which has no emulator: its entry, with the module import done as such hosts do it. */
export function edgeChecks({ app }) {
  return [
    { name: "workerd", probe: () => workerd(app) },
    { name: "edge-light entry", probe: () => edgeLight(app) },
  ];
}

async function workerd(app) {
  const outdir = join(app, "out-workerd");
  await build({
    ...bundleOf(app, "worker.js", outdir),
    conditions: ["workerd", "worker", "browser"],
    plugins: [{ name: "wasm", setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, external) }],
  });
  const worker = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.js", contents: readFileSync(join(outdir, "worker.js"), "utf8") },
      { type: "CompiledWasm", path: "engine.wasm", contents: wasmOf(app) },
    ],
    compatibilityDate: "2026-03-01",
    cf: false,
  });
  try {
    const response = await worker.dispatchFetch("http://localhost/");
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
    return await response.text();
  } finally {
    await worker.dispose();
  }
}

async function edgeLight(app) {
  const outdir = join(app, "out-edge");
  let imports = 0;
  const asModule = {
    name: "wasm",
    setup({ onLoad }) {
      onLoad({ filter: /\.wasm$/ }, ({ suffix }) => {
        if (suffix !== "?module")
          throw new Error(`the edge entry imports engine.wasm${suffix}, not engine.wasm?module`);
        imports++;
        const bytes = JSON.stringify(wasmOf(app).toString("base64"));
        return { contents: `export default new WebAssembly.Module(Buffer.from(${bytes}, "base64"));` };
      });
    },
  };
  await build({ ...bundleOf(app, "import.mjs", outdir), conditions: ["edge-light"], plugins: [asModule] });
  if (imports !== 1)
    throw new Error("the edge-light condition does not lead to the entry that imports engine.wasm?module");
  const runs = join(outdir, "run.mjs");
  writeFileSync(runs, `globalThis.EdgeRuntime = "edge-runtime";\nawait import("./import.js");\n`);
  return run(process.execPath, [runs]);
}

function bundleOf(app, entry, outdir) {
  return {
    absWorkingDir: app,
    entryPoints: [entry],
    outdir,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  };
}

function external() {
  return { path: "./engine.wasm", external: true };
}

function wasmOf(app) {
  return readFileSync(join(app, "node_modules/shadowprice/dist/engine.wasm"));
}
