/**
 * nlopt-js 0.1.1, mended from outside: it keeps the first view of its memory, which is detached as soon as the memory grows (at
 * some 260 variables of SLSQP), so the view is taken anew at every call.
 */
import type nlopt from "nlopt-js";

export type Nlopt = typeof nlopt;
let opened: Promise<Nlopt> | undefined;

export function openNlopt(): Promise<Nlopt> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Nlopt> {
  const { Memory } = WebAssembly;
  let own: WebAssembly.Memory | undefined;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      own = this;
    }
  };
  try {
    const { default: module } = await import("nlopt-js");
    await module.ready;
    const memory = own;
    if (memory) Object.defineProperty(module, "HEAPF64", { get: () => new Float64Array(memory.buffer) });
    return module;
  } finally {
    WebAssembly.Memory = Memory;
  }
}
