/**
 * The second module: what trains, on the memory of an engine that is there. Nothing that the core loads imports this file, so that
 * scoring and allocating start as they did.
 *
 * Static data of engine.wasm ends below 48 KiB, that of learn.wasm lies from there to 64 KiB (asconfig.json; scripts/check-wasm.mjs
 * holds both to it), where every arena begins: the second module may come to a memory that is in use.
 */
import { instantiateSync } from "@assemblyscript/loader";
import { module } from "#learn";
import type { __AdaptedExports } from "../../build/learn.js";
import type { Engine } from "./engine.js";

/** The kernels that train, as the compiler's own bindings type them. */
export type LearnKernels = typeof __AdaptedExports;

const instances = new WeakMap<Engine, LearnKernels>();

/** The kernels that train over an engine's memory: one instance an engine, made when it is first asked for. */
export function learningOf(engine: Engine): LearnKernels {
  let kernels = instances.get(engine);
  if (!kernels) {
    kernels = instantiateSync(module, { env: { memory: engine.memory } }).exports as unknown as LearnKernels;
    instances.set(engine, kernels);
  }
  return kernels;
}
