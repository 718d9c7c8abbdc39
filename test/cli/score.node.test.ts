/** `shadowprice score` as a person runs it: whole processes of dist/cli.js. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { Model } from "../../src/index.js";
import { parquet, sql, temporaryFolder } from "../files/make.js";
import { makeForest, seeded } from "../uplift/forests.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = temporaryFolder();

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");
const outputs = ["5off", "10off"];
const model = Model.from({
  ...makeForest({ trees: 25, leaves: 12, features: 3, outputs: 2, missing: "any" }),
  features: ["age", "visits", "spent"],
  outputs,
});
const single = Model.from({ ...makeForest({ trees: 9, leaves: 12, features: 2 }), features: ["age", "spent"] });
write("model.bin", model.bytes());
write("single.bin", single.bytes());

/** Users with some numbers missing; every score as the API gives it. */
function users(count: number): { csv: string; scores: Record<string, Float64Array> } {
  const random = seeded(3);
  const columns = [0, 1, 2].map(() =>
    Float64Array.from({ length: count }, () => (random() < 0.1 ? Number.NaN : random() * 2 - 1)),
  );
  const cell = (x: number | undefined) => (Number.isNaN(x) ? "" : String(x));
  const lines = Array.from(
    { length: count },
    (_, i) => `u${i},${columns.map((column) => cell(column[i])).join(",")},x`,
  );
  const [age, visits, spent] = columns as [Float64Array, Float64Array, Float64Array];
  return {
    csv: `user_id,age,visits,spent,note\n${lines.join("\n")}\n`,
    scores: model.score({ age, visits, spent }),
  };
}

describe("score", () => {
  const { csv, scores } = users(5_000);
  write("users.csv", csv);

  test("writes user_id and value_NAME beside the file, the numbers of the API to the bit", () => {
    const { code, out, err } = run("score", "model.bin", "users.csv");
    expect([code, err]).toEqual([0, expect.stringContaining("allocate asks for a cost beside every value")]);
    expect(out).toContain("users.scores.csv");
    const lines = read("users.scores.csv").trimEnd().split("\n");
    expect(lines[0]).toBe("user_id,value_5off,value_10off");
    expect(lines.slice(1)).toEqual(
      Array.from({ length: 5_000 }, (_, i) => `u${i},${outputs.map((name) => scores[name]?.[i]).join(",")}`),
    );
  });

  test("with costs its output is an offer file that allocate reads", () => {
    expect(run("score", "model.bin", "users.csv", "--output", "offers.csv", "--cost", "5off=5,10off=10").code).toBe(0);
    const { code, out } = run("allocate", "offers.csv", "--budget", "500", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "met", users: 5_000, options: ["5off", "10off"] });
  });

  test("--json prints one object: what was read, what was written, what came out", () => {
    const { code, out } = run("score", "model.bin", "users.csv", "--json", "--cost", "2");
    const mean = (scores["10off"] as Float64Array).reduce((sum, x) => sum + x, 0) / 5_000;
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ users: 5_000, output: { path: "users.scores.csv" }, input: { format: "csv" } });
    expect(answer.columns.map(({ name }: { name: string }) => name)).toEqual([
      "value_5off",
      "value_10off",
      "cost_5off",
      "cost_10off",
    ]);
    expect(answer.columns[1].mean).toBeCloseTo(mean, 12);
    expect(answer.columns[2]).toMatchObject({ mean: 2, least: 2, most: 2 });
  });

  test("takes costs of the file; a NULL cost closes the offer", () => {
    write("costs.csv", "user_id,age,spent,cost_score\n7,0.5,0.25,3\n8,,1e3,\n9,-inf,NaN,4\n");
    expect(run("score", "single.bin", "costs.csv").code).toBe(0);
    const one = (age: number, spent: number) => single.score([age, spent])[0];
    expect(read("costs.scores.csv")).toBe(
      `user_id,value_score,cost_score\n7,${one(0.5, 0.25)},3\n8,,\n9,${one(-Infinity, Number.NaN)},4\n`,
    );
  });

  test("reads and writes Parquet and Arrow; ids keep their type", async () => {
    const rows =
      "SELECT range::UINTEGER user_id, (range / 100)::FLOAT age, CASE WHEN range % 7 > 0 THEN range % 3 END spent FROM range(3000)";
    await parquet(join(folder, "users.parquet"), rows);
    expect(run("score", "single.bin", "users.parquet", "--cost", "1").code).toBe(0);
    expect(run("score", "single.bin", "users.parquet", "--output", "users.arrow").code).toBe(0);
    expect(run("score", "single.bin", "users.parquet", "--output", "from.csv").code).toBe(0);
    const age = Float64Array.from({ length: 3_000 }, (_, i) => Math.fround(i / 100));
    const spent = Float64Array.from({ length: 3_000 }, (_, i) => (i % 7 > 0 ? i % 3 : Number.NaN));
    const expected = single.score({ age, spent }).score as Float64Array;
    const written = await sql(
      `SELECT typeof(user_id) t, user_id, value_score v, cost_score c FROM '${join(folder, "users.scores.parquet")}'`,
    );
    expect(written.map(({ t, user_id, c }) => `${t} ${user_id} ${Number(c)}`)).toEqual(
      Array.from(expected, (_, i) => `UINTEGER ${i} 1`),
    );
    expect(Float64Array.from(written, ({ v }) => Number(v))).toEqual(expected);
    const arrow = tableFromIPC(readFileSync(join(folder, "users.arrow")));
    expect(Float64Array.from(arrow.getChild("value_score")?.toArray() ?? [])).toEqual(expected);
    expect(arrow.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "user_id Uint32",
      "value_score Float64",
    ]);
    expect(run("score", "single.bin", "users.arrow").err).toContain(
      'column "age": is missing, and the model asks for it',
    );
    expect(read("from.csv").split("\n")[2]).toBe(`1,${expected[1]}`);
  });

  test.each<[string, string[], string | RegExp]>([
    [
      "a column is missing",
      ["single.bin", "missing.csv"],
      'column "spent": is missing, and the model asks for it; there are "user_id", "age"',
    ],
    [
      "a name differs in case",
      ["single.bin", "case.csv"],
      'column "spent": is missing, and the model asks for it; "Spent" must be written "spent"',
    ],
    ["there is no user_id", ["single.bin", "ids.csv"], 'column "user_id": is missing'],
    ["an id is missing", ["single.bin", "noid.csv"], 'row 2 (line 3), column "user_id": the id is missing'],
    ["a cell is no number", ["single.bin", "text.csv"], 'row 2 (line 3), column "age": "old" is not a number'],
    ["the model is cut", ["cut.bin", "users.csv"], /cut.bin: the model has \d+ bytes by its header/],
    ["the model is none", ["users.csv", "users.csv"], "shadowprice: users.csv: "],
    ["there is no model", ["nothing.bin", "users.csv"], "nothing.bin: there is no such file"],
    ["there is no file", ["single.bin", "nothing.csv"], "nothing.csv"],
    ["the output is the input", ["model.bin", "users.csv", "--output", "users.csv"], "is the input itself"],
    [
      "--cost names no offer",
      ["model.bin", "users.csv", "--cost", "50off=1"],
      'names "50off"; the model has "5off", "10off"',
    ],
    ["--cost is no number", ["model.bin", "users.csv", "--cost", "5off=x"], '"5off=x" must be N or OFFER=N'],
  ])("%s: exit code 2, a line that says where, and no output", (_, args, message) => {
    write("missing.csv", "user_id,age\n1,2\n");
    write("case.csv", "user_id,age,Spent\n1,2,3\n");
    write("ids.csv", "age,spent\n1,2\n");
    write("noid.csv", "user_id,age,spent\n1,2,3\n,2,3\n");
    write("text.csv", "user_id,age,spent\n1,2,3\n2,old,3\n");
    write("cut.bin", single.bytes().subarray(0, 200));
    const { code, out, err } = run("score", ...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
    expect(existsSync(join(folder, `${(args[1] as string).replace(".csv", "")}.scores.csv`))).toBe(
      args[1] === "users.csv",
    );
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
