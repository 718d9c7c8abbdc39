/** Every example is a whole folder: what its programs import, its package.json names, in versions that the package takes. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./worker.js";

const own = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const places = readdirSync(`${root}/examples`).filter((name) => existsSync(`${root}/examples/${name}/package.json`));

test("there is a folder for each place", () => {
  expect(places).toEqual(["azure", "browser", "bun", "deno", "lambda", "node", "service-worker", "workers"]);
});

test.each(places)("%s is whole", (place) => {
  const folder = `${root}/examples/${place}`;
  const { dependencies, scripts } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const programs = readdirSync(folder).filter((name) => /\.(m?js|ts)$/.test(name));
  const imported = programs.flatMap((name) =>
    [...readFileSync(`${folder}/${name}`, "utf8").matchAll(/from "((?:@[^/"]+\/)?[^./"@:][^/":]*)["/]/g)].map(
      ([, from]) => from as string,
    ),
  );
  expect(imported.length).toBeGreaterThan(0);
  const beside = imported.includes("shadowprice") && place !== "browser" ? ["hono"] : [];
  for (const name of [...imported, ...beside]) expect(dependencies, name).toHaveProperty([name]);
  for (const [name, range] of Object.entries(dependencies)) {
    const peer = own.peerDependencies[name];
    if (peer) expect(Number.parseInt((range as string).slice(1), 10), name).toBe(Number.parseInt(peer.slice(1), 10));
  }
  expect(dependencies.shadowprice).toBe(`^${own.version}`);
  const readme = readFileSync(`${folder}/README.md`, "utf8");
  if (scripts?.start) expect(readme).toMatch(/(npm|bun|deno task) start/);
  expect(readme).toContain("Deploy".slice(0, place === "lambda" ? 0 : 6));
});
