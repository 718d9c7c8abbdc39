import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UsageError } from "../../src/cli/failure.js";
import { checkLimits, readLimits } from "../../src/cli/limits.js";
import { makeRequest, parseNumber, parseStock, parseWhole } from "../../src/cli/request.js";

const folder = mkdtempSync(join(tmpdir(), "shadowprice-limits-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("the limits file", () => {
  test("takes every key of a request", () => {
    const request = {
      budget: 10,
      exactlyOne: true,
      unit: 0.01,
      stock: { "5 off": 3 },
      groups: [{ name: "mail", offers: ["5 off"], atMost: 4, atLeast: 1 }],
      minReturn: 2,
      minSpend: 1,
      resources: [{ name: "calls", atMost: 9 }],
      exact: false,
    };
    expect(readLimits(file("all.json", JSON.stringify(request)))).toEqual(request);
  });

  test.each([
    [{ budgets: 10 }, /unknown key budgets; known are budget, exactlyOne/],
    [{ budget: "10" }, /budget must be a number, got "10"/],
    [{ exactlyOne: 1 }, /exactlyOne must be true or false, got 1/],
    [{ stock: { five: "2" } }, /stock\.five must be a number, got "2"/],
    [{ stock: [1] }, /stock must be an object, got \[1\]/],
    [{ groups: [{ name: "a", offers: ["x"], atmost: 1 }] }, /unknown key groups\[0\]\.atmost/],
    [{ groups: [{ name: "a" }] }, /groups\[0\]\.offers is missing/],
    [{ groups: [{ name: "a", offers: [7] }] }, /groups\[0\]\.offers\[0\] must be a text, got 7/],
    [{ resources: {} }, /resources must be a list, got \{\}/],
    [{ constructor: 1 }, /unknown key constructor/],
    [[1], /the request must be an object, got \[1\]/],
    [null, /the request must be an object, got null/],
  ])("refuses %j and names the place", (value, message) => {
    expect(() => checkLimits(value, "limits.json")).toThrow(UsageError);
    expect(() => checkLimits(value, "limits.json")).toThrow(message);
    expect(() => checkLimits(value, "limits.json")).toThrow(/^limits\.json: /);
  });

  test("names the file that is missing or no JSON", () => {
    const path = file("broken.json", '{"budget": 10');
    expect(() => readLimits(path)).toThrow(UsageError);
    expect(() => readLimits(path)).toThrow(`${path} is not JSON`);
    expect(() => readLimits(join(folder, "none.json"))).toThrow(/none\.json: there is no such file/);
  });

  test("a flag wins over the same key in the file", () => {
    const limits = file("limits.json", '{"budget": 10, "exactlyOne": true}');
    expect(makeRequest({ limits })).toEqual({ budget: 10, exactlyOne: true });
    expect(makeRequest({ limits, budget: 20, unit: undefined })).toEqual({ budget: 20, exactlyOne: true });
    expect(makeRequest({ budget: 5 })).toEqual({ budget: 5 });
  });
});

describe("arguments", () => {
  test("numbers", () => {
    expect(["250000", "1e6", "-3.5", "0"].map(parseNumber)).toEqual([250000, 1e6, -3.5, 0]);
    for (const text of ["", " ", "abc", "1,000", "Infinity", "NaN"]) expect(() => parseNumber(text), text).toThrow();
    expect(parseWhole(1, 9)("9")).toBe(9);
    for (const text of ["0", "10", "1.5"]) expect(() => parseWhole(1, 9)(text), text).toThrow();
  });

  test("stock by offer; a name may hold an equals sign", () => {
    expect(parseStock("a=3,b=c=4")).toEqual({ a: 3, "b=c": 4 });
    for (const text of ["a", "=3", "a=x", ""]) expect(() => parseStock(text), text).toThrow();
  });
});
