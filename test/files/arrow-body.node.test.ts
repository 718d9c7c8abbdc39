/** Our own reader of Arrow in memory against apache-arrow's writer, whose files have their schema in the footer alone. */
import { Float64, Int32, Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { ArrowBody } from "../../src/files/body/arrow.js";
import { InputFileError } from "../../src/files/errors.js";

const table = new Table({
  name: vectorFromArray(["ann", "bo", null], new Utf8()),
  kind: vectorFromArray(["a", "b", "a"]),
  age: vectorFromArray([31, null, 7], new Int32()),
  worth: vectorFromArray([1.5, -2, 1e300], new Float64()),
});

async function cellsOf(bytes: Uint8Array): Promise<(string | null)[][]> {
  const body = new ArrowBody("table", bytes);
  const rows: (string | null)[][] = [];
  for await (const { rows: n, columns } of body.batches(body.columns.map((_, c) => c))) {
    for (let i = 0; i < n; i++) rows.push(columns.map((cells) => (cells.isNull(i) ? null : cells.text(i))));
  }
  return rows;
}

describe("Arrow in memory", () => {
  it.each(["file", "stream"] as const)("reads a %s of apache-arrow", async (format) => {
    const bytes = tableToIPC(table, format);
    expect(new ArrowBody("table", bytes).columns.map(({ name, type }) => [name, type.kind])).toEqual([
      ["name", "text"],
      ["kind", "text"],
      ["age", "integer"],
      ["worth", "double"],
    ]);
    expect(await cellsOf(bytes)).toEqual([
      ["ann", "a", "31", "1.5"],
      ["bo", "b", null, "-2"],
      [null, "a", "7", "1e+300"],
    ]);
  });

  it("refuses a file that was cut, or turned over anywhere, by an error of ours", async () => {
    const whole = tableToIPC(table, "file");
    for (let at = 0; at < whole.length; at++) {
      const turned = whole.slice();
      turned[at] = (turned[at] as number) ^ (at % 2 ? 0xff : 0x7f);
      for (const bytes of [turned, whole.subarray(0, at)]) {
        try {
          await cellsOf(bytes);
        } catch (error) {
          expect(error instanceof InputFileError || error instanceof RangeError).toBe(true);
        }
      }
    }
  });
});
