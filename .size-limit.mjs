// Budgets of what people load, gzip, as published: readable, comments and all. A number here is a promise: raise it only with the reason in the commit.
import { readFileSync } from "node:fs";
import { closure, METAFILE } from "./scripts/build/bundles.mjs";

const metafile = JSON.parse(readFileSync(METAFILE, "utf8"));

export default [
  // 4 KB above what an allocation needs: totals at given prices, their kernel, bytes and merge.
  // 18 KB: several limits, their small linear program and their proofs.
  // The whole engine allocates and nothing else so far, so this is the limit of an allocation-only build.
  { name: "engine.wasm", path: "dist/engine.wasm", gzip: true, limit: "16 KB" },
  { name: "index.js, the wasm inside", path: closure(metafile, "dist/index.js"), gzip: true, limit: "79 KB" },
  { name: "index.workerd.js", path: "dist/index.workerd.js", gzip: true, limit: "62 KB" },
  { name: "index.edge.js", path: "dist/index.edge.js", gzip: true, limit: "62 KB" },
];
