import { mkdirSync, readFileSync } from "node:fs";
import { runTool } from "./run.mjs";

/** The named targets of asconfig.json; each gives build/NAME.wasm and the types of its exports. */
export const TARGETS = Object.keys(JSON.parse(readFileSync("asconfig.json", "utf8")).targets);

/** Arguments of the compiler for a target: its entry has its name. */
export function argumentsOf(target) {
  return [`assembly/${target}.ts`, "--target", target];
}

/** Compiles every target into build/. A second compile of the same source gives the same bytes: CI checks it. */
export async function buildKernels() {
  mkdirSync("build", { recursive: true });
  // One after the other: a compile takes a core and 200 MB, and two targets read the same library.
  for (const target of TARGETS) await runTool("node_modules/assemblyscript/bin/asc.js", argumentsOf(target));
}
