// Compiled, not run: what a strict TypeScript project sees of the package.
import { type AllocationResult, allocate, CeilingError, createEngine, type Engine, type Offers } from "shadowprice";
import wasm from "shadowprice/engine.wasm";

const engine: Engine = createEngine({ ceiling: 2 ** 26 });
const offers: Offers = engine.offers({ users: 3, options: ["5 off", "10 off"] });
offers.fill(0, (values: Float32Array, costs: Float32Array) => {
  values.fill(1);
  costs.fill(2);
});
const result: AllocationResult = allocate(offers, { budget: 4, exactlyOne: false });
const choices: Uint8Array | Uint16Array = result.choices;
const module: WebAssembly.Module = wasm;
// @ts-expect-error a budget is a number
allocate(offers, { budget: "4" });

export { CeilingError, choices, module };
