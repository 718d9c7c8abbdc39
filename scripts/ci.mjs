/**
 * The checks of .ci/run, one after the other, to the end: what fails does not hide what fails after it.
 *
 * The last line sums the test runners' own counts; a check without tests inside counts as one.
 *
 *   node scripts/ci.mjs [NAME…]     only the steps of these names
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const report = join(mkdtempSync(join(tmpdir(), "shadowprice-ci-")), "report.json");
const vitest = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const data = process.env.SHADOWPRICE_DATA ?? (existsSync("../shared/data") ? undefined : "none");

/** Seconds after which a step has hung: all of its processes are ended, and the next one runs. The longest takes 400 on two idle cores. */
const LIMIT = 1500;

/** Steps: [npm script, its arguments, how to read the counts of its report]. */
const STEPS = [
  // Vitest leaves one core free, which of two is half the machine: 716 s with both, 1039 without, on the same one.
  ["test", [...vitest, "--maxWorkers=100%"], vitestCounts],
  ["test:browser", vitest, vitestCounts],
  ["test:page", vitest, vitestCounts],
  ["test:reference", vitest, vitestCounts],
  ["test:runtimes", ["--json", report], (counts) => counts],
  ["test:kills", []],
  ["lint", []],
  ["types", []],
  ["size", []],
  ["licences", ["--check"]],
  ["check:package", []],
  ["check:wasm", []],
  ["docs", []],
  ["start", []],
];

const asked = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const [name, args, read] of STEPS) {
  if (asked.length === 0 || asked.includes(name)) step(name, args, read);
}
if (failures.length > 0) console.log(`\nFailed: ${failures.join(", ")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function step(name, args, read) {
  console.log(`\n── npm run ${name}`);
  rmSync(report, { force: true });
  const started = performance.now();
  const env = data === undefined ? process.env : { ...process.env, SHADOWPRICE_DATA: data };
  // coreutils' timeout ends the whole group of processes; Node's own ends npm alone.
  const run = ["--kill-after=10", `${LIMIT}`, "npm", "run", "--silent", name, "--", ...args];
  const { status } = spawnSync("timeout", run, { env, stdio: ["ignore", "inherit", "inherit"] });
  if (status === 124 || status === 137) console.log(`── ${name} did not end in ${LIMIT} s`);
  const counts = read && existsSync(report) ? read(JSON.parse(readFileSync(report, "utf8"))) : none();
  // A runner that stopped without counting a failure (a build error, an error outside of a test) has failed all the same.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  if (status === 0 && !read) counts.passed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
  if (counts.failed > 0) failures.push(name);
  const { passed, failed, skipped } = counts;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`── ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
}

function none() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** Counts of Vitest's JSON report; a file that could not be loaded holds no test and is a failure. */
function vitestCounts({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests };
}
