/**
 * `npm run bench -- SUITE [--json | --markdown] [--quick] [--users N]` builds the package, bundles bench/SUITE.ts and runs it.
 * A suite is a module whose default export takes the options and returns its rows: see rows.ts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const OUT = "build/bench";
const options = {
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  quick: { type: "boolean", default: false },
  users: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

function suites() {
  return readdirSync("bench")
    .filter((name) => name.endsWith(".ts") && readFileSync(`bench/${name}`, "utf8").includes("export default"))
    .map((name) => name.slice(0, -3));
}

function usage(problem) {
  if (problem) console.error(problem);
  console.error(`npm run bench -- SUITE [--json | --markdown] [--quick] [--users N]

  SUITE      ${suites().join(", ")}
  --json     print one JSON object
  --markdown print the table of README
  --quick    leave out what takes minutes (the rows say so), and measure files in one round
  --users N  users of the large tables (default: what is asked, 10,000,000)`);
  process.exit(problem ? 2 : 0);
}

function run(script, args, cwd = ".") {
  const { status } = spawnSync(process.execPath, [resolve(script), ...args], { stdio: ["ignore", 2, 2], cwd });
  if (status !== 0) process.exit(1);
}

/** Bundles the suite with the engine inside; npm packages stay outside, as a user has them. */
async function bundle(suite) {
  mkdirSync(OUT, { recursive: true });
  await build({
    entryPoints: [`bench/${suite}.ts`],
    outfile: `${OUT}/${suite}.mjs`,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    sourcemap: "inline",
    alias: { "#wasm": resolve("src/engine/wasm.inline.ts"), "#learn": resolve("src/engine/learn.inline.ts") },
    loader: { ".wasm": "binary" },
    logLevel: "warning",
  });
  return import(pathToFileURL(resolve(`${OUT}/${suite}.mjs`)).href);
}

let parsed;
try {
  parsed = parseArgs({ options, allowPositionals: true });
} catch (error) {
  usage(error.message);
}
const { values, positionals } = parsed;
const [suite] = positionals;
if (values.help) usage();
if (!suite || !existsSync(`bench/${suite}.ts`)) usage(suite ? `there is no suite "${suite}"` : "name a suite");
const users = values.users === undefined ? undefined : Number(values.users);
if (users !== undefined && !(Number.isInteger(users) && users > 0))
  usage(`--users ${values.users} is not a number of users`);

run("scripts/build.mjs", []);
run("node_modules/assemblyscript/bin/asc.js", ["--target", "readers"], "bench/assembly");
const { default: measure, report } = await bundle(suite);
const rows = await measure({ users, quick: values.quick, say: (text) => console.error(text) });
report(suite, rows, values.json ? "json" : values.markdown ? "markdown" : "text");
