/** `shadowprice evaluate` as a person runs it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Float64, Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { evaluate, type Forest, Model } from "../../src/index.js";
import { Random } from "../allocation/tables.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "shadowprice-evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const env = { ...process.env, LANG: "C.UTF-8" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "evaluate", ...args], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { code: status, out: stdout, err: stderr };
}

/** 600 people, offers "mail" and "call" and nothing; the effect grows with age for mail, falls for call. */
const random = new Random(11);
const uniform = () => random.below(1 << 24) / (1 << 24);
const people = Array.from({ length: 600 }, (_, i) => {
  const age = 20 + Math.floor(60 * uniform());
  const arm = ["nothing", "mail", "call"][random.below(3)] as string;
  const gain = arm === "mail" ? (age - 20) / 100 : arm === "call" ? (80 - age) / 100 : 0;
  return { arm, age, bought: Number(uniform() < 0.2 + gain), house: `h${i >> 1}`, guess: age / 100, chance: 1 / 3 };
});

function csv(rows: readonly Record<string, unknown>[], name = "trial.csv"): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names.join(","), ...rows.map((row) => names.map((key) => row[key] ?? "").join(","))];
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return name;
}

/** One tree: at most `at` goes left. */
function model(name: string, outputs: string[], at: number, values: number[], feature = "age"): string {
  const forest: Forest = {
    ...{ features: [feature], zeroMissing: Uint8Array.of(0), outputs, compares: "f64", sums: "f64", link: "identity" },
    ...{ start: new Float64Array(outputs.length), scale: 1, bias: new Float64Array(outputs.length).fill(-0) },
    ...{ roots: Uint32Array.of(0, 3), treeOutput: Int32Array.of(outputs.length > 1 ? -1 : 0) },
    ...{ feature: Int32Array.of(0, -1, -1), threshold: Float64Array.of(at, 0, outputs.length) },
    ...{ left: Uint32Array.of(1, 0, 0), right: Uint32Array.of(2, 0, 0), flags: new Uint8Array(3) },
    ...{ values: Float64Array.from(values), sets: [] },
  };
  writeFileSync(join(folder, name), Model.from(forest).bytes());
  return name;
}

const ASKED = ["--treatment", "arm", "--control", "nothing", "--outcome", "bought", "--resamples", "50"];

describe("evaluate", () => {
  const file = csv(people);

  test("scores in columns: what the API says, in every format", () => {
    const expected = evaluate(
      {
        treatment: people.map(({ arm }) => arm),
        control: "nothing",
        outcome: Float64Array.from(people, ({ bought }) => bought),
        scores: { guess: Float64Array.from(people, ({ guess }) => guess) },
      },
      { resamples: 50 },
    );
    const column = (key: "age" | "bought" | "guess") =>
      vectorFromArray(
        people.map((one) => one[key]),
        new Float64(),
      );
    const arrow = new Table({
      arm: vectorFromArray(
        people.map(({ arm }) => arm),
        new Utf8(),
      ),
      bought: column("bought"),
      guess: column("guess"),
    });
    writeFileSync(join(folder, "trial.arrow"), tableToIPC(arrow, "file"));
    const columnData = (["arm", "bought", "guess"] as const).map((name) => ({
      name,
      data: people.map((one) => one[name]),
      type: name === "arm" ? ("STRING" as const) : ("DOUBLE" as const),
    }));
    writeFileSync(join(folder, "trial.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
    for (const one of [file, "trial.arrow", "trial.parquet"]) {
      const { code, out, err } = run(one, ...ASKED, "--score", "guess", "--json");
      expect([code, err]).toEqual([0, ""]);
      const { comparisons } = JSON.parse(out);
      expect(comparisons).toEqual(JSON.parse(JSON.stringify(expected.comparisons)));
    }
  });

  test("a model with an output by arm, policies under a budget, clusters, a table and a chart", () => {
    const effects = model("effects.bin", ["value_call", "mail"], 50, [0.4, 0.1, 0.1, 0.4]);
    const flags = ["--cost", "mail=1,call=2", "--budget", "100,400", "--cluster", "house", "--propensity", "chance"];
    const { code, out } = run(effects, file, ...ASKED, ...flags);
    expect(code).toBe(0);
    expect(out).toContain("600 rows, 300 clusters (csv); outcome bought");
    expect(out).toMatch(/mail against nothing/);
    expect(out).toMatch(/qini\.sklift\s+-?0\.\d{4} \(/);
    expect(out).toContain("bought per row under a budget for 600 rows");
    expect(out).toMatch(/100\.00 {3}0\.\d{4} \(/);
    expect(out).toContain("everyone: mail");
    expect(out).toContain("⠤");
    const json = JSON.parse(run(effects, file, ...ASKED, ...flags, "--json").out);
    expect(json.policies["effects.bin"].points.map(({ budget }: { budget: number }) => budget)).toEqual([100, 400]);
    expect(json.units).toBe(300);
  });

  test("a model of one output stands for every arm; two models are told apart", () => {
    const one = model("one.bin", ["score"], 50, [0, 1]);
    const other = model("other.bin", ["score"], 30, [1, 0]);
    const { out } = run(one, other, file, ...ASKED, "--json");
    const { comparisons } = JSON.parse(out);
    const names = comparisons[0].scores.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["one.bin", "other.bin", "response model", "random"]);
  });
});

describe("what is refused exits with 2 and says why", () => {
  const file = csv(people, "good.csv");
  const cases: [string, () => string[], RegExp][] = [
    [
      "neither model nor scores",
      () => [file, ...ASKED],
      /give a model before the file, or columns with scores: --score/,
    ],
    [
      "a column that is not there",
      () => [file, ...ASKED, "--score", "gess"],
      /no column "gess"; its columns are arm, age/,
    ],
    [
      "a control that nobody is",
      () => [file, ...ASKED.with(3, "none"), "--score", "guess"],
      /no row has the control "none"/,
    ],
    [
      "one arm missing",
      () => [
        csv(
          people.filter(({ arm }) => arm === "nothing"),
          "alone.csv",
        ),
        ...ASKED,
        "--score",
        "guess",
      ],
      /all rows are in one arm/,
    ],
    [
      "propensities of 0",
      () => [
        csv(
          people.map((one) => ({ ...one, chance: 0 })),
          "zero.csv",
        ),
        ...ASKED,
        "--score",
        "guess",
        "--propensity",
        "chance",
      ],
      /propensity\[0\] must be above 0/,
    ],
    [
      "a score that is missing",
      () => [
        csv(
          people.map((one, i) => ({ ...one, guess: i === 3 ? "" : one.guess })),
          "gap.csv",
        ),
        ...ASKED,
        "--score",
        "guess",
      ],
      /row 4 \(line 5\), column "guess": the cell is missing/,
    ],
    ["an outcome that is text", () => [file, ...ASKED.with(5, "house"), "--score", "guess"], /"h0" is not a number/],
    [
      "a feature that is missing",
      () => [model("far.bin", ["score"], 1, [0, 1], "far"), file, ...ASKED],
      /lacks 1 of the features that far\.bin asks for: far/,
    ],
    ["no model", () => [file, file, ...ASKED], /good\.csv is no model/],
    ["a budget without costs", () => [file, ...ASKED, "--score", "guess", "--budget", "5"], /--budget needs costs/],
    [
      "costs that lack an arm",
      () => [file, ...ASKED, "--score", "guess", "--cost", "mail=1"],
      /nothing for the arm "call"/,
    ],
    ["no file", () => ["none.csv", ...ASKED, "--score", "guess"], /there is no such file/],
    [
      "a wrong number of resamples",
      () => [file, ...ASKED, "--score", "guess", "--resamples", "x"],
      /Write a whole number from 0 to 100000/,
    ],
  ];
  for (const [name, args, message] of cases) {
    test(name, () => {
      const { code, out, err } = run(...args());
      expect(err).toMatch(message);
      expect([code, out]).toEqual([2, ""]);
    });
  }
});
