/** `shadowprice train` as a person runs it: whole processes of dist/cli.js, then score, allocate and evaluate on what it made. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Model } from "../../src/index.js";
import { parquet, temporaryFolder } from "../files/make.js";
import { randomOf } from "../learn/made.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = temporaryFolder();
const ARMS = ["none", "mail", "coupon"];
const CITIES = ["Kiel", "Ulm", "Bonn"];

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** Rows of a campaign: the mail works below 40, the coupon in Kiel and costs 5 when it is used. */
function campaign(rows: number, seed = 1): string[][] {
  const random = randomOf(seed);
  return Array.from({ length: rows }, (_, i) => {
    const [age, visits] = [Math.floor(18 + 60 * random()), Math.floor(10 * random())];
    const city = CITIES[Math.floor(3 * random())] as string;
    const arm = ARMS[Math.floor(3 * random())] as string;
    const effect = arm === "mail" ? (age < 40 ? 0.3 : 0) : arm === "coupon" ? (city === "Kiel" ? 0.4 : 0) : 0;
    const bought = Number(random() < 0.1 + 0.02 * visits + effect);
    const cost = arm === "mail" ? 1 : arm === "coupon" ? 5 * bought : 0;
    const opened = arm === "none" ? 0 : Number(random() < 0.4);
    return [`u${i}`, arm, bought, cost, age, random() < 0.05 ? "" : visits, city, opened].map(String);
  });
}

const HEAD = "user_id,arm,bought,cost,age,visits,city,opened";
function write(name: string, rows: readonly (readonly string[])[], head = HEAD): string {
  writeFileSync(join(folder, name), `${[head, ...rows.map((row) => row.join(","))].join("\n")}\n`);
  return name;
}

const rows = campaign(6_000);
const file = write("campaign.csv", rows);
const asked = ["--treatment", "arm", "--control", "none", "--outcome", "bought"];
const few = ["--trees", "10", "--learner", "uplift-forest"];
const json = (out: string) => JSON.parse(out);

describe("train", () => {
  test("makes a model of the file, which score reads with its texts, and allocate what that makes", () => {
    const { code, out, err } = run("train", file, ...asked, "--cost", "cost", "--without", "opened", ...few);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/uplift forest: 10 trees/);
    expect(out).toMatch(/3 of 3 columns, of them texts: city/);
    const scored = json(run("score", "campaign.model", file, "--json").out);
    expect(scored.columns.map(({ name }: { name: string }) => name)).toEqual([
      ...["value_coupon", "value_mail", "cost_coupon", "cost_mail"],
    ]);
    const lines = readFileSync(join(folder, "campaign.scores.csv"), "utf8").trim().split("\n").slice(1);
    const mean = (keep: (row: readonly string[]) => boolean) => {
      const kept = rows.flatMap((row, i) => (keep(row) ? [Number(lines[i]?.split(",")[1])] : []));
      return kept.reduce((sum, x) => sum + x, 0) / kept.length;
    };
    expect(mean((row) => row[6] === "Kiel") - mean((row) => row[6] !== "Kiel")).toBeGreaterThan(0.2);
    expect(run("allocate", "campaign.scores.csv", "--budget", "500", "--json").code).toBe(0);
    const judged = run("evaluate", "campaign.model", file, ...asked, "--resamples", "5", "--json");
    expect([judged.code, judged.err]).toEqual([0, ""]);
  });

  test("says in JSON what it did, and makes the same bytes again", () => {
    const first = json(run("train", file, ...asked, "--without", "cost,opened", ...few, "-o", "a.model", "--json").out);
    expect(first).toMatchObject({
      learner: "uplift forest",
      input: { path: "campaign.csv", format: "csv", rows: 6_000, left: [] },
      model: { path: "a.model", outputs: ["coupon", "mail"] },
      test: { usedBefore: 0 },
    });
    expect(first.test.overRandom.low).toBeGreaterThan(0);
    run("train", file, ...asked, "--without", "cost,opened", ...few, "-o", "b.model", "--json");
    const [a, b] = ["a.model", "b.model"].map((name) => readFileSync(join(folder, name)));
    expect(a?.equals(b as Buffer)).toBe(true);
    expect(Model.read(a as Buffer).about.training).toMatchObject({
      learner: "uplift forest",
      test: { fingerprint: first.test.fingerprint, uses: 1 },
    });
  });

  test("says so where the test rows have judged a model before", () => {
    const again = run("train", file, ...asked, "--without", "cost,opened,age", ...few, "-o", "a.model", "--json");
    expect(again.err).toMatch(/these test rows have judged 1 model before/);
    expect(json(again.out).test.usedBefore).toBe(1);
    const other = run("train", file, ...asked, "--without", "cost,opened", ...few, "-o", "a.model", "--seed", "2");
    expect(other.err).toBe("");
  });

  test("refuses a feature that came after the treatment, with the way out, and leaves nothing", () => {
    const before = readdirSync(folder);
    const { code, out, err } = run("train", file, ...asked, "-o", "leak.model", ...few);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/"cost" \(p = \S+\), "opened" \(p = \S+\) differ between the arms.*--without COL.*--allow COL/);
    expect(readdirSync(folder)).toEqual(before);
    const named = run("train", file, ...asked, "-o", "leak.model", "--allow", "cost,opened", ...few);
    expect([named.code, named.err]).toEqual([0, ""]);
    expect(named.out).toMatch(
      /2 features that differ between the arms, as was allowed \(least p = \S+, (cost|opened)\)/,
    );
  });

  test("of people who were chosen: refused as they are, trained with chances that are estimated", () => {
    const random = randomOf(8);
    const people = Array.from({ length: 3_000 }, (_, i) => {
      const age = Math.floor(18 + 60 * random());
      const mailed = random() < (age < 48 ? 0.7 : 0.3);
      const bought = Number(random() < 0.1 + 0.005 * age + (mailed ? 0.1 : 0));
      return [`u${i}`, mailed ? "mail" : "none", bought, age].map(String);
    });
    const chosen = write("chosen.csv", people, "user_id,arm,bought,age");
    const refused = run("train", chosen, ...asked, ...few);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/"age" \(p = \S+\) differs between the arms/),
    ]);
    const { code, out } = run("train", chosen, ...asked, "--estimate-propensity", ...few);
    expect(code).toBe(0);
    expect(out).toMatch(/chances +estimated from the features, out of fold: 0\.\d+ to 0\.\d+/);
    const both = run("train", chosen, ...asked, "--estimate-propensity", "--allow", "age", ...few);
    expect([both.code, both.out]).toEqual([2, ""]);
    expect(both.err).toMatch(/without --propensity and --allow/);
    const said = json(run("train", chosen, ...asked, "--estimate-propensity", "--json", ...few).out);
    expect(said.propensity).toMatchObject({ how: "estimated" });
    expect(said.test.worth.value).toBeGreaterThan(0);
  });

  test("without a learner compares some, prints the table and keeps the simplest of the best", () => {
    const { code, out } = run("train", file, ...asked, "--without", "cost,opened", "--trees", "20", "-o", "best.model");
    expect(code).toBe(0);
    for (const name of ["response", "s ", "t ", "uplift-forest", "causal-forest", "dr", "random"])
      expect(out).toContain(name);
    expect(out).toMatch(/kept/);
    expect(out).toMatch(/within one standard error of the best|brings most/);
  });

  test("demo uplift prints estimate and truth side by side", () => {
    const { code, out } = run("demo", "uplift", "--users", "4000", "--json");
    expect(code).toBe(0);
    const { told, policies, choice } = json(out);
    expect(choice.compared).toHaveLength(4);
    expect(told.map(({ offer }: { offer: string }) => offer)).toEqual(["6 %", "12 %"]);
    const [model, , truth] = policies;
    expect(truth.truly).toBeGreaterThan(model.truly);
    expect(truth.promised).toBeCloseTo(truth.truly, 1);
  });

  test("reads Parquet as it reads CSV", async () => {
    await parquet(
      join(folder, "campaign.parquet"),
      `SELECT user_id, arm, bought::DOUBLE bought, age::INTEGER age, visits::DOUBLE visits, city FROM read_csv('${join(folder, file)}')`,
    );
    const args = [...asked, ...few, "--features", "age,visits,city"];
    const csv = run("train", file, ...args, "-o", "c.model");
    const columnar = run("train", "campaign.parquet", ...args, "-o", "p.model");
    expect([csv.code, columnar.code, columnar.err]).toEqual([0, 0, ""]);
    const [a, b] = ["c.model", "p.model"].map((name) => readFileSync(join(folder, name)));
    expect(a?.equals(b as Buffer)).toBe(true);
  });

  test("warns of arms whose rows are not as the design says", () => {
    const args = ["--propensity", "none=0.5,mail=0.25,coupon=0.25", "--without", "cost,opened", ...few];
    const { code, err } = run("train", file, ...asked, ...args, "-o", "ratio.model");
    expect(code).toBe(0);
    expect(err).toMatch(/the arms have not the rows that --propensity says/);
  });

  test("leaves out columns that are as good as ids, and says so", () => {
    const named = rows.map((row) => [...row, `${row[0]}@example.org`]);
    const wide = write("wide.csv", named, `${HEAD},mail`);
    const { code, err } = run("train", wide, ...asked, "--without", "cost,opened", ...few);
    expect(code).toBe(0);
    expect(err).toMatch(/column "mail" was left out, as it has more than 1,000 different texts/);
  });

  test.each<[string, string[], RegExp]>([
    ["no such learner", ["--learner", "magic"], /there is no learner "magic"; there are .*uplift-forest/],
    ["no such column", ["--features", "height"], /there is no column "height"/],
    ["the outcome as a feature", ["--features", "age,bought"], /"bought" is no feature/],
    ["a cost of nobody", ["--cost", "mail=1,letter=2"], /--cost names the arm "letter"/],
    ["a cost that lacks an arm", ["--cost", "mail=1"], /--cost has nothing for the arm "coupon"/],
    ["an outcome of texts", ["--outcome", "city"], /"Kiel" is not a number|is not a number/],
    ["a control of nobody", ["--control", "nothing"], /no row has the control "nothing".*--control/],
    ["a propensity of 0", ["--propensity", "none=0,mail=0.5,coupon=0.5"], /propensity of arm "none" must be above 0/],
    ["a share of 1", ["--test", "1"], /Write a share from 0 to below 1/],
  ])("refuses %s", (_, args, message) => {
    const before = readdirSync(folder);
    const { code, out, err } = run(
      "train",
      file,
      ...asked,
      "--without",
      "cost,opened",
      ...few,
      ...args,
      "-o",
      "no.model",
    );
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("refuses a constant outcome and one arm, and says which", () => {
    const same = write(
      "same.csv",
      rows.map((row) => row.map((cell, c) => (c === 2 ? "1" : cell))),
    );
    expect(run("train", same, ...asked, "--without", "cost,opened").err).toMatch(/outcome is 1 in all rows/);
    const alone = write(
      "alone.csv",
      rows.filter((row) => row[1] === "none"),
    );
    expect(run("train", alone, ...asked, "--without", "cost,opened").err).toMatch(/all rows are in one arm, none/);
  });

  test("Ctrl-C ends it with nothing written", async () => {
    const before = readdirSync(folder);
    const args = ["train", file, ...asked, "--without", "cost,opened", "--trees", "20000", "-o", "late.model"];
    const child = spawn(process.execPath, [CLI, ...args, "--learner", "causal-forest"], { cwd: folder });
    let err = "";
    child.stderr.on("data", (text) => {
      err += text;
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect([code, err]).toEqual([130, expect.stringContaining("interrupted; nothing was written")]);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(folder, "late.model"))).toBe(false);
  });
});
