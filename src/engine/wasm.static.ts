// workerd and edge-light refuse to compile bytes: the module is imported ready-made.
import module from "../../build/engine.wasm";

export { module };
