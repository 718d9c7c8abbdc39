// As wasm.static.ts, of the module that trains.
import module from "../../build/learn.wasm";

export { module };
