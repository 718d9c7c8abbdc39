/** Workers as people deploy them: one minified module by esbuild, WebAssembly as modules beside it. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Bundle {
  name: string;
  folder: string;
  /** worker.mjs first. */
  scripts: string[];
  wasm: string[];
  data: string[];
  /** Bytes by gzip, of the worker with its WebAssembly. */
  gzip: number;
}

/**
 * @param data files by name, which the source imports as bytes: not part of the size.
 * @param inPieces what is imported when it is asked for stays a module of its own, as with wrangler's `find_additional_modules`.
 */
export async function bundle(
  name: string,
  folder: string,
  source: string,
  { data = {}, inPieces = false }: { data?: Record<string, Uint8Array>; inPieces?: boolean } = {},
): Promise<Bundle> {
  mkdirSync(folder, { recursive: true });
  const wasm = new Set<string>();
  const entry = resolve(`bench/serving/${basename(folder)}.worker.js`);
  const { metafile } = await build({
    entryPoints: { worker: entry },
    outdir: folder,
    splitting: inPieces,
    chunkNames: "[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    metafile: true,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    logLevel: "error",
    plugins: [
      {
        name: "modules-beside",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\.worker\.js$/ }, ({ path }) => ({ path, namespace: "worker" }));
          onLoad({ filter: /./, namespace: "worker" }, () => ({
            contents: source,
            resolveDir: resolve("bench/serving"),
          }));
          onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            copyFileSync(resolve(resolveDir, path), join(folder, basename(path)));
            wasm.add(basename(path));
            return { path: `./${basename(path)}`, external: true };
          });
          onResolve({ filter: /\.bin$/ }, ({ path }) => ({ path, external: true }));
          // The reference page is not counted: people ask for it, programs do not.
          onResolve({ filter: /serve\.docs\.js$/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
  });
  for (const [file, bytes] of Object.entries(data)) writeFileSync(join(folder, file), bytes);
  const scripts = Object.keys(metafile.outputs).map((path) => basename(path));
  const gzip = [...scripts, ...wasm].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
    0,
  );
  // The first module is the worker.
  scripts.sort((a, b) => Number(b === "worker.mjs") - Number(a === "worker.mjs"));
  const bundled = { name, folder, scripts, wasm: [...wasm], data: Object.keys(data), gzip };
  writeFileSync(join(folder, "config.capnp"), config(bundled));
  return bundled;
}

function config({ scripts, wasm, data }: Bundle): string {
  const modules = [
    ...scripts.map((file) => `(name = "${file}", esModule = embed "${file}")`),
    ...wasm.map((file) => `(name = "${file}", wasm = embed "${file}")`),
    ...data.map((file) => `(name = "${file}", data = embed "${file}")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-03-01");
`;
}
