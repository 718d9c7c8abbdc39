/** Looks at the package as others will: publint and attw over the tarball, and that it asks for nothing at run time. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { runTool } from "./build/run.mjs";

const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
if (Object.keys(dependencies).length > 0) {
  throw new Error(`the package installs alone, and package.json has dependencies: ${Object.keys(dependencies)}`);
}

const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--silent"], { encoding: "utf8" }));
try {
  console.log(await runTool("node_modules/publint/src/cli.js", [`./${filename}`, "--strict"]));
  // ESM only: Node ≥ 20.19 requires it as it is. Resolvers of before exports maps are no runtime of ours.
  const attw = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
  console.log(await runTool("node_modules/@arethetypeswrong/cli/dist/index.js", [`./${filename}`, ...attw]));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(filename, { force: true });
}
