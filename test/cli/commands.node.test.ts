/** The command line as a person runs it: whole processes of dist/cli.js, told apart by what they print and exit with. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowprice-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: "1", LANG: "C.UTF-8" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { code: status, out: stdout, err: stderr };
}

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");

/**
 * Best within 5: bo's ten for 3 and ann's two for 1 leave 1, which buys nothing more; every other pair is worth less.
 *   ann  a 2 for 1, b 3 for 3      bo  a 4 for 2, b 10 for 3      cy  none of worth
 */
const OFFERS = "user_id,value_a,cost_a,value_b,cost_b\nann,2,1,3,3\nbo,4,2,10,3\ncy,-1,1,,\n";

const one = (x: number) => vectorFromArray([x], new Float64());
const ARROW = tableToIPC(new Table({ user_id: vectorFromArray(["ann"]), value_a: one(2), cost_a: one(1) }), "file");

describe("allocate", () => {
  test("writes the best decisions beside the file and reports them", () => {
    const { code, out } = run("allocate", write("offers.csv", OFFERS), "--budget", "5");
    expect(code).toBe(0);
    expect(read("offers.decisions.csv").split(/\r?\n/).slice(0, 4)).toEqual([
      "user_id,offer,value,cost",
      "ann,a,2,1",
      "bo,b,10,3",
      "cy,,0,0",
    ]);
    expect(out).toContain("offers.decisions.csv");
    expect(out).toMatch(/expected value\s+12\.00/);
    expect(out).toMatch(/spent\s+4\.00/);
    expect(out, "no colour where the output is piped").not.toContain("\u001b");
  });

  test("--exact says that the optimum is proven, or why it is not", () => {
    write("offers.csv", OFFERS);
    const proven = run("allocate", "offers.csv", "--budget", "5", "--exact");
    expect(proven.code).toBe(0);
    expect(proven.out).toMatch(/off the optimum\s+0[^\n]*proven optimal/);
    const { out } = run("allocate", "offers.csv", "--budget", "4.5", "--exact", "--time-limit", "60", "--json");
    expect(JSON.parse(out)).toMatchObject({ value: 12, bound: 12, gap: 0, valueUnit: 1 });
    expect(JSON.parse(out)).not.toHaveProperty("stopped");
    const refused = run("allocate", "offers.csv", "--budget", "5", "--exact", "--stock", "a=1");
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/exact proves one budget only/);
    expect(run("allocate", "offers.csv", "--budget", "5", "--exact", "--time-limit", "-1").code).toBe(2);
  });

  test("--json prints one object and nothing else", () => {
    write("offers.csv", OFFERS);
    const { code, out } = run("allocate", "offers.csv", "--budget", "5", "--output", "plan.csv", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      schema: 1,
      status: "met",
      users: 3,
      options: ["a", "b"],
      value: 12,
      cost: 4,
      counts: [1, 1],
      none: 1,
      input: { path: "offers.csv", format: "csv", layout: "wide" },
      output: { path: "plan.csv", users: 3, value: 12, cost: 4 },
    });
    // The relaxation of this instance: ann's and bo's best steps, and half of ann's second for the last unit of money.
    expect(result.bound).toBeCloseTo(12.5, 6);
    expect(result.gap).toBeCloseTo(0.5 / 12.5, 6);
    expect(result.choices).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(["offers.csv", "plan.csv"]);
  });

  test("the budget may stand in the limits file; the command line wins", () => {
    write("offers.csv", OFFERS);
    write("limits.json", '{"budget": 1}');
    const value = (...args: string[]) =>
      JSON.parse(run("allocate", "offers.csv", "--limits", "limits.json", "--json", ...args).out).value;
    expect(value()).toBe(2);
    expect(value("--budget", "3")).toBe(10);
  });

  test("impossible is exit 3, says what clashes, and writes nothing", () => {
    write("offers.csv", OFFERS.replace("cy,-1,1,,", "cy,-1,1,0,9"));
    const words = run("allocate", "offers.csv", "--budget", "2", "--exactly-one");
    expect(words.code).toBe(3);
    expect(words.err).toMatch(/the cheapest choices cost 4 and the budget is 2/);
    const { code, out } = run("allocate", "offers.csv", "--budget", "2", "--exactly-one", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ status: "impossible", output: null, clash: { nearest: { budget: 4 } } });
    expect(readdirSync(folder)).toEqual(["offers.csv"]);
  });

  test.each([
    ["no file", ["allocate", "missing.csv", "--budget", "5"], /missing\.csv/],
    ["no budget", ["allocate", "offers.csv"], /give a budget/],
    ["a budget that is no number", ["allocate", "offers.csv", "--budget", "much"], /--budget/],
    ["an unknown option", ["allocate", "offers.csv", "--budgets", "5"], /--budgets/],
    [
      "stock of an offer that is not there",
      ["allocate", "offers.csv", "--budget", "5", "--stock", "z=1"],
      /stock.*"z"/,
    ],
    [
      "an unknown key in the limits",
      ["allocate", "offers.csv", "--limits", "bad.json"],
      /bad\.json: unknown key bugdet/,
    ],
    ["the input as output", ["allocate", "offers.csv", "--budget", "5", "--output", "./offers.csv"], /is the input/],
    ["text in a number", ["allocate", "text.csv", "--budget", "5"], /cost_a/],
    ["an unknown command", ["alocate"], /alocate/],
    [
      "a reader that does not read this",
      ["allocate", "x.arrow", "--budget", "5", "--reader", "duckdb"],
      /duckdb.*Arrow/,
    ],
    ["an unknown reader", ["allocate", "offers.csv", "--budget", "5", "--reader", "excel"], /excel/],
  ])("%s is exit 2, named on stderr, and nothing on stdout", (_, args, message) => {
    write("offers.csv", OFFERS);
    write("bad.json", '{"bugdet": 5}');
    write("text.csv", "user_id,value_a,cost_a\n1,2,much\n");
    writeFileSync(join(folder, "x.arrow"), ARROW);
    const { code, out, err } = run(...args, ...(args[0] === "allocate" ? ["--json"] : []));
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(read("offers.csv")).toBe(OFFERS);
    expect(readdirSync(folder).sort()).toEqual(["bad.json", "offers.csv", "text.csv", "x.arrow"]);
  });

  test("Arrow is read by JavaScript, and stderr says why; a CSV by either, to the same bytes", () => {
    writeFileSync(join(folder, "x.arrow"), ARROW);
    expect(run("allocate", "x.arrow", "--budget", "5").err).toMatch(/^reader: javascript \(Arrow\)\n/);
    write("offers.csv", OFFERS);
    const bytes = ["duckdb", "javascript"].map((reader) => {
      const { err } = run("allocate", "offers.csv", "--budget", "5", "--output", "out.csv", "--reader", reader);
      expect(err).toBe(`reader: ${reader}\n`);
      return read("out.csv");
    });
    expect(bytes[0]).toBe(bytes[1]);
  });

  test("stderr names the reader, and the columns that are no offers", () => {
    write("offers.csv", OFFERS.replace("user_id", "user_id,city").replaceAll(/^(ann|bo|cy)/gm, "$1,Bonn"));
    const { code, err } = run("allocate", "offers.csv", "--budget", "5");
    expect(code).toBe(0);
    expect(err).toMatch(/reader: javascript/);
    expect(err).toMatch(/no offers: city/);
    expect(read("offers.decisions.csv")).toContain("ann,a,2,1");
  });

  test("an output whose folder is not there is wrong usage", () => {
    write("offers.csv", OFFERS);
    const { code, err } = run("allocate", "offers.csv", "--budget", "5", "--output", "nowhere/plan.csv");
    expect(err).toMatch(/nowhere/);
    expect(code).toBe(2);
  });
});

describe("frontier", () => {
  test("--json: values rise with the budget, up to everything", () => {
    write("offers.csv", OFFERS);
    const { code, out } = run("frontier", "offers.csv", "--points", "7", "--json");
    expect(code).toBe(0);
    const { points, most } = JSON.parse(out);
    expect(most).toBe(6);
    expect(points.map((point: { budget: number }) => point.budget)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // Hull steps by efficiency: bo's b 10 for 3, ann's a 2 for 1, ann's b 1 more for 2.
    const values = [0, 10 / 3, 20 / 3, 10, 12, 12.5, 13];
    points.forEach((point: { value: number; bound: number }, i: number) => {
      expect(point.value).toBeCloseTo(values[i] as number, 4);
      expect(point.bound).toBeGreaterThanOrEqual((values[i] as number) - 1e-9);
    });
  });

  test("draws the curve", () => {
    write("offers.csv", OFFERS);
    const { code, out } = run("frontier", "offers.csv");
    expect(code).toBe(0);
    expect(out).toContain("expected value");
    expect(out).toMatch(/[\u2801-\u28ff]/);
  });
});

describe("demo", () => {
  test("--json: the decisions in the file are the answer, and the same seed gives the same bytes", () => {
    const { code, out } = run("demo", "--users", "3000", "--seed", "7", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(out);
    const [header, ...lines] = read("decisions.csv").trimEnd().split("\n");
    expect(header).toBe("user_id,offer,value,cost");
    expect(lines.length).toBe(3000);
    const cells = lines.map((line) => line.split(","));
    expect(cells.map(([id]) => id)).toEqual(lines.map((_, i) => String(i + 1)));
    const counts = result.options.map((name: string) => cells.filter(([, offer]) => offer === name).length);
    expect(result.counts).toEqual(counts);
    const sum = (column: number) => cells.reduce((total, row) => total + Number(row[column]), 0);
    expect(sum(3)).toBeLessThanOrEqual(result.budget);
    expect(sum(3)).toBeCloseTo(result.cost, 3);
    expect(sum(2)).toBeCloseTo(result.value, 3);
    expect(result.bound).toBeGreaterThanOrEqual(result.value);
    expect(result.gap).toBeLessThan(1e-3);
    const before = read("decisions.csv");
    run("demo", "--users", "3000", "--seed", "7", "--json");
    expect(read("decisions.csv")).toBe(before);
    run("demo", "--users", "3000", "--seed", "8", "--json");
    expect(read("decisions.csv")).not.toBe(before);
  });

  test("a budget that no plan meets is exit 3 and writes nothing; a budget of nothing is met", () => {
    const { code, out } = run("demo", "--users", "100", "--budget", "-5", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ status: "impossible", output: null });
    expect(run("demo", "--users", "100", "--budget", "-5").err).toMatch(/No plan can meet/);
    expect(readdirSync(folder)).toEqual([]);
    const nothing = run("demo", "--users", "100", "--budget", "0");
    expect(nothing.code).toBe(0);
    expect(nothing.out).toMatch(/the first 1 spent would bring/);
    expect(nothing.out).not.toMatch(/NaN|Infinity/);
  });

  test("writes Parquet where the output is named so", () => {
    expect(run("demo", "--users", "500", "--output", "plan.parquet").code).toBe(0);
    expect(readFileSync(join(folder, "plan.parquet")).subarray(0, 4).toString()).toBe("PAR1");
  });

  test("tells what a person asks, and how to go on", () => {
    const { code, out, err } = run("demo", "--users", "2000");
    expect(code).toBe(0);
    for (const word of ["budget", "spent", "expected value", "price of money", "off the optimum", "half the budget"]) {
      expect(out).toContain(word);
    }
    expect(out).toContain(join(folder, "decisions.csv"));
    expect(out).toMatch(/allocate offers\.csv --budget/);
    expect(err).toBe("");
  });

  test("Ctrl-C leaves nothing behind", async () => {
    const child = spawn(process.execPath, [CLI, "demo", "--users", "400000"], { cwd: folder, stdio: "ignore" });
    const closed = new Promise<number | null>((resolve) => {
      child.on("close", (code) => resolve(code));
    });
    // As soon as it writes: the file aside is there, the decisions are not.
    const deadline = Date.now() + 30_000;
    while (readdirSync(folder).length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(existsSync(join(folder, "decisions.csv"))).toBe(false);
    child.kill("SIGINT");
    expect(await closed).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("--help names commands and exit codes, and is no failure", () => {
  const { code, out } = run("--help");
  expect(code).toBe(0);
  expect(out).toMatch(/allocate[\s\S]*frontier[\s\S]*demo[\s\S]*3 impossible/);
  expect(run().code).toBe(2);
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(run("--version")).toMatchObject({ code: 0, out: `${version}\n` });
});
