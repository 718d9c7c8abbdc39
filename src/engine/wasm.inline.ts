// Everywhere but on workerd and edge-light: the bytes ride in the bundle, so that loading is synchronous.
import bytes from "../../build/engine.wasm";

export const module = new WebAssembly.Module(bytes as unknown as BufferSource);
