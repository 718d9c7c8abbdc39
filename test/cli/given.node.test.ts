/** Wrong names on the command line: one line that says which and the way out, exit code 2, before any work, and nothing written. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const MODEL = fileURLToPath(new URL("../../examples/model.json", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowprice given "));
  mkdirSync(join(folder, "a folder"));
  writeFileSync(join(folder, "offers.csv"), "user_id,value_a,cost_a\nann,2,1\nbo,3,2\n");
  writeFileSync(join(folder, "users.csv"), "user_id,recency,orders,basket\nann,2,1,20\n");
  const arm = (i: number) => (i % 2 === 0 ? "none" : "mail");
  const people = Array.from({ length: 400 }, (_, i) => `u${i},${arm(i)},${Number(i % 7 < 3)},${(i * 37) % 61}`);
  writeFileSync(join(folder, "trial.csv"), `user_id,arm,bought,age\n${people.join("\n")}\n`);
  writeFileSync(join(folder, "binary.json"), Uint8Array.of(0x7b, 0x1b, 0x5b, 0x33, 0x31, 0x6d));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const options = { cwd: folder, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options);
  return { code: status, out: stdout, err: stderr };
}

const ALLOCATE = ["allocate", "offers.csv", "--budget", "2"];
const TRAIN = ["train", "trial.csv", "--treatment", "arm", "--control", "none", "--outcome", "bought"];
const TREES = ["--learner", "t", "--trees", "2", "--model", "m.model"];

test.each<[string, string[], RegExp]>([
  ["a plan that is not there", ["plan", "none.json"], /none\.json: there is no such file$/m],
  ["a plan that is a folder", ["plan", "a folder"], /a folder: is a folder, not a file$/m],
  ["a plan that is binary", ["plan", "binary.json"], /binary\.json is not JSON: [^\p{Cc}]+$/mu],
  ["limits that are not there", [...ALLOCATE, "--limits", "none.json"], /none\.json: there is no such file$/m],
  ["a model that is not there", ["score", "none.model", "users.csv"], /none\.model: there is no such file$/m],
  ["a model that is a folder", ["score", "a folder", "users.csv"], /a folder: is a folder, not a file$/m],
  ["an output in no folder", [...ALLOCATE, "--output", "x/y.csv"], /--output x\/y\.csv: its folder does not exist/],
  ["an output that is a folder", [...ALLOCATE, "--output", "a folder"], /--output a folder is a folder/],
  ["an output without a name", [...ALLOCATE, "--output", ""], /--output: the name is empty/],
  ["an output below a file", [...ALLOCATE, "--output", "users.csv/y.csv"], /--output users\.csv\/y\.csv/],
  ["scores in no folder", ["score", MODEL, "users.csv", "--output", "x/y.csv"], /its folder does not exist/],
  ["a model in no folder", [...TRAIN, "--model", "x/y.model"], /--model x\/y\.model: its folder does not exist/],
  ["a model over its experiment", [...TRAIN, "--model", "trial.csv"], /--model trial\.csv is the input itself/],
  ["the demo's decisions in no folder", ["demo", "--output", "x/y.csv"], /its folder does not exist/],
  ["a limit of time on no search", [...ALLOCATE, "--time-limit", "3"], /--time-limit ends the search of --exact/],
  ["no number for a port", ["serve", "--port", "http"], /whole number from 0 to 65535/],
  ["a store that is a file", ["serve", "--port", "0", "--folder", "users.csv"], /users\.csv is a file/],
  ["no column to leave out", [...TRAIN, ...TREES, "--without", "agee"], /no column "agee"; its columns are .*\bage$/m],
  ["no column of ids", [...TRAIN, ...TREES, "--id", "uid"], /no column "uid"/],
  ["a chance for one arm", [...TRAIN, ...TREES, "--propensity", "mail=0.5"], /nothing for the arm "none"/],
  ["a chance for no arm", [...TRAIN, ...TREES, "--propensity", "mial=0.5"], /the arm "mial", which no row has/],
])("%s", (_, args, message) => {
  const before = readdirSync(folder, { recursive: true });
  const { code, out, err } = run(...args);
  expect(err).toMatch(message);
  expect([code, out]).toEqual([2, ""]);
  expect(err).not.toMatch(/^ {4}at /m);
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
});

test("one user, one offer, one channel are said so", () => {
  writeFileSync(join(folder, "one.csv"), "user_id,value_a,cost_a\nann,2,1\n");
  expect(run("frontier", "one.csv").out).toContain("1 user, 1 offer\n");
  const channels = [{ name: "tv", curve: { type: "hill", max: 9, half: 3, shape: 1 } }];
  writeFileSync(join(folder, "one.json"), JSON.stringify({ budget: 5, channels }));
  expect(run("plan", "one.json").out).toContain("1 channel\n");
});

test("Ctrl-C ends what leaves no turn to a handler", async () => {
  const args = ["--treatment", "arm", "--control", "none", "--outcome", "bought", "--score", "age"];
  const command = [CLI, "evaluate", "trial.csv", ...args, "--resamples", "100000"];
  const child = spawn(process.execPath, command, { cwd: folder, stdio: "ignore" });
  // Again and again, as a person would: the first may come before the file is read.
  const pressing = setInterval(() => child.kill("SIGINT"), 700);
  const started = performance.now();
  const [code, signal] = await once(child, "close");
  clearInterval(pressing);
  expect(code === 130 || signal === "SIGINT").toBe(true);
  expect(performance.now() - started).toBeLessThan(6_000);
}, 60_000);
