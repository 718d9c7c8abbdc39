/** `shadowprice plan` as a person runs it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { trap } from "../planning/instances.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "shadowprice-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const env = { ...process.env, LANG: "C.UTF-8" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return name;
}

describe("plan", () => {
  test("prints where the money goes and the proof", () => {
    const { code, out } = run("plan", file("plan.json", trap()));
    expect(code).toBe(0);
    expect(out).toMatch(/search\s+60\.00\s+100\.0 %\s+63\.34/);
    expect(out).toContain("no plan within the limits brings more than 63.34");
    expect(out).toContain("Not used: tv.");
  });

  test("--json prints one object; --budget wins over the file", () => {
    const { code, out } = run("plan", file("plan.json", trap()), "--budget", "70", "--json", "--method", "separable");
    expect(code).toBe(0);
    const plan = JSON.parse(out);
    expect(plan).toMatchObject({ status: "met", schema: 1, spent: 70, method: "separable" });
    expect(plan.response).toBeCloseTo(73.291, 3);
  });

  test("limits that clash exit with 3 and name the nearest plan", () => {
    const channels = trap().channels.map((channel) => ({ ...channel, min: 35 }));
    const { code, out, err } = run("plan", file("clash.json", { budget: 60, channels }));
    expect([code, out]).toEqual([3, ""]);
    expect(err).toContain("10 too much");
    expect(err).toContain('"budget":70');
    const json = run("plan", "clash.json", "--json");
    expect([json.code, JSON.parse(json.out).status]).toEqual([3, "impossible"]);
  });

  test.each([
    ["an unknown field", { ...trap(), bugdet: 1 }, "bugdet: there is no such field"],
    ["no JSON", "{", "is not JSON"],
    ["a wrong number", { ...trap(), budget: -1 }, "budget must be at least 0"],
  ])("%s exits with 2", (_, content, message) => {
    const { code, err } = run("plan", file("bad.json", content));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("a file that is not there exits with 2, as does an unknown method", () => {
    expect(run("plan", "nothing.json").code).toBe(2);
    expect(run("plan", file("plan.json", trap()), "--method", "genetic").code).toBe(2);
  });
});
