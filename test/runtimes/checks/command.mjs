import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../install.mjs";

/** The command line from the tarball alone, in an empty folder: no DuckDB, nothing installed. */
export function commandChecks({ folder, app, tarball }) {
  const solved = () => JSON.parse(run(process.execPath, ["command.mjs", "solve"], { cwd: app }));
  return [
    { name: "npx shadowprice allocate FILE", run: () => allocateFile(folder, app, tarball, solved()) },
    { name: "npx shadowprice, wrong usage", run: () => wrongUsage(folder, tarball) },
  ];
}

/** As people type it; npx takes an absolute path for a program to run. */
const PACKAGE = "./package.tgz";

function emptyFolder(folder, tarball) {
  const empty = mkdtempSync(join(folder, "empty-"));
  copyFileSync(tarball, join(empty, PACKAGE));
  return empty;
}

/** With a cache of its own: npx keeps what it unpacked once under the same name. */
function npx(folder, cwd, args) {
  const env = { ...process.env, npm_config_cache: join(folder, "npm-cache") };
  return run("npx", ["--yes", PACKAGE, ...args], { cwd, env });
}

function allocateFile(folder, app, tarball, solved) {
  const empty = emptyFolder(folder, tarball);
  run(process.execPath, ["command.mjs", "write", join(empty, "offers.csv")], { cwd: app });
  const command = ["allocate", "offers.csv", "--budget", String(solved.budget), "--output", "decisions.csv", "--json"];
  const result = JSON.parse(npx(folder, empty, command));
  for (const field of ["status", "value", "cost", "bound", "price", "none"]) same(field, result[field], solved[field]);
  same("counts", JSON.stringify(result.counts), JSON.stringify(solved.counts));
  const lines = readFileSync(join(empty, "decisions.csv"), "utf8").trimEnd().split("\n");
  same("lines of decisions.csv", lines.length, solved.choices.length + 1);
  const chosen = lines.slice(1).map((line) => line.split(",")[1]?.replace(/^"|"$/g, "") ?? "");
  same("decisions", chosen.join(), solved.choices.map((choice) => (choice === 0 ? "" : `offer${choice}`)).join());
  same("files in the folder", readdirSync(empty).sort().join(), "decisions.csv,offers.csv,package.tgz");
}

/** Exit code 2 and a word about what is wrong. */
function wrongUsage(folder, tarball) {
  const empty = emptyFolder(folder, tarball);
  writeFileSync(join(empty, "offers.csv"), "user_id,value_a,cost_a\n1,x,2\n");
  try {
    npx(folder, empty, ["allocate", "offers.csv", "--budget", "1", "--json"]);
  } catch (error) {
    same("exit code", error.status, 2);
    if (!/value_a/.test(error.stderr)) throw new Error(`the message does not name the column:\n${error.stderr}`);
    return;
  }
  throw new Error("text in a number column was taken");
}

function same(what, got, expected) {
  if (got !== expected) throw new Error(`${what}: the command line says ${got}, the library says ${expected}`);
}
