/**
 * One training in a process of its own, by the built package: {seconds, peak RSS}. Reads what the suite wrote:
 * columns of f32, then an arm and an outcome a byte a row.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [learn, path, rowsText, featuresText, optionsText] = process.argv.slice(2);
const { trainUpliftForest } = await import(pathToFileURL(learn).href);
const [rows, count] = [Number(rowsText), Number(featuresText)];
const file = openSync(path, "r");
const features = {};
for (let f = 0; f < count; f++) {
  const column = new Float32Array(rows);
  readSync(file, column);
  features[`x${f}`] = column;
}
const treatment = new Uint8Array(rows);
readSync(file, treatment);
const bytes = new Uint8Array(rows);
readSync(file, bytes);
closeSync(file);
const outcome = Float32Array.from(bytes);
const before = process.resourceUsage().maxRSS * 1024;
const started = performance.now();
const { report, model } = await trainUpliftForest({ treatment, outcome, features }, JSON.parse(optionsText));
const seconds = (performance.now() - started) / 1000;
const rss = process.resourceUsage().maxRSS * 1024;
const first = Object.fromEntries(Object.entries(features).map(([name, column]) => [name, column.subarray(0, 20_000)]));
const effect = model.score(first)[1].reduce((sum, x) => sum + x, 0) / 20_000;
console.log(JSON.stringify({ seconds, rss, before, stated: report.memory, leaves: report.leaves, effect }));
