/**
 * One set of tests, three runtimes.
 *
 *   NAME.test.ts            runs in node, in workerd and in the browser: nothing of Node's in it
 *   NAME.node.test.ts       runs in node only: files, processes
 *   NAME.page.ts            runs in node and drives the built page in Chromium (project page)
 *   NAME.reference.test.ts  runs against outside data (project reference), see test/reference.setup.ts
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const everywhere = ["test/**/*.test.ts"];
const nodeOnly = ["test/**/*.node.test.ts"];
const reference = ["test/**/*.reference.test.ts"];
/** test/runtimes installs wrangler beside itself, and wrangler ships tests of its own. */
const installed = ["**/node_modules/**"];
/** Properties run many cases, and a shared machine may give us half a core. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Properties draw the same cases every time: test/seed.setup.ts. */
const seeded = { setupFiles: ["test/seed.setup.ts"], provide: { seed: Number(process.env.SHADOWPRICE_SEED ?? 1) } };

/** As in the published index.js: the bytes of the wasm are in the program. */
const bytes = {
  plugins: [
    {
      name: "wasm-bytes",
      enforce: "pre" as const,
      load(id: string) {
        if (!id.endsWith(".wasm")) return;
        const base64 = readFileSync(id).toString("base64");
        return `export default Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0))`;
      },
    },
  ],
  resolve: {
    alias: { "#wasm": here("./src/engine/wasm.inline.ts"), "#learn": here("./src/engine/learn.inline.ts") },
  },
};

/** As in the published index.workerd.js: the wasm is a module of its own. */
const workerd = {
  plugins: [
    cloudflareTest({
      miniflare: {
        compatibilityDate: "2026-03-01",
        compatibilityFlags: ["nodejs_compat"],
        modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
      },
    }),
  ],
  resolve: {
    alias: { "#wasm": here("./src/engine/wasm.static.ts"), "#learn": here("./src/engine/learn.static.ts") },
  },
};

const chromium = playwright({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        ...bytes,
        test: {
          ...patience,
          ...seeded,
          name: "node",
          environment: "node",
          include: everywhere,
          exclude: [...installed, ...reference],
        },
      },
      {
        ...workerd,
        test: {
          ...patience,
          ...seeded,
          name: "workerd",
          include: everywhere,
          exclude: [...installed, ...nodeOnly, ...reference],
        },
      },
      {
        ...bytes,
        test: {
          ...patience,
          ...seeded,
          name: "browser",
          include: everywhere,
          exclude: [...installed, ...nodeOnly, ...reference],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromium,
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        ...bytes,
        test: {
          ...patience,
          name: "page",
          environment: "node",
          include: ["test/page/**/*.page.ts"],
          fileParallelism: false,
        },
      },
      {
        ...bytes,
        test: {
          ...patience,
          ...seeded,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          name: "reference",
          environment: "node",
          include: reference,
          globalSetup: ["test/reference.setup.ts"],
          runner: "./test/reference.runner.ts",
        },
      },
    ],
  },
});
