/**
 * Compiles the allocation kernels alone into build/allocation.wasm, for their own size limit: what an edge that only decides
 * offers would load. The entry is engine.ts without the lines of other problems.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { runTool } from "./build/run.mjs";

const engine = readFileSync("assembly/engine.ts", "utf8");
const own = engine.split("\n").filter((line) => /from "\.\/(allocation|math)\//.test(line));
mkdirSync("build", { recursive: true });
writeFileSync("build/allocation.ts", own.join("\n").replaceAll('from "./', 'from "../assembly/'));
const { options } = JSON.parse(readFileSync("asconfig.json", "utf8"));
const targets = { allocation: { outFile: "allocation.wasm" } };
writeFileSync(
  "build/allocation.json",
  JSON.stringify({ options: { ...options, bindings: [] }, targets, entries: ["allocation.ts"] }),
);
await runTool("node_modules/assemblyscript/bin/asc.js", [
  "--config",
  "build/allocation.json",
  "--target",
  "allocation",
]);
