/** Workers as people deploy them: one minified module by esbuild, WebAssembly as modules beside it. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Bundle {
  name: string;
  folder: string;
  /** Files beside worker.mjs. */
  wasm: string[];
  data: string[];
  /** Bytes by gzip, of the worker with its WebAssembly. */
  gzip: number;
}

/** @param data files by name, which the source imports as bytes: not part of the size. */
export async function bundle(
  name: string,
  folder: string,
  source: string,
  data: Record<string, Uint8Array> = {},
): Promise<Bundle> {
  mkdirSync(folder, { recursive: true });
  const wasm = new Set<string>();
  const outfile = join(folder, "worker.mjs");
  await build({
    stdin: { contents: source, resolveDir: resolve("bench/serving"), sourcefile: "worker.js" },
    outfile,
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
        setup({ onResolve }) {
          onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            copyFileSync(resolve(resolveDir, path), join(folder, basename(path)));
            wasm.add(basename(path));
            return { path: `./${basename(path)}`, external: true };
          });
          onResolve({ filter: /\.bin$/ }, ({ path }) => ({ path, external: true }));
          // The reference page, which the issue leaves out.
          onResolve({ filter: /serve\.docs\.js$/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
  });
  for (const [file, bytes] of Object.entries(data)) writeFileSync(join(folder, file), bytes);
  const gzip = [outfile, ...[...wasm].map((file) => join(folder, file))].reduce(
    (sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length,
    0,
  );
  const bundled = { name, folder, wasm: [...wasm], data: Object.keys(data), gzip };
  writeFileSync(join(folder, "config.capnp"), config(bundled));
  return bundled;
}

function config({ wasm, data }: Bundle): string {
  const modules = [
    '(name = "worker.mjs", esModule = embed "worker.mjs")',
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
