import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputs, project, run } from "../install.mjs";

/** As people type it; npx takes an absolute path for a program to run. */
const PACKAGE = "./package.tgz";
const { version: DUCKDB } = JSON.parse(
  readFileSync(join(project, "node_modules/@duckdb/node-api/package.json"), "utf8"),
);

/** The command line from the tarball alone in an empty folder, and where DuckDB is installed beside it. */
export function commandChecks(place) {
  return [
    {
      name: "npx shadowprice allocate FILE",
      run: () => allocateFile(place, emptyFolder(place), PACKAGE, "offers.csv"),
    },
    { name: "npx shadowprice, wrong usage", run: () => wrongUsage(place, emptyFolder(place)) },
    {
      name: "npx shadowprice beside DuckDB",
      run: () => {
        const cwd = besideDuckdb(place);
        allocateFile(place, cwd, "shadowprice", "offers.parquet", "duckdb");
        // The same file where there is no DuckDB.
        const empty = emptyFolder(place);
        copyFileSync(join(cwd, "offers.parquet"), join(empty, "offers.parquet"));
        allocateFile(place, empty, PACKAGE, "offers.parquet");
      },
    },
  ];
}

function emptyFolder({ folder, tarball }) {
  const empty = mkdtempSync(join(folder, "empty-"));
  copyFileSync(tarball, join(empty, PACKAGE));
  return empty;
}

/** A folder with the package and DuckDB in it, and the seeded table as Parquet. */
function besideDuckdb({ folder, app, tarball }) {
  const cwd = mkdtempSync(join(folder, "duckdb-"));
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ private: true }));
  run("npm", ["install", "--no-fund", "--no-audit", tarball, `@duckdb/node-api@${DUCKDB}`], { cwd });
  run(process.execPath, ["command.mjs", "write", join(cwd, "offers.csv")], { cwd: app });
  run(process.execPath, ["--input-type=module", "-e", TO_PARQUET], { cwd });
  return cwd;
}

const TO_PARQUET = `
import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create()).connect();
await connection.run("COPY (FROM 'offers.csv') TO 'offers.parquet'");`;

/** With a cache of its own: npx keeps what it unpacked once under the same name. */
function npx({ folder }, cwd, args) {
  const env = { ...process.env, npm_config_cache: join(folder, "npm-cache") };
  return outputs("npx", ["--yes", ...args], { cwd, env });
}

/** Decides the seeded table as a file in `cwd`; the library, asked the same, must agree to the last bit. */
function allocateFile(place, cwd, program, file, reader = "javascript") {
  if (!existsSync(join(cwd, file)))
    run(process.execPath, ["command.mjs", "write", join(cwd, file)], { cwd: place.app });
  const solved = JSON.parse(run(process.execPath, ["command.mjs", "solve"], { cwd: place.app }));
  const before = readdirSync(cwd);
  const command = ["allocate", file, "--budget", String(solved.budget), "--output", "decisions.csv", "--json"];
  const { stdout, stderr } = npx(place, cwd, [program, ...command]);
  if (!stderr.includes(`reader: ${reader}`)) throw new Error(`${reader} should have read the file:\n${stderr}`);
  const result = JSON.parse(stdout);
  for (const field of ["status", "value", "cost", "bound", "price", "none"]) same(field, result[field], solved[field]);
  same("counts", JSON.stringify(result.counts), JSON.stringify(solved.counts));
  const lines = readFileSync(join(cwd, "decisions.csv"), "utf8").trimEnd().split("\n");
  same("lines of decisions.csv", lines.length, solved.choices.length + 1);
  const chosen = lines.slice(1).map((line) => line.split(",")[1]?.replace(/^"|"$/g, "") ?? "");
  same("decisions", chosen.join(), solved.choices.map((choice) => (choice === 0 ? "" : `offer${choice}`)).join());
  same("files in the folder", readdirSync(cwd).sort().join(), [...before, "decisions.csv"].sort().join());
}

/** Exit code 2 and a word about what is wrong. */
function wrongUsage(place, cwd) {
  writeFileSync(join(cwd, "offers.csv"), "user_id,value_a,cost_a\n1,x,2\n");
  try {
    npx(place, cwd, [PACKAGE, "allocate", "offers.csv", "--budget", "1", "--json"]);
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
