/** The CSV scanner against csv-parse, on anything that csv-parse calls a CSV; and files of other shapes. */
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openOffers } from "../../src/files/index.js";
import { CsvSource } from "../../src/files/source/csv/csv.js";
import { parseNumber } from "../../src/files/source/csv/number-text.js";
import { openDisk } from "../../src/files/source/disk.js";
import { createEngine } from "../../src/index.js";
import { decisions, temporaryFolder, text } from "./make.js";

const folder = temporaryFolder();

/** All cells of a file as our scanner finds them, with the count of rows made beforehand. */
async function scan(content: string | Uint8Array): Promise<{ cells: string[][]; counted: number; lines: number[] }> {
  const path = text(join(folder, "scan.csv"), content);
  const source = await CsvSource.open(path, await openDisk(path));
  const counted = await source.count(() => {});
  const cells: string[][] = [];
  const lines: number[] = [];
  for await (const batch of source.batches(source.columns.map((_, c) => c))) {
    for (let i = 0; i < batch.rows; i++) {
      cells.push(batch.columns.map((column) => column.text(i)));
      lines.push(batch.place(i).line as number);
    }
  }
  await source.close();
  return { cells, counted, lines };
}

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "1", ".", "-", " ", "é", "🎉") }),
  fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", ";", "x") }),
);
const write = (value: string, always: boolean) =>
  always || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

it("finds the cells and rows that csv-parse finds", async () => {
  const file = fc.record({
    rows: fc.array(fc.tuple(cell, cell, cell), { maxLength: 40 }),
    end: fc.constantFrom("\n", "\r\n"),
    last: fc.boolean(),
    quotes: fc.boolean(),
    mark: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(file, async ({ rows, end, last, quotes, mark }) => {
      const lines = [["user_id", "value_a", "cost_a"], ...rows].map((row) =>
        row.map((value) => write(value, quotes)).join(","),
      );
      const content = (mark ? "\ufeff" : "") + lines.join(end) + (last ? end : "");
      const expected = (
        parse(content, { bom: true, record_delimiter: end, skip_empty_lines: true }) as string[][]
      ).slice(1);
      const { cells, counted } = await scan(content);
      expect(cells).toEqual(expected);
      expect(counted).toBe(expected.length);
    }),
    { numRuns: 300 },
  );
});

it("finds the same across the blocks it reads in", async () => {
  // Cells whose marks fall on every offset of the border of a block.
  const pad = "x".repeat(1000);
  for (let shift = 0; shift < 12; shift++) {
    const rows = Array.from({ length: 1100 }, (_, i) => [
      `"${pad.slice(shift + (i % 7))}""\r\n${i}"`,
      i % 3 ? "1" : '"2"',
      "",
    ]);
    const content = `user_id,value_a,cost_a\r\n${rows.map((row) => row.join(",")).join("\r\n")}`;
    const { cells, counted, lines } = await scan(content);
    expect(counted).toBe(rows.length);
    expect(cells).toEqual(parse(content, { from: 2, record_delimiter: "\r\n" }));
    expect(lines.at(-1)).toBe(2 + 2 * (rows.length - 1));
  }
});

it("reads a row longer than a block", async () => {
  const long = "y".repeat(3_000_000);
  const { cells } = await scan(`user_id,value_a,cost_a\n1,2,3\n${long},4,5\n6,7,8`);
  expect(cells.map(([id]) => id?.length)).toEqual([1, 3_000_000, 1]);
});

it("passes over blank lines and knows the lines all the same", async () => {
  const { cells, counted, lines } = await scan("\n\r\nuser_id,value_a,cost_a\n\n1,2,3\r\n\r\n\n4,5,6\n\n");
  expect(cells).toEqual([
    ["1", "2", "3"],
    ["4", "5", "6"],
  ]);
  expect([counted, ...lines]).toEqual([2, 5, 8]);
});

describe("numbers", () => {
  const number = (content: string) => {
    const bytes = Buffer.from(`[${content}]`);
    return parseNumber(bytes, 1, bytes.length - 1);
  };

  it("reads what JavaScript reads, to the bit", () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(25)).map(([digits, scale]) => {
      const plain = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
      return `${digits < 0n ? "-" : ""}${plain.slice(0, plain.length - scale)}.${plain.slice(plain.length - scale)}`;
    });
    fc.assert(
      fc.property(fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (content) => {
        expect(Object.is(number(content), Number(content))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "",
    ".",
    "-",
    "+",
    "1e",
    "e5",
    "--1",
    "1-",
    "1.2.3",
    "0x10",
    "1_000",
    "1,5",
    "nan",
    "inf",
    "Infinity",
    "1 2",
    "１",
  ])("refuses %j", (content) => expect(number(content)).toBeNaN());

  it.each([
    ["+1.5", 1.5],
    [" 7 ", 7],
    [".5", 0.5],
    ["5.", 5],
    ["-0", -0],
    ["1E-3", 0.001],
    ["9007199254740993", 9007199254740992],
  ])("reads %j", (content, expected) => expect(number(content)).toBe(expected));
});

it.each([";", "\t", "|"])("reads a file with %j between the cells", async (delimiter) => {
  const input = text(
    join(folder, "other.csv"),
    ["user_id,value_a,cost_a,note", '1,2.5,1,"x"', "a b,3,1,y"]
      .join("\n")
      .replaceAll(",", delimiter)
      .replace("a b", "a,b"),
  );
  const file = await openOffers(input);
  const offers = await file.read(createEngine());
  expect(file.ignored).toEqual(["note"]);
  const output = join(folder, "other-out.csv");
  await file.writeDecisions(output, offers, Uint8Array.of(1, 1));
  await file.close();
  expect(await decisions(output)).toEqual([
    { user_id: "1", offer: "a", value: 2.5, cost: 1 },
    { user_id: "a,b", offer: "a", value: 3, cost: 1 },
  ]);
});
