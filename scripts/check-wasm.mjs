/**
 * Checks that the wasm in the package is the one that its source builds: packs dist/ as it stands, compiles the kernels again,
 * aside, and compares the bytes, also with those inside of index.js and allocation.js. Static data of the two modules that share a
 * memory must not meet.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closure, METAFILE } from "./build/bundles.mjs";
import { argumentsOf, TARGETS } from "./build/kernels.mjs";
import { runTool } from "./build/run.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const aside = mkdtempSync(join(tmpdir(), "shadowprice-wasm-"));
try {
  const packed = pack();
  const text = (file) => readFileSync(join(packed, file), "utf8");
  const holders = {
    engine: closure(JSON.parse(readFileSync(METAFILE, "utf8")), "dist/index.js"),
    allocation: ["dist/allocation.js"],
    scoring: ["dist/scoring.js"],
    learn: closure(JSON.parse(readFileSync(METAFILE, "utf8")), "dist/learn.js"),
  };
  for (const target of TARGETS) {
    const out = join(aside, `${target}.wasm`);
    await runTool("node_modules/assemblyscript/bin/asc.js", [...argumentsOf(target), "--outFile", out]);
    const built = readFileSync(out);
    const beside = join(packed, `dist/${target}.wasm`);
    if (existsSync(beside) && !readFileSync(beside).equals(built)) {
      throw new Error(`the packed ${target}.wasm is not what assembly/ builds`);
    }
    const inline = built.toString("base64").replace(/=+$/, "");
    if (!holders[target].some((file) => text(file).includes(inline))) {
      throw new Error(`${holders[target][0]} does not hold the ${target}.wasm that assembly/ builds`);
    }
    const [from, to] = target === "learn" ? [49_152, 65_536] : [1_024, 49_152];
    for (const [start, end] of staticData(built)) {
      if (start < from || end > to)
        throw new Error(`${target}.wasm has data at ${start} to ${end}, beyond ${from} to ${to}`);
    }
    console.log(`${target}.wasm, ${built.length} bytes, sha256 ${sha256(built)}: as its source builds it`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(aside, { recursive: true, force: true });
}

/** Where the active data segments of a module lie: [from, to). */
function staticData(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const found = [];
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 11) {
      for (let left = number(); left > 0; left--) {
        // Memory 0, i32.const address, end; then the bytes.
        if (number() !== 0 || bytes[at++] !== 0x41) throw new Error("a data segment of another kind than expected");
        const start = number();
        at++;
        const length = number();
        found.push([start, start + length]);
        at += length;
      }
    }
    at = end;
  }
  return found;
}

/** The folder of the package as npm packs it, without building it anew. */
function pack() {
  const args = ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", aside];
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" }));
  execFileSync("tar", ["-xzf", join(aside, filename), "-C", aside]);
  return join(aside, "package");
}
