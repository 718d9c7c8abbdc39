/**
 * Makes package-lock.json whole again after `npm install`: names the optional packages of every platform.
 *
 * npm leaves out of the lock an optional package that its registry does not hand out (a mirror may carry only the
 * platforms of its users), and then `npm ci` refuses the lock as out of step. Those packages are pinned exactly by the package
 * that wants them, so their entries can be written from there; on the platforms that they are for, npm fetches them.
 */
import { readFileSync, writeFileSync } from "node:fs";

const PLATFORM = /-(android|darwin|freebsd|linux|win32)-(arm64|ia32|x64)(?:-(musl))?$/;

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const added = {};
for (const { optionalDependencies = {}, dev, peer } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    const [, os, cpu, musl] = PLATFORM.exec(name) ?? [];
    if (lock.packages[path] || !os || !/^\d/.test(version)) continue;
    const libc = os === "linux" ? [musl ?? "glibc"] : undefined;
    added[path] = { version, cpu: [cpu], dev, libc, optional: true, os: [os], peer };
  }
}

const [root, ...rest] = Object.entries({ ...lock.packages, ...added });
rest.sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries([root, ...rest]);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${Object.keys(added).length} optional packages named`);
for (const path of Object.keys(added)) console.log(`  ${path}`);
