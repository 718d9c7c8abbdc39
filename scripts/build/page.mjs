import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "vite";

/** Packages that the page took in, for THIRD-PARTY.md, and its files with their sizes, for the size limits. */
export const PAGE_MODULES = "build/page.json";

/**
 * The page as static files in dist/page/, with relative paths: any folder of any server shows it. One worker script for all flows,
 * which loads what a flow needs when it is needed.
 */
export async function buildPage() {
  const modules = new Set();
  const noted = () => ({
    name: "noted",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) for (const id of Object.keys(chunk.modules ?? {})) modules.add(id);
    },
  });
  await build({
    root: "src/page",
    configFile: false,
    base: "./",
    logLevel: "warn",
    publicDir: false,
    resolve: {
      alias: {
        "#wasm": resolve("src/page/worker/wasm.ts"),
        // What the readers of src/files ask of Node, made of dropped files.
        "node:fs/promises": resolve("src/page/files/fs.ts"),
      },
    },
    plugins: [noted()],
    worker: { format: "es", plugins: () => [noted()] },
    build: {
      outDir: resolve("dist/page"),
      emptyOutDir: true,
      target: "es2022",
      // The kernels stay a file, whatever their size.
      assetsInlineLimit: 0,
      // Its preloading of chunks asks for files one by one that the page asks for anyway.
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
    },
  });
  writeFileSync(PAGE_MODULES, JSON.stringify([...modules].filter((id) => /node_modules/.test(id)).map(clean)));
}

/** A path in this folder, without what Vite puts around it. */
function clean(id) {
  return id.replace(/^\0|\?.*$/g, "").replace(`${resolve(".")}/`, "");
}
