import { describe, expect, test } from "vitest";
import { drawChart, interpolate, roundNumbers } from "../../src/cli/chart.js";
import { amount, bar, mebibytes, seconds, share, short, table, tinyShare } from "../../src/cli/format.js";

describe("numbers as people read them", () => {
  test.each([
    [0, "0"],
    [950, "950"],
    [999.6, "1 k"],
    [12_540, "12.5 k"],
    [2_356_000, "2.36 M"],
    [-7.5e9, "-7.5 G"],
    [3e12, "3 T"],
  ])("short(%d) is %s", (x, text) => {
    expect(short(x)).toBe(text);
  });

  test.each([
    [1_234_567.891, "1,234,567.89"],
    [0, "0.00"],
    [0.0123456, "0.01235"],
    [-3, "-3.00"],
  ])("amount(%d) is %s", (x, text) => {
    expect(amount(x)).toBe(text);
  });

  test.each([
    [0, "0 %"],
    [1.2e-8, "0.0000012 %"],
    [0.25, "25.0 %"],
    [0.0004, "0.040 %"],
  ])("tinyShare(%d) is %s", (x, text) => {
    expect(tinyShare(x)).toBe(text);
  });

  test("times, shares and sizes", () => {
    expect([0.0042, 0.25, 1.234, 250].map(seconds)).toEqual(["4.2 ms", "250 ms", "1.23 s", "250 s"]);
    expect(share(0.4312)).toBe("43.1 %");
    expect(mebibytes(3 * 1_048_576)).toBe("3 MiB");
  });
});

describe("tables and bars", () => {
  test("columns are as wide as their widest cell, numbers to the right", () => {
    expect(
      table(
        [
          ["offer", "users"],
          ["5 off", "12"],
          ["x", "1,000"],
        ],
        [1],
      ),
    ).toEqual(["offer   users", "5 off      12", "x       1,000"]);
  });

  test("bars", () => {
    expect(bar(0.5, 4, true)).toBe("██");
    expect(bar(0.55, 10, true)).toBe("█████▌");
    expect(bar(0.5, 4, false)).toBe("##");
    expect(bar(2, 4, false)).toBe("####");
  });
});

describe("the chart", () => {
  const names = { xName: "budget", yName: "value" };

  test("a straight line in plain characters, with marks and labels", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 100, y: 8 },
    ];
    const marks = [{ x: 50, y: 4, sign: "O" }];
    // Ten characters across, four steps up: character i stands at round(4 i / 9).
    const lines = drawChart(points, { ...names, width: 13, height: 5, unicode: false, marks });
    expect(lines.slice(0, 7)).toEqual([
      "  value",
      "  |        **",
      " 5+      **",
      "  |    *O",
      "  |  **",
      " 0+**",
      "  +-----+---+",
    ]);
    // 41 characters across: the labels are centred under their notches at 0, 20 and 40, the outer two flush.
    const wide = drawChart(points, { ...names, width: 44, height: 5, unicode: false });
    expect(wide.slice(6)).toEqual([
      "  +--------------------+-------------------+",
      "   0                  50                 100",
      "                                      budget",
    ]);
  });

  test.each([
    [0, 100, 4, [0, 25, 50, 75, 100]],
    [0, 30.4e6, 4, [0, 1e7, 2e7, 3e7]],
    [-3, 11, 4, [0, 5, 10]],
    [0, 0.07, 4, [0, 0.02, 0.04, 0.06]],
    [5, 5, 3, [5]],
  ])("round numbers from %d to %d, about %d: %j", (low, high, wanted, numbers) => {
    const found = roundNumbers(low, high, wanted);
    expect(found.length).toBe(numbers.length);
    found.forEach((number, i) => {
      expect(number).toBeCloseTo(numbers[i] as number, 9);
    });
  });

  test("braille: a constant is one line of the top dots, a rise is joined", () => {
    const flat = drawChart(
      [
        { x: 0, y: 5 },
        { x: 10, y: 5 },
      ],
      { ...names, width: 14, height: 2, unicode: true },
    );
    expect(flat[1]).toContain("⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉");
    const jump = drawChart(
      [
        { x: 0, y: 0 },
        { x: 5, y: 0 },
        { x: 5.001, y: 1 },
        { x: 10, y: 1 },
      ],
      { ...names, width: 16, height: 3, unicode: true },
    );
    // Between the two halves every row of the plot has a dot of the vertical run.
    for (const line of jump.slice(1, 4)) expect(line).toMatch(/[\u2801-\u28ff]/);
  });

  test("the curve between its points is straight, and nothing stands left of the first", () => {
    const points = [
      { x: 2, y: 10 },
      { x: 4, y: 20 },
    ];
    expect(interpolate(points, 3)).toBe(15);
    expect(interpolate(points, 2)).toBe(10);
    expect(interpolate(points, 9)).toBe(20);
    expect(interpolate(points, 1)).toBeNaN();
  });
});
