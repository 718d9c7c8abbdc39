// Budgets of what people load, gzip, as published: names whole, comments and blanks gone. A number here is a promise: raise it only with the reason in the commit.
import { readFileSync } from "node:fs";
import { closure, METAFILE } from "./scripts/build/bundles.mjs";

const metafile = JSON.parse(readFileSync(METAFILE, "utf8"));

export default [
  // 4 KB above what an allocation needs: totals at given prices, their kernel, bytes and merge.
  // 28 KB: several limits, their small linear program, their proofs, their repair and their frontier.
  // Planning: 8 KB of the engine (exp, log, pow and the envelopes); 42 KB of the bundles (schema, search, targets, reports).
  // Over time with interactions, incentives and reach: 2 KB of the engine, 15 KB of the bundles.
  // Posterior draws, risks over them, and questions around a plan: 0.6 KB of the engine, 8 KB of the bundles.
  // Exact optima: 2 KB of the engine, 7 KB of the bundles.
  // 5 KB of the bundles: curves of Robyn, PyMC-Marketing, Meridian and LightweightMMM.
  // Uplift scoring: 4.5 KB of the engine; 17 KB of the bundles.
  // Evaluation of scores: 1.4 KB of the engine (resamples and sums over sorted rows), 14 KB of the bundles, values and curves of policies with them.
  // Importers of models: 15 KB of the bundles. Composition of models: 4 KB. Chains of adstocked states: 3 KB.
  // Allocation in turns, for threads that others wait for: 0.6 KB of the bundles.
  { name: "engine.wasm, allocation alone", path: "build/allocation.wasm", gzip: true, limit: "16 KB" },
  { name: "engine.wasm", path: "dist/engine.wasm", gzip: true, limit: "28 KB" },
  { name: "index.js, the wasm inside", path: closure(metafile, "dist/index.js"), gzip: true, limit: "218 KB" },
  { name: "allocation.js, the wasm inside", path: "dist/allocation.js", gzip: true, limit: "73 KB" },
  // 3 KB: policies with a model, their answers and errors. What scores is loaded when such a policy is asked: 18 KB with its kernels.
  { name: "serve.decide.js, Hono beside it", path: "dist/serve.decide.js", gzip: true, limit: "9 KB" },
  { name: "scoring.js, the wasm inside", path: "dist/scoring.js", gzip: true, limit: "21 KB" },
  {
    name: "scoring.workerd.js, with its wasm",
    path: ["dist/scoring.workerd.js", "dist/scoring.wasm"],
    gzip: true,
    limit: "19 KB",
  },
  // All three flows and every reader of files; the first view loads a fifth of it.
  { name: "the page, all scripts", path: "dist/page/assets/*.js", gzip: true, limit: "250 KB" },
  // 0.3 KB of index.js: what a model says of itself; 0.7 what an allocation keeps of a known truth. What trains: a module of its own, which nothing else loads; 40 KB of it are
  // guards, meta-learners and the choice among learners, with the policy's value that chooses.
  // Forests 5 KB, Shapley values 1, boosting 2.
  { name: "learn.wasm", path: "dist/learn.wasm", gzip: true, limit: "10 KB" },
  { name: "learn.js, both modules inside", path: closure(metafile, "dist/learn.js"), gzip: true, limit: "120 KB" },
  { name: "learn.workerd.js", path: "dist/learn.workerd.js", gzip: true, limit: "70 KB" },
  { name: "index.workerd.js", path: "dist/index.workerd.js", gzip: true, limit: "180 KB" },
  { name: "index.edge.js", path: "dist/index.edge.js", gzip: true, limit: "180 KB" },
];
