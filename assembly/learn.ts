/** The module that trains: exports, and nothing else. It comes to an engine's memory, at a base of its own (asconfig.json). */

export { binNumbers, quantiles } from "./learn/bin";
export { followBoost, growBoost } from "./learn/boost/grow";
export { lossOf, plantBoost } from "./learn/boost/loss";
export { estimate, layTree } from "./learn/estimate";
export { grow, plant } from "./learn/grow";
export { drawFolds, drawRows } from "./learn/sample";
export { addContributions, countCover } from "./learn/shap";
export { sumSpread } from "./learn/spread";
export { growLevel } from "./learn/symmetric";
export { resample } from "./uplift/evaluate/resample";
