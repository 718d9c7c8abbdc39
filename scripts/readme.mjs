/**
 * Puts into README.md what its commands print now: `npm run build && node scripts/readme.mjs`. With `--bench` the tables of
 * measured figures as well, which takes half an hour on an idle machine. A test holds README to the answers.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

const SUITES = ["allocation", "limits", "planning", "uplift", "training", "serving"];
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
  for (const suite of SUITES) {
    const table = new RegExp(`\`npm run bench -- ${suite}\` on [^\\n]*\\n\\n(\\|[^\\n]*\\n)*`);
    if (!table.test(readme)) throw new Error(`README.md has no table of ${suite}`);
    readme = readme.replace(table, () => `${printed("bench/run.mjs", [suite, "--markdown"], root)}\n`);
  }
}
writeFileSync("README.md", readme);
