/** The house has one direction (ARCHITECTURE.md): faces → files, pool → policy → problems → engine → wasm. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/** Floors of the house: a folder may import from floors below its own, and from itself. */
const FLOORS = [
  ["engine"],
  ["allocation", "planning", "uplift"],
  ["policy"],
  ["learn"], // what trains: forests and policies come out of it
  ["index.ts", "allocation.ts", "scoring.ts", "create.ts"], // the public API: where the core's pieces meet
  ["files"],
  ["pool"], // its workers read what comes as a file
  ["embedded"], // the examples that the faces show
  ["serve", "cli", "page"],
  ["mcp"],
];
/** The floor of the public API. */
const API = 4;

interface Import {
  from: string;
  to: string;
}

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const imports = sources.flatMap((name) => importsOf(name));
const specifiers = sources.flatMap((from) => specifiersOf(from).map((to) => ({ from, to })));

function specifiersOf(name: string): string[] {
  const text = readFileSync(join(SRC, name), "utf8");
  const statement = /^(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  return [...text.matchAll(statement)].map(([, plain, dynamic]) => (plain ?? dynamic) as string);
}

function importsOf(from: string): Import[] {
  const inside = specifiersOf(from).filter((to) => to.startsWith("."));
  return inside.map((to) => ({ from, to: relative(SRC, resolve(SRC, from, "..", to)).replace(/\.js$/, ".ts") }));
}

function floorOf(name: string): number {
  const folder = name.split("/")[0] as string;
  return FLOORS.findIndex((floor) => floor.includes(folder));
}

function isUpOrAcross({ from, to }: Import): boolean {
  const [a, b] = [from.split("/")[0], to.split("/")[0]];
  if (a === b || to.startsWith("..")) return false;
  // The command line starts the application.
  if (from === "cli/serve.ts" && (b === "serve" || b === "mcp")) return false;
  return floorOf(to) >= floorOf(from) && !(floorOf(from) === API && floorOf(to) === API);
}

const written = ({ from, to }: Import) => `${from} imports ${to}`;

describe("the source", () => {
  it("is read: every file, and its imports", () => {
    expect(sources).toContain("index.ts");
    expect(imports.map(written)).toContain("allocation/offers.ts imports engine/engine.ts");
  });

  it("stands on known floors", () => {
    const homeless = sources.filter((name) => floorOf(name) < 0);
    expect(homeless).toEqual([]);
  });

  it("imports only downwards: nothing a face, no problem another problem", () => {
    expect(imports.filter(isUpOrAcross).map(written)).toEqual([]);
  });

  it("asks for Node, or for packages, only above the core", () => {
    const outside = specifiers.filter(({ from, to }) => !to.startsWith(".") && floorOf(from) <= API);
    expect(outside.map(written).sort()).toEqual([
      "engine/engine.ts imports #wasm",
      "engine/engine.ts imports @assemblyscript/loader",
      "engine/learning.ts imports #learn",
      "engine/learning.ts imports @assemblyscript/loader",
    ]);
  });

  it("calls kernels only from the kernel.ts of their problem, or of a part of it", () => {
    const call = /\.kernels\b|\{[^}]*\bkernels\b[^}]*\} =|\blearningOf\(/;
    const callers = sources.filter((name) => call.test(readFileSync(join(SRC, name), "utf8")));
    expect(callers.filter((name) => !/^(engine\/(engine|learning)|\w+(\/\w+){0,2}\/kernel)\.ts$/.test(name))).toEqual(
      [],
    );
    expect(callers).toContain("allocation/kernel.ts");
  });

  it("asks Math for nothing that runtimes compute differently", () => {
    const inexact =
      /\bMath\.(?:exp|expm1|log|log1p|log2|log10|pow|sinh?|cosh?|tanh?|asinh?|acosh?|atanh?|atan2|cbrt|hypot)\b/;
    const core = sources.filter((name) => /^(engine|allocation|planning|policy|learn)\//.test(name));
    const code = (name: string) => readFileSync(join(SRC, name), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    // 2^32 · sin as a whole number: no last bit of a sine decides it (RFC 1321 made them so).
    expect(core.filter((name) => inexact.test(code(name)))).toEqual(["allocation/md5.ts"]);
  });
});
