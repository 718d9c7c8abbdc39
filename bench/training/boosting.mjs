/** One boosting in a process of its own, by the built package: seconds, peak RSS, loss on the rows held out. Reads what the suite wrote. */
import { closeSync, openSync, readSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [learn, path, sizes, loss] = process.argv.slice(2);
const { trainBoosting } = await import(pathToFileURL(learn).href);
const { rows, count, held, trees, leaves } = JSON.parse(sizes);
const file = openSync(path, "r");
const read = (column) => {
  readSync(file, column);
  return column;
};
const columns = Array.from({ length: count }, (_, f) => [`x${f}`, read(new Float32Array(rows))]);
const outcomes = { squared: read(new Float64Array(rows)), logistic: read(new Float64Array(rows)) };
closeSync(file);
const outcome = outcomes[loss];
const part = (from, to) => Object.fromEntries(columns.map(([name, column]) => [name, column.subarray(from, to)]));
const n = rows - held;
const features = part(0, n);
let binning = 0;
const started = performance.now();
const onProgress = ({ phase }) => {
  if (phase === "features") binning = (performance.now() - started) / 1000;
};
const { report, model } = await trainBoosting(
  { features, outcome: outcome.subarray(0, n) },
  { loss, trees, leaves, onProgress },
);
const seconds = (performance.now() - started) / 1000;
const { score } = model.score(part(n, rows));
const one = (p, y) => (loss === "squared" ? (p - y) ** 2 : -Math.log(y === 1 ? p : 1 - p));
const mean = score.reduce((sum, p, i) => sum + one(p, outcome[n + i]), 0) / held;
console.log(
  JSON.stringify({ seconds, binning, loss: mean, rss: process.resourceUsage().maxRSS * 1024, memory: report.memory }),
);
