import { describe, expect, test } from "vitest";
import type { AllocationResult } from "../../src/allocation/types.js";
import { facts, offerTable, wrap } from "../../src/cli/report.js";
import { openTerminal, ownName } from "../../src/cli/terminal.js";

function fake({ out = true, err = true, columns = 90, env = {} as Record<string, string>, argv = ["node", "x"] }) {
  const printed: string[] = [];
  const warned: string[] = [];
  const stream = (isTTY: boolean, lines: string[]) => ({
    isTTY,
    columns,
    write: (text: string) => lines.push(text) > 0,
  });
  const process = { stdout: stream(out, printed), stderr: stream(err, warned), env, argv, cwd: () => "/home/x" };
  return { process: process as unknown as NodeJS.Process, printed, warned };
}

const coloured = (options: Parameters<typeof fake>[0]) => openTerminal(fake(options).process).colours.bold("x") !== "x";

describe("the terminal", () => {
  test("colour on terminals only, and not where NO_COLOR or TERM=dumb forbid it", () => {
    expect(coloured({})).toBe(true);
    expect(coloured({ out: false })).toBe(false);
    expect(coloured({ out: false, env: { FORCE_COLOR: "1", CI: "true" } })).toBe(false);
    expect(coloured({ env: { NO_COLOR: "1" } })).toBe(false);
    expect(coloured({ env: { NO_COLOR: "" } })).toBe(true);
    expect(coloured({ env: { TERM: "dumb" } })).toBe(false);
  });

  test("the width is the terminal's, and 100 where there is none", () => {
    expect(openTerminal(fake({ columns: 132 }).process).columns).toBe(132);
    expect(openTerminal(fake({ columns: 10 }).process).columns).toBe(40);
    expect(openTerminal(fake({ out: false }).process).columns).toBe(100);
  });

  test("blocks and braille where the locale has them", () => {
    expect(openTerminal(fake({ env: { LANG: "en_US.UTF-8" } }).process).unicode).toBe(true);
    expect(openTerminal(fake({ env: { LANG: "en_US.UTF-8", LC_ALL: "C" } }).process).unicode).toBe(false);
    expect(openTerminal(fake({}).process).unicode).toBe(false);
  });

  test("no progress where stderr is no terminal; answers go to stdout, warnings to stderr", () => {
    const { process, printed, warned } = fake({ err: false });
    const terminal = openTerminal(process);
    const bar = terminal.progress();
    bar.show("reading", 1, 2);
    bar.end();
    terminal.print("answer");
    terminal.warn("warning");
    expect([printed, warned]).toEqual([["answer\n"], ["warning\n"]]);
  });

  test("progress on a terminal: drawn, cleared for other lines, and gone after its end", () => {
    const { process, warned } = fake({});
    const cursor: string[] = [];
    Object.assign(process.stderr, {
      cursorTo: () => true,
      clearLine: () => cursor.push("clear") > 0,
      moveCursor: () => true,
    });
    const bar = openTerminal(process).progress();
    bar.show("reading", 1, 2);
    expect(warned.join("")).toMatch(/reading +\[.*\] \d+ %/);
    bar.pause();
    const before = warned.length;
    bar.show("writing", 2, 4);
    expect(warned.slice(before).join("")).toMatch(/writing/);
    bar.end();
    const after = warned.length;
    bar.show("writing", 3, 4);
    expect(warned.length).toBe(after);
  });

  test("calls itself as the person did", () => {
    const name = (script: string) => ownName(fake({ argv: ["node", script] }).process);
    expect(name("/home/x/dist/cli.js")).toBe("node dist/cli.js");
    expect(name("/home/x/node_modules/.bin/shadowprice")).toBe("npx shadowprice");
  });
});

test("notes are wrapped into the room beside their figures", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  const terminal = openTerminal(fake({ out: false }).process);
  const lines = facts([["price", "3.48", "word ".repeat(30).trim()]], { ...terminal, columns: 60 });
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines.slice(1).every((line) => line.startsWith(" ".repeat(17)))).toBe(true);
});

test("offers with their users; of many offers the largest, and how many are left out", () => {
  const terminal = openTerminal(fake({ out: false }).process);
  const result = (counts: number[], none: number) => ({ counts, none }) as AllocationResult;
  expect(offerTable(["a", "b"], result([1, 2], 1), terminal, false)).toEqual([
    "  offer   users    share",
    `  none        1   25.0 %  ${"#".repeat(20)}`,
    `  a           1   25.0 %  ${"#".repeat(20)}`,
    `  b           2   50.0 %  ${"#".repeat(40)}`,
  ]);
  expect(offerTable(["a", "b"], result([1, 2], 0), terminal, true)).toHaveLength(3);
  const names = Array.from({ length: 30 }, (_, j) => `offer ${j}`);
  const lines = offerTable(
    names,
    result(
      names.map((_, j) => j),
      5,
    ),
    terminal,
    false,
  );
  expect(lines).toHaveLength(23);
  expect(lines[2]).toMatch(/offer 29 +29 /);
  expect(lines.at(-1)).toContain("and 10 more offers");
});
