/** What README shows is what happens: its programs run, and its printed answers are the answers. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { root, startWorker } from "./worker.js";

const readme = readFileSync(`${root}/README.md`, "utf8");
const folder = mkdtempSync(join(tmpdir(), "shadowprice-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The fenced blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (match) => match[1] ?? "",
  );
}

/**
 * The lines of a printed answer that are the answer: from the budget to the blank line after the offers. Not the distance to
 * the optimum, whose last digits are slack of the proof, nor the times below.
 */
function answer(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const from = lines.findIndex((line) => line.startsWith("budget"));
  const offers = lines.findIndex((line) => line.startsWith("offer "));
  return lines.slice(from, lines.indexOf("", offers)).filter((line) => !line.startsWith("off the optimum"));
}

function run(...args: string[]): string {
  const env = { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}/dist/cli.js`, ...args], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** What a program of README prints, by lines. */
function outputOf(program: string, file = "readme.mjs"): string[] {
  // Inside of the package, so that its own name resolves to it.
  const path = `${root}/build/${file}`;
  writeFileSync(path, program);
  const { stdout, stderr } = spawnSync(process.execPath, [path], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n");
}

describe("README", () => {
  test("the program in ten lines prints what its comments say", () => {
    const [program = ""] = blocks("js");
    const printed = outputOf(program);
    expect(printed).toEqual(["Uint8Array(3) [ 1, 2, 0 ] 12 12.5", "2", ""]);
    expect(program).toContain(`// ${printed[0]}`);
  });

  test("the program that merges totals prints what its comments say", () => {
    const program = blocks("js").find((block) => block.includes("mergeTotals")) ?? "";
    const said = program.split("\n").filter((line) => line.startsWith("// "));
    expect(said.length).toBe(3);
    expect(outputOf(program)).toEqual([...said.map((line) => line.slice(3)), ""]);
  });

  test("a model and a file of users become offers, and these decisions", () => {
    mkdirSync(join(folder, "examples"), { recursive: true });
    for (const name of ["model.json", "users.csv"])
      copyFileSync(`${root}/examples/${name}`, join(folder, "examples", name));
    const shown = blocks("console").find((block) => block.includes("shadowprice score")) ?? "";
    const commands = [...shown.matchAll(/^\$ npx shadowprice (.*)$/gm)].map(([, args]) => (args as string).split(" "));
    const [scores, decisions] = commands.map((args) => run(...args)) as [string, string];
    const table = (text: string) => text.split("\n").filter((line) => /^ {2}(column|value_|cost_)/.test(line));
    expect(table(shown).length).toBe(5);
    expect(table(scores)).toEqual(table(shown));
    expect(answer(shown.slice(shown.indexOf("$ npx shadowprice allocate")))).toEqual(answer(decisions));
  });

  test("the program that judges a model prints what its comments say", () => {
    const program = blocks("js").find((block) => block.includes("evaluate(")) ?? "";
    const said = program.split("\n").filter((line) => line.startsWith("// "));
    expect(outputOf(program)).toEqual([...said.map((line) => line.slice(3)), ""]);
  });

  test("the program that reads users again prints what its comment says", () => {
    const program = blocks("js").find((block) => block.includes("allocateStream")) ?? "";
    const said = program.split("\n").filter((line) => line.startsWith("// "));
    expect(outputOf(program)).toEqual([...said.map((line) => line.slice(3)), ""]);
  });

  test("the program that plans prints what its comments say", () => {
    const program = blocks("js").find((block) => block.includes("planBudget")) ?? "";
    const said = program.split("\n").filter((line) => line.startsWith("// "));
    expect(said.length).toBe(3);
    expect(outputOf(program)).toEqual([...said.map((line) => line.slice(3)), ""]);
  });

  test("the program that plans over time prints what its comment says", () => {
    const program = blocks("js").find((block) => block.includes("interactions")) ?? "";
    const said = program.split("\n").filter((line) => line.startsWith("// "));
    expect(outputOf(program)).toEqual([...said.map((line) => line.slice(3)), ""]);
  });

  test("npm start -- plan prints this answer", () => {
    const lasting = (text: string) => text.split("\n").filter((line) => !/^ +(time|off the optimum) /.test(line));
    const shown = lasting(blocks("text")[2] ?? "")
      .join("\n")
      .trim();
    expect(shown).toContain("tv");
    expect(lasting(run("demo", "plan")).join("\n").trim()).toBe(shown);
  });

  test("the edge program decides", async () => {
    const worker = await startWorker(blocks("js")[1] ?? "");
    try {
      expect((await worker.post("/decide", { values: [9, 14], costs: [1.5, 3.5] })).answer).toEqual({ choice: 1 });
    } finally {
      await worker.stop();
    }
  });

  test("the program that mounts the application answers under its path", () => {
    const program = blocks("js").find((block) => block.includes(".mount(")) ?? "";
    const asking = `
      const { default: app } = await import("./readme.mjs");
      console.log((await app.request("/offers/healthz")).status, (await app.request("/offers/v1/plans")).status);`;
    vi.stubEnv("SHADOWPRICE_KEYS", "a-key-of-the-readme");
    outputOf(program);
    expect(outputOf(asking, "asking.mjs").at(-2)).toBe("200 405");
  });

  const shown = [...readme.matchAll(/^```\w+\n\/\/ (examples\/\S+)\n([\s\S]*?)^```/gm)];
  test.each(shown.map(([, file, lines]) => [file, lines] as [string, string]))(
    "%s has the lines that are shown",
    (file, lines) => {
      const has = readFileSync(`${root}/${file}`, "utf8").split("\n");
      let from = 0;
      for (const line of lines.trimEnd().split("\n")) {
        const at = has.indexOf(line, from);
        expect(at, `${file} has no (further) line ${line}`).toBeGreaterThanOrEqual(0);
        from = at + 1;
      }
    },
  );

  test("all places are shown", () => {
    expect(shown.map(([, file]) => file?.split("/")[1])).toEqual([
      ...["node", "workers", "workers", "lambda", "azure", "service-worker"],
    ]);
  });

  test("npm start prints this answer", () => {
    const shown = answer(blocks("text")[0] ?? "");
    expect(shown.length).toBeGreaterThan(10);
    expect(answer(run("demo"))).toEqual(shown);
  });

  test("several limits hold at once on the example file, with hours beside it", () => {
    const [header = "", ...rows] = readFileSync(`${root}/examples/offers.csv`, "utf8").trim().split("\n");
    const hours = [`${header},hours_5off,hours_10off,hours_20off`, ...rows.map((row) => `${row},0.25,0.5,1`)];
    writeFileSync(join(folder, "hours.csv"), `${hours.join("\n")}\n`);
    const request = blocks("json")[0] ?? "";
    writeFileSync(join(folder, "limits.json"), request);
    const { status, limits } = JSON.parse(run("allocate", "hours.csv", "--limits", "limits.json", "--json"));
    expect(status).toBe("met");
    const named = ["budget", "minSpend", "minReturn", "resource hours", "stock 20off", "group mail", "group mail"];
    expect(limits.map(({ name }: { name: string }) => name)).toEqual(named);
    for (const { kind, used, limit } of limits) {
      if (kind === "at most") expect(used).toBeLessThanOrEqual(limit);
      else expect(used).toBeGreaterThanOrEqual(limit);
    }
  });

  test("allocate on the example file prints this answer", () => {
    copyFileSync(`${root}/examples/offers.csv`, join(folder, "offers.csv"));
    const shown = answer(blocks("text")[1] ?? "");
    expect(shown.length).toBeGreaterThan(7);
    expect(answer(run("allocate", "offers.csv", "--budget", "1500"))).toEqual(shown);
  });
});
