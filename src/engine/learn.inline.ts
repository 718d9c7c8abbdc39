// As wasm.inline.ts, of the module that trains; compiled when the first training starts.
import bytes from "../../build/learn.wasm";

export const module = new WebAssembly.Module(bytes as unknown as BufferSource);
