import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";

/** What the esbuild runs took in, for THIRD-PARTY.md and the size limits. */
export const METAFILE = "build/bundles.json";
/** Entries of the Node build: name in dist, source. */
const ENTRIES = {
  index: "src/index.ts",
  learn: "src/learn/index.ts",
  files: "src/files/index.ts",
  cli: "src/cli/main.ts",
};
/** Node's own modules, with and without their prefix, and the optional peer: never bundled. */
const EXTERNAL = ["node:*", ...builtinModules, "@duckdb/node-api"];

/** What serves needs beside it: optional peers, never bundled, so that the application is of the caller's Hono. */
const SERVE_PEERS = ["hono", "hono/*", "@hono/mcp", "@modelcontextprotocol/sdk/*", "node:*", "postgres"];

/**
 * The schemas' library rides along, as far as it is used: its fifty languages, its compiler and its reader of other schemas are two thirds of
 * it (93 KB by gzip, 27 so), and @hono/zod-openapi, which takes the whole namespace, would keep them in every bundle.
 */
const zodAsUsed = {
  name: "zod-as-used",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zod$/ }, () => ({ path: "zod", namespace: "zod-as-used" }));
    onLoad({ filter: /./, namespace: "zod-as-used" }, () => ({
      resolveDir: resolve("."),
      contents: `import { enum as enum_, ${ZOD}, registry } from "zod/v4";
        export { registry };
        export const z = { enum: enum_, ${ZOD} };`,
    }));
  },
};
const ZOD =
  "ZodObject, ZodType, any, array, boolean, int, literal, looseObject, number, object, record, strictObject, string, toJSONSchema, union, unknown";
/** Machines whose lock of files rides along (src/serve/store/lock.ts): where Node runs servers. */
const LOCKS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

/** src/serve/ and src/pool/ ask for the core, its part that scores, and src/serve/node/ for the application, by their public entries, which stay imports. */
const coreIsThePackage = {
  name: "core-is-the-package",
  setup({ onResolve }) {
    const entries = { [resolve("src/index.js")]: "shadowprice", [resolve("src/serve/index.js")]: "shadowprice/serve" };
    onResolve({ filter: /^(\.\.\/)+scoring\.js$/ }, () => ({ path: "shadowprice/scoring", external: true }));
    onResolve({ filter: /^(\.\.\/)+index\.js$/ }, ({ path, resolveDir }) => {
      const entry = entries[resolve(resolveDir, path)];
      return entry && { path: entry, external: true, sideEffects: false };
    });
  },
};

/** The command line loads what serves when it serves: a bundle of its own. */
const servesApart = {
  name: "serves-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/serve\.js$/ }, ({ importer }) =>
      importer.endsWith("src/cli/main.ts") ? { path: "./cli.serve.js", external: true } : undefined,
    );
  },
};

/** The Model Context Protocol is of packages that may not be there: asked for as its own entry, when the server starts. */
const mcpIsAnEntry = {
  name: "mcp-is-an-entry",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/mcp\/index\.js$/ }, () => ({ path: "shadowprice/mcp", external: true }));
  },
};

/** The page of /docs is a file of its own, read when it is asked for. */
const docsAreAFile = {
  name: "docs-are-a-file",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/docs\/index\.js$/ }, () => ({ path: "./serve.docs.js", external: true }));
  },
};

// Without comments and blanks: half of what a runtime has to read before the first decision. Names stay, for stack traces,
// but in allocation.js.
const shared = {
  ...{ bundle: true, format: "esm", target: "es2022", charset: "utf8", metafile: true, logLevel: "silent" },
  ...{ minifyWhitespace: true, minifySyntax: true },
};

/** `#wasm` and `#learn`, the one difference between the runtimes, are aliases, each to one of two files of three lines. */
function wasm(file, plugin) {
  const alias = { "#wasm": resolve(`src/engine/wasm.${file}.ts`), "#learn": resolve(`src/engine/learn.${file}.ts`) };
  return { alias, plugins: [plugin] };
}

/** The module that an import of `path` means where the bundle's own is `module`. */
function moduleOf(path, module) {
  return path.endsWith("learn.wasm") ? "learn" : module;
}

/**
 * A .wasm import becomes the bytes of this module. A runtime's own base64 takes 0.1 ms of the start, a decoder in the bundle takes 2.
 */
function inlined(module) {
  return wasm("inline", {
    name: "wasm-bytes",
    setup({ onLoad }) {
      onLoad({ filter: /\.wasm$/ }, ({ path }) => ({
        loader: "js",
        contents: `const text = "${readFileSync(`build/${moduleOf(path, module)}.wasm`)
          .toString("base64")
          .replace(/=+$/, "")}";
          const { Buffer } = globalThis;
          export default Buffer ? Buffer.from(text, "base64") : Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));`,
      }));
    },
  });
}

/** A .wasm import stays an import, of the file beside the bundle. */
function imported(suffix, module = "engine") {
  return wasm("static", {
    name: "wasm-module",
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path }) => ({
        path: `./${moduleOf(path, module)}.wasm${suffix}`,
        external: true,
      }));
    },
  });
}

/** The command line's libraries are CommonJS: their `require("events")`, which an ES module lacks, becomes a look-up. */
const requiredBuiltins = {
  name: "required-builtins",
  setup({ onResolve, onLoad }) {
    const names = new Set(builtinModules);
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, "");
      return kind === "require-call" && names.has(name) ? { path: name, namespace: "builtin" } : undefined;
    });
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("${path}");`,
    }));
  },
};

/** Builds every bundle of dist/ and copies the wasm beside them. */
export async function buildBundles() {
  mkdirSync("dist", { recursive: true });
  const whole = inlined("engine");
  const results = await Promise.all([
    // One run with splitting, so that a class of the core is one class in index.js, files.js and cli.js. Neutral, so that
    // nothing of Node's slips into the core: index.js is what browsers load.
    build({
      ...shared,
      alias: whole.alias,
      plugins: [...whole.plugins, requiredBuiltins, servesApart],
      entryPoints: ENTRIES,
      outdir: "dist",
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["node"],
      external: EXTERNAL,
    }),
    // One file, names short: a file costs 0.7 ms of a start, and what V8 does not read it need not parse. It starts 4 ms sooner than from
    // the chunks of the others, and has its own copies of the classes and the kernels that it needs alone.
    build({
      ...shared,
      ...inlined("allocation"),
      minifyIdentifiers: true,
      entryPoints: { allocation: "src/allocation.ts" },
      outdir: "dist",
      platform: "neutral",
      mainFields: ["module", "main"],
    }),
    // Scoring alone, for the small handler: a bundle a runtime, as of the core.
    ...[
      ["scoring", inlined("scoring")],
      ["scoring.workerd", imported("", "scoring")],
      ["scoring.edge", imported("?module", "scoring")],
    ].map(([name, module]) =>
      build({
        ...shared,
        ...module,
        entryPoints: { [name]: "src/scoring.ts" },
        outdir: "dist",
        platform: "neutral",
        mainFields: ["module", "main"],
      }),
    ),
    // One for every runtime: the core is the package itself, of which each runtime finds its own entry.
    build({
      ...shared,
      plugins: [docsAreAFile, coreIsThePackage],
      entryPoints: {
        pool: "src/pool/index.ts",
        "serve.docs": "src/serve/docs/index.ts",
        "serve.decide": "src/serve/decide.ts",
        "serve.node": "src/serve/node/index.ts",
        "serve.workers": "src/serve/workers/index.ts",
      },
      outdir: "dist",
      platform: "neutral",
      mainFields: ["module", "main"],
      external: SERVE_PEERS,
    }),
    // In pieces: what reads tables is loaded with the first one.
    build({
      ...shared,
      plugins: [docsAreAFile, coreIsThePackage, zodAsUsed],
      // hyparquet without its readers of disks.
      conditions: ["browser"],
      entryPoints: { serve: "src/serve/index.ts", mcp: "src/mcp/index.ts" },
      outdir: "dist",
      splitting: true,
      chunkNames: "serve-[name]-[hash]",
      platform: "neutral",
      mainFields: ["module", "main"],
      external: SERVE_PEERS,
    }),
    // `shadowprice serve`, with Hono and all inside: it works where nothing else is installed.
    build({
      ...shared,
      plugins: [docsAreAFile, coreIsThePackage, mcpIsAnEntry, requiredBuiltins, zodAsUsed],
      entryPoints: { "cli.serve": "src/cli/serve.ts" },
      outdir: "dist",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["node"],
      external: [...EXTERNAL, "postgres"],
    }),
    // The script of a worker is one file with everything in it: a bundler may copy it as it stands, and a page may load it from anywhere.
    build({
      ...shared,
      ...whole,
      conditions: ["browser"],
      entryPoints: { "pool.worker": "src/pool/worker.ts" },
      outdir: "dist",
      platform: "neutral",
      mainFields: ["module", "main"],
    }),
    // The core, and what trains with its own copy of the core's classes: models go from one to the other as bytes.
    ...["index", "learn"].flatMap((name) =>
      [
        ["workerd", imported("")],
        ["edge", imported("?module")],
      ].map(([runtime, module]) =>
        build({
          ...shared,
          ...module,
          entryPoints: { [`${name}.${runtime}`]: ENTRIES[name] },
          outdir: "dist",
          platform: "neutral",
        }),
      ),
    ),
  ]);
  const metafile = {
    inputs: Object.assign({}, ...results.map((result) => result.metafile.inputs)),
    outputs: Object.assign({}, ...results.map((result) => result.metafile.outputs)),
  };
  writeFileSync(METAFILE, JSON.stringify(metafile));
  requirePlainCore(metafile);
  copyFileSync("build/engine.wasm", "dist/engine.wasm");
  copyFileSync("build/scoring.wasm", "dist/scoring.wasm");
  copyFileSync("build/learn.wasm", "dist/learn.wasm");
  copyFileSync("src/planning/plan.schema.json", "dist/plan.schema.json");
  mkdirSync("dist/lock", { recursive: true });
  for (const machine of LOCKS) {
    copyFileSync(
      `node_modules/fs-native-extensions/prebuilds/${machine}/fs-native-extensions.node`,
      `dist/lock/${machine}.node`,
    );
  }
  makeExecutable("dist/cli.js");
}

/** The files of dist/ that load when `output` does, itself first. */
export function closure(metafile, output, found = new Set()) {
  found.add(output);
  for (const { path, kind, external } of metafile.outputs[output].imports) {
    if (!external && kind === "import-statement" && !found.has(path)) closure(metafile, path, found);
  }
  return [...found];
}

/** What browsers load may import nothing but files of dist/. */
function requirePlainCore(metafile) {
  for (const output of [
    ...closure(metafile, "dist/index.js"),
    ...closure(metafile, "dist/learn.js"),
    "dist/allocation.js",
    "dist/scoring.js",
    "dist/pool.worker.js",
  ]) {
    const outside = metafile.outputs[output].imports.filter((one) => one.external);
    if (outside.length === 0) continue;
    throw new Error(`${output} runs in browsers and imports ${outside[0].path}`);
  }
}

function makeExecutable(path) {
  const text = readFileSync(path, "utf8");
  if (!text.startsWith("#!")) writeFileSync(path, `#!/usr/bin/env node\n${text}`);
  chmodSync(path, 0o755);
}
