import { join } from "node:path";
import { project, run } from "../install.mjs";

/** The types as a strict project sees them, with the library checks on: nothing in them may be missing or unpublished. */
export function typeChecks({ app }) {
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  const compile = (module, moduleResolution) =>
    run(process.execPath, [tsc, "-p", ".", "--module", module, "--moduleResolution", moduleResolution], { cwd: app });
  return [
    { name: "types, nodenext", run: () => compile("nodenext", "nodenext") },
    { name: "types, bundler", run: () => compile("esnext", "bundler") },
  ];
}
