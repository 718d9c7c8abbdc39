/** engine.wasm: what it exports, and nothing else. */
export { count, offersOf, replace } from "./allocation/count";
export { dual } from "./allocation/dual";
export { clearBuckets, cumulate, histogram } from "./allocation/histogram";
export { narrow, offUnit } from "./allocation/narrow";
export { findBreak, list, sortFirst } from "./allocation/order";
export { columns, pad, sample } from "./allocation/sample";
export { scan } from "./allocation/scan";
export { sieve } from "./allocation/sieve";
export { spend } from "./allocation/spend";
export { climb } from "./allocation/steps";
export { listUsers, swapAll } from "./allocation/swap";
export { fill, takeFirst, writeTaken } from "./allocation/take";
export { total } from "./allocation/total";
export { mixKeys } from "./math/random";
