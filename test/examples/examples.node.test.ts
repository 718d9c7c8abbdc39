/** The examples run as they stand, against the built package. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root, startWorker, type Worker } from "./worker.js";

test("node", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["examples/node/allocate.mjs"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const [value, bound, spent] = (stdout.split("\n")[0]?.match(/[\d.]+/g) ?? []).map(Number);
  expect(value).toBeGreaterThan(0);
  expect(bound).toBeGreaterThanOrEqual(value as number);
  expect(spent).toBeLessThanOrEqual(250_000);
  expect(stdout).toMatch(/a new user gets /);
});

describe("edge", () => {
  let worker: Worker;
  beforeAll(async () => {
    worker = await startWorker(readFileSync(`${root}/examples/edge/worker.js`, "utf8"));
  });
  afterAll(() => worker?.stop());

  test("decides one user at the price", async () => {
    // At 3.5 the first is worth 9 − 5.25 and the second 14 − 12.25.
    expect(await worker.post("/decide", { values: [9, 14], costs: [1.5, 3.5] })).toEqual({
      status: 200,
      answer: { choice: 1 },
    });
    expect((await worker.post("/decide", { values: [1], costs: [1] })).answer).toEqual({ choice: 0 });
  });

  test("allocates a few users", async () => {
    const values = [
      [2, 4],
      [3, 10],
    ];
    const costs = [
      [1, 2],
      [3, 3],
    ];
    const { status, answer } = await worker.post("/allocate", { budget: 5, options: ["a", "b"], values, costs });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ status: "met", value: 12, cost: 4, choices: [1, 2] });
  });

  test("answers wrong input with 400 and what is wrong", async () => {
    const { status, answer } = await worker.post("/decide", { values: [9, 14], costs: [1.5] });
    expect(status).toBe(400);
    expect(answer.error).toMatch(/2 values and 1 costs/);
    expect((await worker.post("/decide", "{")).status).toBe(400);
  });
});
