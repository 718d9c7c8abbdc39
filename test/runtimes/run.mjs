/**
 * Tries the package as it is packed, from outside: `npm pack`, `npm install` of the tarball into an empty folder, then the same
 * seeded question in every runtime. All answers must be the same to the last bit.
 *
 *   node test/runtimes/run.mjs [--json FILE] [NAME…]     names: part of a check's name
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { conformanceChecks } from "../conformance/places/index.mjs";
import { browserChecks } from "./checks/browser.mjs";
import { commandChecks } from "./checks/command.mjs";
import { edgeChecks } from "./checks/edge.mjs";
import { nodeChecks } from "./checks/node.mjs";
import { typeChecks } from "./checks/types.mjs";
import { install } from "./install.mjs";

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const counts = { passed: 0, failed: 0, skipped: 0 };
let expected;
await judge({ name: "pack and install", run: tryAll });
if (values.json) writeFileSync(values.json, JSON.stringify(counts));
console.log(`the packed package: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
// What a check that failed left behind does not keep this program alive.
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

async function tryAll() {
  const place = install();
  try {
    const checks = [nodeChecks, edgeChecks, browserChecks, commandChecks, typeChecks, conformanceChecks].flatMap((of) =>
      of(place),
    );
    for (const check of checks) {
      if (positionals.length === 0 || positionals.some((part) => check.name.includes(part))) await judge(check);
    }
  } finally {
    place.remove();
  }
}

/** A check with `probe` gives the text that all such checks must agree on; one with `run` throws when it fails. */
async function judge({ name, probe, run, skip }) {
  const started = performance.now();
  const report = (mark, text = "") =>
    console.log(`${mark} ${name} ${text}${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (skip) {
    counts.skipped++;
    return report("-", `skipped: ${skip} `);
  }
  try {
    if (probe) agree((await probe()).trim());
    else await run();
    counts.passed++;
    report("✓");
  } catch (error) {
    counts.failed++;
    report("✗");
    console.log(
      `  ${(error?.status === undefined ? String(error?.stack ?? error) : error.message).replaceAll("\n", "\n  ")}`,
    );
  }
}

function agree(text) {
  const answers = JSON.parse(text);
  expected ??= answers;
  for (const [question, answer] of Object.entries(expected)) {
    if (answers[question] === answer) continue;
    throw new Error(`"${question}" is answered\n  ${answers[question]}\nand the first runtime answered\n  ${answer}`);
  }
}
