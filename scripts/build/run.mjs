import { spawn } from "node:child_process";

/** Runs a tool of node_modules/.bin; rejects with everything it printed when it fails. */
export function runTool(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    child.stdout.on("data", (data) => {
      printed += data;
    });
    child.stderr.on("data", (data) => {
      printed += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${script} ${args.join(" ")} failed (${code}):\n${printed.trim()}`));
    });
  });
}
