/** Several limits on the command line, whole processes: limits files, stock, resources in wide files, exit codes 3 and 4. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetWriteFile } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowprice-several-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function write(name: string, content: string | object): string {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return name;
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** Hours that offers use beside money; cy's b is closed, and so is what it would use. */
const OFFERS = `user_id,value_a,cost_a,value_b,cost_b,hours_a,hours_b,note
ann,2,1,3,3,0.5,2,x
bo,4,2,10,3,0.5,2,y
cy,1,1,,,0.25,,z
`;

const LIMITS = {
  budget: 6,
  minSpend: 1,
  minReturn: 1.5,
  stock: { a: 2 },
  groups: [{ name: "mail", offers: ["a"], atMost: 3, atLeast: 1 }],
  resources: [{ name: "hours", atMost: 2.5 }],
};

describe("allocate", () => {
  test("a limits file of every kind is met, and every limit is reported", () => {
    write("offers.csv", OFFERS);
    const { code, out, err } = run("allocate", "offers.csv", "--limits", write("limits.json", LIMITS));
    expect(err).toContain("columns that are no offers: note");
    expect(code).toBe(0);
    // Hours allow one b: bo's, with ann's a; cy's a would be a quarter hour too much.
    expect(read("offers.decisions.csv").split(/\r?\n/).slice(1, 4)).toEqual(["ann,a,2,1", "bo,b,10,3", "cy,,0,0"]);
    expect(out).toMatch(/budget\s+4\.00\s+at most 6\.00\s+changes nothing/);
    expect(out).toMatch(/resource hours\s+2\.50\s+at most 2\.50\s+brings/);
    expect(out).toMatch(/minReturn\s+3\.00\s+at least 1\.50/);
    expect(out).toMatch(/stock a\s+1\s+at most 2/);
    expect(out).toMatch(/group mail\s+1\.00\s+at least 1\.00/);
    expect(out).toContain("no plan within these limits is worth more than");
  });

  test("--json has the limits with used, limit and price; --stock wins over the file", () => {
    write("offers.csv", OFFERS);
    write("limits.json", { budget: 6, stock: { a: 2 } });
    const { code, out } = run("allocate", "offers.csv", "--limits", "limits.json", "--stock", "b=1", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result.value).toBe(13);
    expect(result.limits).toEqual([
      { name: "budget", kind: "at most", used: 5, limit: 6, price: 0 },
      expect.objectContaining({ name: "stock b", kind: "at most", used: 1, limit: 1 }),
    ]);
  });

  test("resources come from Parquet as well", () => {
    const column = (name: string, data: (number | null)[]) => ({ name, data, type: "DOUBLE" as const, nullable: true });
    parquetWriteFile({
      filename: join(folder, "offers.parquet"),
      columnData: [
        { name: "user_id", data: ["ann", "bo", "cy"], type: "STRING" },
        ...[column("value_a", [2, 4, 1]), column("cost_a", [1, 2, 1]), column("value_b", [3, 10, null])],
        ...[column("cost_b", [3, 3, null]), column("hours_a", [0.5, 0.5, 0.25]), column("hours_b", [2, 2, null])],
      ],
    });
    for (const reader of ["auto", "javascript"]) {
      const more = reader === "auto" ? [] : ["--reader", reader];
      const limits = write("limits.json", LIMITS);
      const { code, out, err } = run("allocate", "offers.parquet", "--limits", limits, "--json", ...more);
      expect(err).toMatch(/reader/);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ value: 12, counts: [1, 1] });
    }
  });

  test("no budget is needed where there is another limit", () => {
    write("offers.csv", OFFERS);
    expect(run("allocate", "offers.csv", "--stock", "b=1", "--json").code).toBe(0);
  });

  test("impossible is exit 3: the limits that clash, the nearest request, nothing written", () => {
    write("offers.csv", OFFERS);
    write("limits.json", { budget: 2, minSpend: 5 });
    const words = run("allocate", "offers.csv", "--limits", "limits.json");
    expect(words.code).toBe(3);
    expect(words.err).toMatch(/budget and minSpend cannot hold together/);
    const { code, out } = run("allocate", "offers.csv", "--limits", "limits.json", "--json");
    expect(code).toBe(3);
    const { status, clash, output } = JSON.parse(out);
    expect([status, output]).toEqual(["impossible", null]);
    expect(clash.limits.toSorted()).toEqual(["budget", "minSpend"]);
    expect(readdirSync(folder).sort()).toEqual(["limits.json", "offers.csv"]);
    expect(run("allocate", "offers.csv", "--limits", write("nearest.json", clash.nearest)).code).toBe(0);
  });

  test("not found is exit 4: the best try's worst limit, nothing written", () => {
    // Half a plan holds both, no whole plan does.
    write("one.csv", "user_id,value_a,cost_a\nann,5,10\n");
    write("limits.json", { groups: [{ name: "g", offers: ["a"], atMost: 5, atLeast: 5 }] });
    const { code, err } = run("allocate", "one.csv", "--limits", "limits.json");
    expect(code).toBe(4);
    expect(err).toMatch(/No plan within all limits was found/);
    expect(err).toMatch(/group g/);
    const json = run("allocate", "one.csv", "--limits", "limits.json", "--json");
    expect(json.code).toBe(4);
    expect(JSON.parse(json.out)).toMatchObject({ status: "not found", output: null, violation: { name: "group g" } });
    expect(readdirSync(folder).sort()).toEqual(["limits.json", "one.csv"]);
  });

  test.each([
    ["a resource without its columns", { resources: [{ name: "vans", atMost: 1 }] }, OFFERS, /vans_a.*is missing/],
    ["an amount that is missing", LIMITS, OFFERS.replace("0.5,2,y", ",2,y"), /row 2 \(line 3\), column "hours_a"/],
    ["an amount that is no number", LIMITS, OFFERS.replace("0.5,2,y", "much,2,y"), /"much" is not a number/],
    ["stock of part of a user", { stock: { a: 1.5 } }, OFFERS, /stock of a must be a whole number/],
    ["a group of offers that are not there", { groups: [{ name: "g", offers: ["z"], atMost: 1 }] }, OFFERS, /"z"/],
    [
      "a resource that comes twice",
      { resources: [1, 2].map((atMost) => ({ name: "hours", atMost })) },
      OFFERS,
      /there is a resource "hours" before it/,
    ],
    [
      "resources of a long file",
      { resources: [{ name: "hours", atMost: 1 }] },
      "user_id,offer,value,cost\nann,a,1,1\n",
      /wide/,
    ],
  ])("%s is exit 2", (_, limits, offers, message) => {
    write("offers.csv", offers);
    const { code, err } = run("allocate", "offers.csv", "--limits", write("limits.json", limits));
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe("frontier", () => {
  test("sweeps the budget with the other limits held", () => {
    write("offers.csv", OFFERS);
    const limits = write("limits.json", { stock: { b: 1 }, resources: [{ name: "hours", atMost: 2.5 }] });
    const { code, out } = run("frontier", "offers.csv", "--limits", limits, "--points", "4", "--json");
    expect(code).toBe(0);
    const { points } = JSON.parse(out);
    expect(points.length).toBe(4);
    expect(points[0].budget).toBe(0);
    expect(points.at(-1).value).toBeCloseTo(12, 6);
  });

  test("limits that clash at any budget are exit 3", () => {
    write("offers.csv", OFFERS);
    const limits = write("limits.json", { minSpend: 100 });
    expect(run("frontier", "offers.csv", "--limits", limits).code).toBe(3);
  });
});
