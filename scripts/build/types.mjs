import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { runTool } from "./run.mjs";

const OUT = "dist/types";
/** The compiler's types of the kernels, moved from build/, which is not published, to where the packed types find them. */
const KERNEL_TYPES = { engine: `${OUT}/engine/kernels.d.ts`, learn: `${OUT}/engine/kernels.learn.d.ts` };
/** What `import module from "shadowprice/engine.wasm"` gives on runtimes that import wasm as a module. */
const WASM_TYPES = "declare const module: WebAssembly.Module;\nexport default module;\n";

/** Emits the declarations and makes them stand alone: nothing in them points outside of dist/types. */
export async function buildTypes() {
  await runTool("node_modules/typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
  mkdirSync(`${OUT}/engine`, { recursive: true });
  for (const [module, path] of Object.entries(KERNEL_TYPES)) copyFileSync(`build/${module}.d.ts`, path);
  for (const name of readdirSync(OUT, { recursive: true })) {
    if (name.endsWith(".d.ts")) standAlone(join(OUT, name));
  }
  mkdirSync("dist", { recursive: true });
  for (const module of Object.keys(KERNEL_TYPES)) writeFileSync(`dist/${module}.wasm.d.ts`, WASM_TYPES);
}

function standAlone(path) {
  const text = readFileSync(path, "utf8");
  const moved = text.replace(/"(?:\.\.\/)+build\/(engine|learn)\.js"/g, (_, module) => {
    const kernels = relative(dirname(path), KERNEL_TYPES[module]).replace(/\.d\.ts$/, ".js");
    return `"${kernels.startsWith(".") ? kernels : `./${kernels}`}"`;
  });
  for (const [, specifier] of moved.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    const target = resolve(dirname(path), specifier.replace(/\.js$/, ".d.ts"));
    if (!existsSync(target)) throw new Error(`${path} refers to ${specifier}, which is not published`);
  }
  // `using` is younger than the libraries that many projects compile with.
  const dispose = moved.includes("[Symbol.dispose]") ? '/// <reference lib="esnext.disposable" />\n' : "";
  writeFileSync(path, dispose + moved);
}
