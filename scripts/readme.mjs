/**
 * Puts into README.md what its commands print now: `npm run build && node scripts/readme.mjs`. With `--bench` the table of
 * measured figures as well, which takes minutes on an idle machine. A test holds README to the answers.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

const MEASURED = "## Measured";
const AFTER = "## What it does not do";
const root = process.cwd();
const place = mkdtempSync(join(tmpdir(), "shadowprice-readme-"));

/** What a command prints on a piped output, as it would in a clone. */
function printed(script, args, cwd) {
  const env = { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  const { status, stdout } = spawnSync(process.execPath, [resolve(script), ...args], {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")} failed`);
  return stdout
    .replaceAll(relative(place, join(root, "dist")), "dist")
    .replaceAll(place, "/home/you/shadowprice")
    .replace(/^\n+|\n+$/g, "");
}

let readme = readFileSync("README.md", "utf8");
try {
  mkdirSync(join(place, "examples"));
  copyFileSync("examples/offers.csv", join(place, "examples/offers.csv"));
  const answers = [
    printed("dist/cli.js", ["demo"], place),
    printed("dist/cli.js", ["allocate", "examples/offers.csv", "--budget", "1500"], place),
    printed("dist/cli.js", ["demo", "plan"], place),
  ];
  readme = readme.replace(/```text\n[\s\S]*?```/g, () => `\`\`\`text\n${answers.shift()}\n\`\`\``);
} finally {
  rmSync(place, { recursive: true });
}
if (process.argv.includes("--bench")) {
  const table = `${MEASURED}\n\n${printed("bench/run.mjs", ["allocation", "--markdown"], root)}\n\n`;
  const end = readme.indexOf(AFTER);
  const start = readme.includes(MEASURED) ? readme.indexOf(MEASURED) : end;
  readme = readme.slice(0, start) + table + readme.slice(end);
}
writeFileSync("README.md", readme);
