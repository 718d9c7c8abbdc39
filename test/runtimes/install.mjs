import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
export const project = resolve(here, "../..");
/** Deno, Bun, other Nodes and wrangler: their own install, apart from the project's. */
export const tools = join(here, "node_modules");

/** Runs a program without standard input and gives its output; throws with all that it said when it fails. */
export function run(program, args, options) {
  return outputs(program, args, options).stdout;
}

/** As `run`, and gives what it said on stderr too. */
export function outputs(program, args, options = {}) {
  const settings = { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 300_000, maxBuffer: 2 ** 28 };
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, { ...settings, ...options });
  if (error) throw error;
  if (status === 0) return { stdout, stderr };
  const command = [basename(program), ...args].join(" ").slice(0, 200);
  const failure = new Error(`${command} ended with ${signal ?? status}:\n${stderr}${stdout.slice(0, 4_000)}`);
  throw Object.assign(failure, { status, stderr, stdout });
}

/** Packs the project and installs the tarball into an empty folder, as a stranger would. */
export function install() {
  if (!existsSync(join(tools, ".bin/wrangler"))) run("npm", ["ci", "--no-fund", "--no-audit"], { cwd: here });
  const folder = mkdtempSync(join(tmpdir(), "shadowprice-runtimes-"));
  const [{ filename }] = JSON.parse(
    run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], { cwd: project }),
  );
  const tarball = join(folder, filename);
  const app = join(folder, "app");
  cpSync(join(here, "apps"), app, { recursive: true });
  writeFileSync(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
  run("npm", ["install", "--no-fund", "--no-audit", tarball], { cwd: app });
  return { folder, app, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
