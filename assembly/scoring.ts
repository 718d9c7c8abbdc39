/** The kernels that score: scoring.wasm rides in `shadowprice/scoring`, and all of it is part of engine.wasm. */

export { binColumn, binSet } from "./uplift/bin";
export { findLeaves } from "./uplift/bits";
export { finish } from "./uplift/finish";
export { keyColumn } from "./uplift/keys";
export { maskRow } from "./uplift/masks";
export { sumLeaves } from "./uplift/sum";
export { addQuantised, indexLeaves, scaleCounts } from "./uplift/symmetric";
export { walkRow, walkRows } from "./uplift/walk";
