/** engine.wasm: what it exports, and nothing else. */

export { dual } from "./allocation/budget/dual";
export { findBreak, list, sortFirst } from "./allocation/budget/order";
export { sieve } from "./allocation/budget/sieve";
export { climb } from "./allocation/budget/steps";
export { listUsers, swapAll } from "./allocation/budget/swap";
export { fill, takeFirst, writeTaken } from "./allocation/budget/take";
export { count, offersOf, replace } from "./allocation/count";
export { clearBuckets, cumulate, histogram } from "./allocation/histogram";
export { scanAmounts } from "./allocation/limits/amounts";
export { dualColumns, priceColumns } from "./allocation/limits/columns";
export { near } from "./allocation/limits/near";
export { price } from "./allocation/limits/price";
export { tally } from "./allocation/limits/tally";
export { narrow, offUnit } from "./allocation/narrow";
export { columns, pad, sample } from "./allocation/sample";
export { scan } from "./allocation/scan";
export { spend } from "./allocation/spend";
export { distribute, keep } from "./allocation/stream/gather";
export { pick, thin } from "./allocation/stream/pick";
export { seal, sealed, sealWords } from "./allocation/stream/seal";
export { total } from "./allocation/total";
export { totals } from "./allocation/totals/totals";
export { mixKeys } from "./math/random";
export { along, direction, gainOf, mostAlong, nearestPlan, spectral } from "./planning/ascent";
export { conjugates, envelopes, inflections, jumpBetween, respond, responses } from "./planning/envelope";
export { carry, carryBack } from "./planning/flighting";
export { taps } from "./planning/taps";
