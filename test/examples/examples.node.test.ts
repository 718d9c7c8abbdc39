/** The examples run as they stand, against the built package. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

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
  let worker: Miniflare;
  beforeAll(async () => {
    // What wrangler does: the workerd entry of the package, its wasm uploaded as a module of its own.
    const bundle = await build({
      entryPoints: ["examples/edge/worker.js"],
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      external: ["*.wasm"],
    });
    worker = new Miniflare({
      modules: [
        { type: "ESModule", path: "worker.mjs", contents: bundle.outputFiles[0]?.text ?? "" },
        { type: "CompiledWasm", path: "engine.wasm", contents: readFileSync(`${root}/dist/engine.wasm`) },
      ],
      compatibilityDate: "2026-03-01",
      bindings: { PRICE: "3.5" },
      cf: false,
    });
    await worker.ready;
  });
  afterAll(() => worker?.dispose());

  async function post(path: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
    const response = await worker.dispatchFetch(`http://localhost${path}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  test("decides one user at the price", async () => {
    // At 3.5 the first is worth 9 − 5.25 and the second 14 − 12.25.
    expect(await post("/decide", { values: [9, 14], costs: [1.5, 3.5] })).toEqual({
      status: 200,
      answer: { choice: 1 },
    });
    expect((await post("/decide", { values: [1], costs: [1] })).answer).toEqual({ choice: 0 });
  });

  test("allocates a few users", async () => {
    const request = {
      budget: 5,
      options: ["a", "b"],
      values: [
        [2, 4],
        [3, 10],
      ],
      costs: [
        [1, 2],
        [3, 3],
      ],
    };
    const { status, answer } = await post("/allocate", request);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ status: "met", value: 12, cost: 4, choices: [1, 2] });
  });

  test("answers wrong input with 400 and what is wrong", async () => {
    const { status, answer } = await post("/decide", { values: [9, 14], costs: [1.5] });
    expect(status).toBe(400);
    expect(answer.error).toMatch(/2 values and 1 costs/);
    expect((await post("/decide", "{")).status).toBe(400);
  });
});
