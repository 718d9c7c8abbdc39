// The seeded table as a CSV file, and what the library answers to it: the command line must say the same.
import { writeFileSync } from "node:fs";
import { allocate, createEngine } from "shadowprice";
import { mulberry32, plainTable, rows } from "./probe.js";

const BUDGET = 6_000.25;
const [mode, path] = process.argv.slice(2);
const users = rows();

if (mode === "write") {
  const head = users[0].flatMap((_, j) => [`value_offer${j + 1}`, `cost_offer${j + 1}`]);
  const pair = ({ value, cost }) => (value === Number.NEGATIVE_INFINITY ? "," : `${value},${cost}`);
  const lines = users.map((options, i) => [i + 1, ...options.map(pair)].join(","));
  writeFileSync(path, `${["user_id", ...head].join(",")}\n${lines.join("\n")}\n`);
} else {
  const ids = BigInt64Array.from(users, (_, i) => BigInt(i + 1));
  const result = allocate(plainTable(createEngine(), mulberry32(1), ids), { budget: BUDGET });
  console.log(JSON.stringify({ ...result, budget: BUDGET, choices: [...result.choices] }));
}
