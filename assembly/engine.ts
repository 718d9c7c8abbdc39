/** engine.wasm: what it exports, and nothing else. */

export * from "./allocation";
export { each, eachPower, ofOne, pow } from "./math/each";
export { along, direction, gainOf, mostAlong, nearestPlan, spectral } from "./planning/ascent";
export { evaluate } from "./planning/curves/evaluate";
export { prepare } from "./planning/curves/prepare";
export { expected } from "./planning/draws";
export { conjugates, envelopes, inflections, jumpBetween, respond, responses } from "./planning/envelope";
export { carry, carryBack, settle } from "./planning/flighting";
export { interact } from "./planning/interact";
export { taps } from "./planning/taps";
export * from "./scoring";
export { costSums } from "./uplift/evaluate/aucc";
export { upliftSums } from "./uplift/evaluate/gains";
export { gainPath } from "./uplift/evaluate/path";
export { resample } from "./uplift/evaluate/resample";
export { weighedSums } from "./uplift/evaluate/sums";
export { tocSums } from "./uplift/evaluate/toc";
export { topSums } from "./uplift/evaluate/top";
