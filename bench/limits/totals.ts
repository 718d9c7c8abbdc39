/** Totals at given prices: what a machine of many does with its part of the users. */
import { allocate, createEngine, mergeTotals, type Offers, readTotals, totals } from "../../src/index.js";
import { couponColumn } from "../allocation/coupons.js";
import { bytesOf, readCases } from "../allocation/readers.js";
import { interleave, keeping, milliseconds, ratio } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const OPTIONS = 8;
const PRICES = 64;
const ASKED = 250e6;

export default function measure({ users = 10_000_000, say }: SuiteOptions): Row[] {
  const offers = createEngine().offers({ users, options: OPTIONS });
  const ladder = "coupon ladder";
  say(`totals at ${PRICES} prices, ${users} × ${OPTIONS}`);
  for (let j = 0; j < OPTIONS; j++) offers.fill(j, (values, costs) => couponColumn(OPTIONS, j, values, costs));
  const rows = [resident(offers, ladder, true)];
  // No longer in the order of cost: every four users are sorted first.
  for (let j = 0; j < OPTIONS; j++) {
    offers.fill(j, (values, costs) => couponColumn(OPTIONS, (5 * j) % OPTIONS, values, costs));
  }
  rows.push(resident(offers, `${ladder}, options in any order`, true));
  // Numbers too far apart for exact differences in f64: one user at a time.
  for (let j = 0; j < OPTIONS; j++) {
    offers.fill(j, (values, costs) => {
      couponColumn(OPTIONS, j, values, costs);
      for (let i = j & 3; i < values.length; i += 4) values[i] = (values[i] as number) * 1e-20;
    });
  }
  rows.push(resident(offers, `${ladder}, values over 20 orders of magnitude`, false));
  offers.release();
  rows.push(merging());
  return rows;
}

/** Prices over the range in which the spend goes from 99 % of what is spent for free to 1 %, evenly by their logarithm. */
function usefulPrices(offers: Offers): number[] {
  const free = allocate(offers, {}).cost;
  const [low, high] = [0.99, 0.01].map((share) => allocate(offers, { budget: share * free }).price) as [number, number];
  return Array.from({ length: PRICES }, (_, i) => low * (high / low) ** (i / (PRICES - 1)));
}

function resident(offers: Offers, data: string, asked: boolean): Row {
  const prices = usefulPrices(offers);
  const readers = readCases(offers);
  const counted = keeping("totals", () => totals(offers, { prices }));
  const samples = interleave([...readers, counted], 5);
  const ms = milliseconds(samples, "totals");
  const fastest = readers.reduce((best, one) =>
    milliseconds(samples, one.name) < milliseconds(samples, best.name) ? one : best,
  );
  const { rows } = readTotals(counted.result);
  const speed = (offers.users * PRICES) / (ms / 1000);
  return {
    name: `totals at ${PRICES} prices`,
    n: offers.users,
    data: `${offers.columns} options, ${data}`,
    median_ms: ms,
    ratio_to: { "read only": ratio(samples, "totals", fastest.name) },
    figures: {
      "user-prices/s": Math.round(speed),
      "ns a user": Number(((1e6 * ms) / offers.users).toPrecision(3)),
      "GB/s": Number((bytesOf(offers) / ms / 1e6).toPrecision(3)),
      "bytes of totals": counted.result.length,
      prices: `${prices[0]?.toPrecision(3)} to ${prices.at(-1)?.toPrecision(3)}`,
      "spend at the ends": `${rows.at(-1)?.cost.toPrecision(3)} to ${rows[0]?.cost.toPrecision(3)}`,
    },
    ...(asked && { asked: "at least 250,000,000 user-prices/s on one core", met: speed >= ASKED }),
  };
}

/** A thousand parts into one. */
function merging(): Row {
  const offers = createEngine().offers({ users: 1000, options: OPTIONS });
  for (let j = 0; j < OPTIONS; j++) offers.fill(j, (values, costs) => couponColumn(OPTIONS, j, values, costs));
  const part = totals(offers, { prices: Array.from({ length: PRICES }, (_, i) => 1 + i / 9) });
  const parts = Array.from({ length: 1000 }, () => part);
  const merged = keeping("merge", () => mergeTotals(...parts));
  const ms = milliseconds(interleave([merged], 5), "merge");
  return {
    name: "merge 1,000 parts",
    n: 1000,
    data: `${PRICES} prices × ${OPTIONS} options`,
    median_ms: ms,
    figures: { "microseconds a part": Number(ms.toPrecision(3)), "bytes a part": part.length },
  };
}
