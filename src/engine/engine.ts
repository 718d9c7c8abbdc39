/**
 * One engine: one memory, the kernels over it, and the arena that says who owns which bytes. Knows no problem's meaning.
 */
import { instantiateSync } from "@assemblyscript/loader";
import { module } from "#wasm";
import type { __AdaptedExports } from "../../build/engine.js";
import { Arena } from "./arena.js";
import { finiteNumber } from "./check.js";

/** The kernels as the compiler's own bindings type them. */
export type Kernels = typeof __AdaptedExports;

export interface EngineOptions {
  /**
   * Most bytes of memory this engine may use. Default: 64 MiB on workerd and edge-light, 3.75 GiB elsewhere.
   */
  ceiling?: number;
}

const MIB = 1_048_576;
/** Static data of engine.wasm and of learn.wasm end before this address, whether the second is loaded or not (learning.ts). */
const DATA_END = 65_536;

export class Engine {
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  readonly kernels: Kernels;

  constructor({ ceiling = defaultCeiling() }: EngineOptions = {}) {
    if (finiteNumber(ceiling, "ceiling") < MIB || ceiling > 4096 * MIB) {
      throw new RangeError(`ceiling must be from 1 MiB to 4 GiB in bytes, got ${ceiling}`);
    }
    const pages = Math.floor(ceiling / 65_536);
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: pages });
    this.kernels = instantiateSync(module, { env: { memory: this.memory } }).exports as unknown as Kernels;
    this.arena = new Arena(this.memory, DATA_END, pages * 65_536);
  }
}

function defaultCeiling(): number {
  const agent = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent;
  const edge = agent === "Cloudflare-Workers" || "EdgeRuntime" in globalThis;
  return edge ? 64 * MIB : 3840 * MIB;
}
