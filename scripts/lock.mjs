/**
 * Makes a package-lock.json whole again after `npm install`: names the optional packages of every platform.
 *
 * npm leaves out of the lock an optional package that its registry does not hand out (a mirror may carry only the
 * platforms of its users), and then `npm ci` refuses the lock as out of step. Those packages are pinned exactly by the package
 * that wants them, so their entries can be written from there; on the platforms that they are for, npm fetches them.
 */
import { readFileSync, writeFileSync } from "node:fs";

const LOCKS = ["package-lock.json", "test/runtimes/package-lock.json"];
const PLATFORM = /[-/](android|darwin|freebsd|linux|win32)-(arm64|ia32|x64)(?:-(musl|glibc))?$/;

for (const file of LOCKS) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const added = missing(lock.packages);
  const [root, ...rest] = Object.entries({ ...lock.packages, ...added });
  rest.sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries([root, ...rest]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: ${Object.keys(added).length} optional packages added`);
}

function missing(packages) {
  const added = {};
  for (const { optionalDependencies = {}, dev, peer } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`;
      const [, os, cpu, libc] = PLATFORM.exec(name) ?? [];
      if (packages[path] || !os || !/^\d/.test(version)) continue;
      added[path] = { version, cpu: [cpu], dev, libc: libc && [libc], optional: true, os: [os], peer };
    }
  }
  return added;
}
