/**
 * The held-out half of Hillstrom's e-mails with what the models of test/outside/fixtures/hillstrom say of it, as a file for
 * `shadowprice evaluate`: node scripts/hillstrom.mjs hillstrom.csv OUT.csv "Womens E-Mail". Build first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { importModel } from "../dist/index.js";

const FOLDER = new URL("../test/outside/fixtures/hillstrom/", import.meta.url);
const [, , input, output, arm] = process.argv;
if (!arm) {
  console.error('node scripts/hillstrom.mjs hillstrom.csv OUT.csv "Womens E-Mail"');
  process.exit(2);
}

/** As the fixtures' README defines the halves. */
function trains(i) {
  let h = i + 1;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h & 1) === 0;
}

// The one cell with a comma in it names money.
const [head, ...lines] = readFileSync(input, "utf8").replaceAll("$1,000", "$1000").trim().split(/\r?\n/);
const names = head.split(",");
const rows = lines
  .map((line, i) => ({ i, ...Object.fromEntries(line.split(",").map((cell, k) => [names[k], cell])) }))
  .filter(({ i, segment }) => !trains(i) && (segment === arm || segment === "No E-Mail"));
const column = (of) => Float32Array.from(rows, of);
const features = {
  ...Object.fromEntries(
    ["recency", "history", "mens", "womens", "newbie"].map((name) => [name, column((row) => Number(row[name]))]),
  ),
  ...Object.fromEntries(
    ["Rural", "Surburban", "Urban"].map((zip) => [`zip_${zip}`, column((row) => Number(row.zip_code === zip))]),
  ),
  ...Object.fromEntries(
    ["Multichannel", "Phone", "Web"].map((one) => [`channel_${one}`, column((row) => Number(row.channel === one))]),
  ),
};
const predict = (name) => {
  const file = gunzipSync(readFileSync(new URL(`xgboost-${name}.json.gz`, FOLDER)));
  return Object.values(importModel(file).score(features))[0];
};
const mail = arm.split(" ")[0].toLowerCase();
const control = predict("control");
const scores = {
  two_models: predict(`${mail}-treated`).map((p, i) => p - control[i]),
  transformed: predict(`${mail}-transformed`).map((p) => 2 * p - 1),
  response: predict("response"),
};
const wanted = ["segment", "visit", "spend"];
const table = rows.map((row, i) => [...wanted.map((name) => row[name]), ...Object.values(scores).map((of) => of[i])]);
writeFileSync(
  output,
  `${[[...wanted, ...Object.keys(scores)], ...table].map((cells) => cells.join(",")).join("\n")}\n`,
);
