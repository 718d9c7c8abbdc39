import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run, tools } from "../install.mjs";

/** Node of every supported line, Deno and Bun: by import, and by require where the runtime has it. */
export function nodeChecks({ app }) {
  const probe = (program, ...args) => run(program, args, { cwd: app });
  const others = ["node-22", "node-24"].flatMap((name) => {
    const program = join(tools, name, "bin/node");
    const skip = existsSync(program) ? undefined : "npm has no build of it for this platform";
    return [
      { name: `${name} import`, skip, probe: () => probe(program, "import.mjs") },
      { name: `${name} require`, skip, probe: () => probe(program, "require.cjs") },
    ];
  });
  return [
    { name: "node import", probe: () => probe(process.execPath, "import.mjs") },
    { name: "node require", probe: () => probe(process.execPath, "require.cjs") },
    ...others,
    { name: "deno import", probe: () => probe(join(tools, ".bin/deno"), "run", "-A", "import.mjs") },
    { name: "bun import", probe: () => probe(join(tools, ".bin/bun"), "import.mjs") },
    { name: "bun require", probe: () => probe(join(tools, ".bin/bun"), "require.cjs") },
    { name: "installs alone", run: () => installsAlone(app) },
    { name: "shadowprice/files loads in node", run: () => run(process.execPath, ["-e", FILES], { cwd: app }) },
  ];
}

const FILES = `
import * as files from "shadowprice/files";
if (Object.keys(files).length === 0) throw new Error("shadowprice/files exports nothing");`;

function installsAlone(app) {
  const installed = readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."));
  if (installed.join() !== "shadowprice") throw new Error(`installing the tarball brought in ${installed}`);
}
