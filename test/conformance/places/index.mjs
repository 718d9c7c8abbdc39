/**
 * Every folder of examples/, installed beside the packed package and started for real, asked the whole suite. The first one's answers
 * are what all others must answer.
 */
import { cpSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { project, run } from "../../runtimes/install.mjs";
import { answersOf, compare } from "../suite.js";
import { azure, lambda } from "./handlers.mjs";
import { browser, serviceWorker } from "./pages.mjs";
import { bun, deno, node, workers } from "./servers.mjs";

const PLACES = { node, workers, deno, bun, lambda, azure, browser, "service-worker": serviceWorker };

export function conformanceChecks({ folder, tarball }) {
  const root = join(folder, "places");
  let first;
  return [
    { name: "examples: install", run: () => installExamples(root, tarball) },
    { name: "examples: node, a program", run: () => aProgram(join(root, "examples/node")) },
    ...Object.entries(PLACES).map(([place, start]) => ({
      name: `examples: ${place}`,
      async run() {
        const { ask, stop, after, options } = await start(join(root, "examples", place));
        try {
          const answers = await answersOf(ask, options);
          first ??= answers;
          compare(answers, first);
          await after?.();
        } finally {
          await stop?.();
        }
      },
    })),
  ];
}

/** What it prints is within the budget and its bound. */
function aProgram(folder) {
  const text = run(process.execPath, ["allocate.mjs"], { cwd: folder });
  const [value, bound, spent] = (text.match(/^value ([\d.]+), at most ([\d.]+) .* spent ([\d.]+)/) ?? [])
    .slice(1)
    .map(Number);
  if (value > 0 && value <= bound && spent <= 250_000 && /a new user gets/.test(text)) return;
  throw new Error(`it printed:\n${text}`);
}

/** One install for all of them, as npm's workspaces: each by its own package.json, the package itself from the tarball. */
function installExamples(root, tarball) {
  cpSync(join(project, "examples"), join(root, "examples"), { recursive: true });
  cpSync(tarball, join(root, basename(tarball)));
  writeFileSync(
    join(root, "package.json"),
    JSON.stringify({
      ...{ private: true, type: "module", workspaces: ["examples/*"] },
      dependencies: { shadowprice: `file:./${basename(tarball)}` },
    }),
  );
  // What only builds or serves (wrangler, Vite) is there already, in exact versions.
  run("npm", ["install", "--omit=dev", "--no-fund", "--no-audit"], { cwd: root });
}
