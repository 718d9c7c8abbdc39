/** The byte string: golden, hostile, and what is read from it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEngine, mergeTotals, readTotals, totals } from "../../../src/index.js";

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}

/**
 * Three users and the options "a" and "b", prices 0.5 and 2: written by hand from the layout in ARCHITECTURE.md.
 *
 *   user   a: value at cost   b           at 0.5       at 2
 *   0      3 at 1             4 at 3      a (b: 0.5)   a
 *   1      closed             6 at 2      b (3)        b
 *   2      -1 at 0.5          1 at 1      b (1)        none
 */
const ZEROS = (n: number) => "00 ".repeat(n);
const GOLDEN = bytesOf(`
  53 50 54 4f  01 00  00 00  02 00 00 00  02 00 00 00
  d7 71 7a 8a 5e 7c 78 c6  ${ZEROS(8)}
  03 00 00 00 00 00 00 00  ${ZEROS(8)}
  00 00 00 00 00 00 e0 3f  00 00 00 00 00 00 00 40

  ${ZEROS(8)}  01 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00
  ${ZEROS(18)} 80 ${ZEROS(29)}
  ${ZEROS(18)} 40 01 ${ZEROS(28)}

  01 00 00 00 00 00 00 00  01 00 00 00 00 00 00 00  01 00 00 00 00 00 00 00
  ${ZEROS(18)} 60 ${ZEROS(29)}
  ${ZEROS(18)} 20 01 ${ZEROS(28)}
`);

function tiny(names = ["a", "b"]) {
  const offers = createEngine().offers({ users: 3, options: names });
  offers.fill(0, (values, costs) => {
    values.set([3, -Infinity, -1]);
    costs.set([1, 0, 0.5]);
  });
  offers.fill(1, (values, costs) => {
    values.set([4, 6, 1]);
    costs.set([3, 2, 1]);
  });
  return offers;
}

const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

describe("the byte string", () => {
  test("is the one that the documented layout says", () => {
    expect(text(totals(tiny(), { prices: [0.5, 2] }))).toBe(text(GOLDEN));
  });

  test("reads as what it says", () => {
    const read = readTotals(GOLDEN);
    expect(read).toMatchObject({ version: 1, options: 2, exactlyOne: false, users: 3, prices: [0.5, 2] });
    expect("unit" in read).toBe(false);
    expect(read.rows).toEqual([
      {
        price: 0.5,
        users: 3,
        unserved: 0,
        none: 0,
        counts: [1, 2],
        cost: 4,
        value: 10,
        exact: { cost: 4n << 149n, value: 10n << 149n },
      },
      {
        price: 2,
        users: 3,
        unserved: 0,
        none: 1,
        counts: [1, 1],
        cost: 3,
        value: 9,
        exact: { cost: 3n << 149n, value: 9n << 149n },
      },
    ]);
  });

  test("where exactly one is asked counts those without an option apart", () => {
    const offers = tiny();
    offers.fill(1, (values, costs) => {
      values.set([4, -Infinity, 1]);
      costs.set([3, 2, 1]);
    });
    const { rows, exactlyOne } = readTotals(totals(offers, { prices: [0.5, 10], exactlyOne: true }));
    expect(exactlyOne).toBe(true);
    expect(rows[0]).toMatchObject({ users: 3, unserved: 1, none: 0, counts: [1, 1], cost: 2, value: 4 });
    expect(rows[1]).toMatchObject({ users: 3, unserved: 1, none: 0, counts: [2, 0], cost: 1.5, value: 2 });
  });

  test("in units holds money that no f32 holds", () => {
    const offers = createEngine().offers({ users: 1000, options: 1 });
    offers.fill(0, (values, costs) => {
      values.fill(1);
      costs.fill(0.7);
    });
    const [exact] = readTotals(totals(offers, { prices: [1], unit: 0.01 })).rows;
    expect(exact).toMatchObject({ cost: 700, exact: { cost: 70_000n } });
    const [float] = readTotals(totals(offers, { prices: [1] })).rows;
    expect(float?.cost).toBe(1000 * Math.fround(0.7));
    let many = totals(offers, { prices: [1], unit: 0.01 });
    for (let doubled = 0; doubled < 43; doubled++) many = mergeTotals(many, many);
    expect(readTotals(many).rows[0]?.cost).toBe(700 * 2 ** 43);
  });

  test("rounds money of any size once: the nearest number to units / 100", () => {
    for (const users of [3, 7, 11, 1_000_003]) {
      const offers = createEngine().offers({ users: 1, options: 1 });
      offers.fill(0, (values, costs) => {
        values.fill(1);
        costs.fill(83_886.07);
      });
      let [sum, power] = [undefined as Uint8Array | undefined, totals(offers, { prices: [0], unit: 0.01 })];
      // The users in binary, 2^32 times.
      for (let bit = users * 2 ** 32; bit >= 1; bit = Math.floor(bit / 2)) {
        if (bit % 2) sum = sum ? mergeTotals(sum, power) : power;
        power = mergeTotals(power, power);
      }
      const [row] = readTotals(sum as Uint8Array).rows;
      const units = 8_388_607n * BigInt(users) * 2n ** 32n;
      expect(row?.exact.cost).toBe(units);
      // The nearest: no neighbour is nearer, in whole hundredths of an ulp.
      const scale = 2n ** 60n;
      const distance = (x: number) => {
        const difference = BigInt(x * 2 ** 10) * 100n * scale - units * 2n ** 10n * scale;
        return difference < 0n ? -difference : difference;
      };
      const cost = row?.cost as number;
      const ulp = 2 ** (Math.floor(Math.log2(cost)) - 52);
      expect(distance(cost) <= distance(cost + ulp) && distance(cost) <= distance(cost - ulp)).toBe(true);
    }
  });
});

describe("bytes that are no totals", () => {
  const change = (at: number, ...bytes: number[]) => {
    const copy = GOLDEN.slice();
    copy.set(bytes, at);
    return copy;
  };
  const cases: [string, Uint8Array, RegExp][] = [
    ["nothing", new Uint8Array(0), /0 bytes, fewer than the 48/],
    ["another file", change(0, 0x50), /does not start with "SPTO"/],
    ["a later version", change(4, 2), /version is 2, and this package reads version 1/],
    ["unknown flags", change(6, 4), /unknown flags, 4/],
    ["a flag of units without a unit", change(6, 2), /its unit is 0/],
    ["a unit without its flag", change(30, 0xf0, 0x3f), /its unit is 1/],
    ["no prices", change(8, 0), /0 prices/],
    ["4 billion prices", change(8, 255, 255, 255, 255), /4294967295 prices, not 1 to 4096/],
    ["no options", change(12, 0), /0 options/],
    ["4,096 prices × 65,534 options", change(8, 0, 16, 0, 0, 0xfe, 0xff), /4096 prices × 65534 options, more than/],
    ["cut short", GOLDEN.subarray(0, -1), /bytes, not the/],
    ["a byte too many", Uint8Array.of(...GOLDEN, 0), /bytes, not the/],
    ["2^64 users", change(32, ...new Array(8).fill(255)), /2\^53 users or more/],
    ["one user more", change(32, 4), /3 users are counted of 4/],
    ["unserved users, at most one", change(40, 1), /1 users without an option/],
    ["none, exactly one", change(6, 1), /1 users take none, and exactly one was asked/],
    ["descending prices", change(62, 0xd0, 0x3f), /its prices\[1\] is 0.25/],
    ["a price of NaN", change(54, 0xf8, 0x7f), /its prices\[0\] is NaN/],
    ["a price of −0", change(54, 0, 0x80), /its prices\[0\] is 0/],
    ["a price below zero", change(54, 0xe0, 0xbf), /its prices\[0\] is -0.5/],
    ["an endless price", change(62, 0xf0, 0x7f), /its prices\[1\] is Infinity/],
    ["a sum larger than its users can have", change(64 + 24 + 40, 1), /at price 0.5 the cost is too large/],
    ["a sum smaller than its users can have", change(64 + 24 + 48 + 47, 0x80), /at price 0.5 the value is too large/],
  ];
  for (const [name, bytes, message] of cases) {
    test(name, () => {
      expect(() => readTotals(bytes)).toThrow(RangeError);
      expect(() => readTotals(bytes)).toThrow(message);
      expect(() => mergeTotals(GOLDEN, bytes)).toThrow(/^part 2 is no byte string of totals/);
    });
  }

  test("what is no Uint8Array is a TypeError", () => {
    for (const wrong of [undefined, null, "SPTO", [1], new Float64Array(8), GOLDEN.buffer, {}]) {
      expect(() => readTotals(wrong as never)).toThrow(TypeError);
      expect(() => mergeTotals(wrong as never)).toThrow(TypeError);
    }
  });

  test("changed at random: a RangeError, or totals that merge and read", () => {
    const edits = fc.array(fc.tuple(fc.nat(GOLDEN.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    let passed = 0;
    fc.assert(
      fc.property(edits, fc.nat(GOLDEN.length), fc.boolean(), (edits, length, cut) => {
        const bytes = GOLDEN.slice(0, cut ? length : undefined);
        for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
        try {
          const { rows, users } = readTotals(bytes);
          const twice = readTotals(mergeTotals(bytes, bytes));
          expect(twice.users).toBe(2 * users);
          expect(twice.rows.map(({ exact }) => exact.value)).toEqual(rows.map(({ exact }) => 2n * exact.value));
          passed++;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message).toMatch(/is no byte string of totals|2\^53 users/);
        }
      }),
      { numRuns: 4000 },
    );
    expect(passed).toBeGreaterThan(0);
  });

  test("random bytes behind the magic", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        const bytes = Uint8Array.of(...GOLDEN.subarray(0, 6), ...tail);
        expect(() => readTotals(bytes)).toThrow(/is no byte string of totals/);
      }),
      { numRuns: 1000 },
    );
  });

  test("at any offset of a larger buffer", () => {
    const large = new Uint8Array(GOLDEN.length + 11);
    large.set(GOLDEN, 3);
    const inside = large.subarray(3, 3 + GOLDEN.length);
    expect(readTotals(inside)).toEqual(readTotals(GOLDEN));
    expect(text(mergeTotals(inside))).toBe(text(GOLDEN));
  });
});
