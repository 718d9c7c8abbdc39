/**
 * Checks that the wasm in the package is the one that its source builds: compiles it again, aside, and compares the bytes, also
 * with those inside of index.js.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closure, METAFILE } from "./build/bundles.mjs";
import { TARGETS } from "./build/kernels.mjs";
import { runTool } from "./build/run.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const aside = mkdtempSync(join(tmpdir(), "shadowprice-wasm-"));
const core = closure(JSON.parse(readFileSync(METAFILE, "utf8")), "dist/index.js");
try {
  for (const target of TARGETS) {
    const out = join(aside, `${target}.wasm`);
    await runTool("node_modules/assemblyscript/bin/asc.js", ["--target", target, "--outFile", out]);
    const built = readFileSync(out);
    const packed = readFileSync(`dist/${target}.wasm`);
    if (sha256(built) !== sha256(packed)) fail(`dist/${target}.wasm is not what assembly/ builds: ${sha256(built)}`);
    const inline = built.toString("base64").replace(/=+$/, "");
    if (!core.some((file) => readFileSync(file, "utf8").includes(inline)))
      fail(`index.js does not hold ${target}.wasm`);
    console.log(`dist/${target}.wasm ${packed.length} bytes, sha256 ${sha256(packed)}: as its source builds it`);
  }
} finally {
  rmSync(aside, { recursive: true, force: true });
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
