/**
 * Every metric under its package's definition on Hillstrom's e-mails, each arm against no e-mail, outcome visit: the values
 * were counted apart from this code, from the packages' definitions.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { type Evaluation, evaluate } from "../../src/index.js";
import { type Mails, pick, readHillstrom, rowsOf } from "./data/hillstrom.js";

let mails: Mails;
let judged: Record<string, Evaluation>;

const ARMS = { Womens: "Womens E-Mail", Mens: "Mens E-Mail" };

beforeAll(() => {
  mails = readHillstrom();
  judged = Object.fromEntries(Object.entries(ARMS).map(([name, arm]) => [name, judge(arm)]));
});

function judge(arm: string): Evaluation {
  const rows = rowsOf(mails, arm);
  const a = Float64Array.from(mails.recency, (recency, i) => {
    return (mails.womens[i] as number) * 10 - recency + (mails.history[i] as number) / 10_000;
  });
  const scores = { A: pick(a, rows), B: pick(mails.history, rows) };
  const treatment = rows.map((i) => mails.segment[i] as string);
  return evaluate(
    { treatment, control: "No E-Mail", outcome: pick(mails.visit, rows), scores },
    { resamples: 0, shares: [0.3] },
  );
}

/** Published to ten digits behind the point, raw sums to nine. */
const GOLDEN: Record<string, [number, number, number, number]> = {
  "qini.sklift": [0.0580815119, 0.0026215141, 0.0193396212, 0.0184334013],
  "qini.sklift.noNegativeEffect": [0.31592072, 0.0142591091, 0.0699966942, 0.0667167748],
  "auuc.sklift": [0.0268035178, 0.0010476346, 0.0098648773, 0.0095784238],
  "auuc.causalml": [0.6540140052, 0.5049118851, 0.5333055253, 0.5324530712],
  "qini.causalml": [0.1543388214, 0.0058798585, 0.0336600799, 0.032174689],
  "qini.causalml.raw": [149.307445331, 5.688177806, 54.929676764, 52.505676477],
  "auuc.ydf": [0.0296495639, 0.0231755123, 0.040944708, 0.0407025478],
  "qini.ydf": [0.0070330106, 0.000558959, 0.0026499262, 0.0024077659],
  "uplift@30%.sklift.overall": [0.067545083, 0.0479423891, 0.089592821, 0.0894789833],
  "uplift@30%.sklift.byGroup": [0.0675896903, 0.0484066736, 0.0896223745, 0.0894654394],
  "q.pylift": [0.0070315403, 0.0005144376, 0.0026495792, 0.0024097662],
  "q1.pylift": [0.0584814296, 0.0042785854, 0.0198776825, 0.0180785567],
  "q2.pylift": [0.0629575276, 0.0046060632, 0.0216954054, 0.0197317578],
};

describe("golden values", () => {
  for (const [name, golden] of Object.entries(GOLDEN)) {
    test(name, () => {
      const own = ["Womens", "Mens"].flatMap((arm) =>
        ["A", "B"].map((score) => metricOf(judged[arm] as Evaluation, score, name)),
      );
      const digits = name.endsWith("raw") ? 9 : 10;
      expect(own.map((value) => value.toFixed(digits))).toEqual(golden.map((value) => value.toFixed(digits)));
    });
  }

  test("rows, arms and effects", () => {
    const { Womens, Mens } = judged as Record<"Womens" | "Mens", Evaluation>;
    expect([Womens.rows, Mens.rows]).toEqual([42_693, 42_613]);
    expect(Womens.comparisons[0]?.effect.value).toBeCloseTo(0.0452331065871, 12);
    expect(Mens.comparisons[0]?.effect.value).toBeCloseTo(0.0765895636515, 12);
    expect(Womens.arms.map(({ mean }) => mean.toFixed(10))).toEqual(["0.1061672768", "0.1514003834"]);
  });
});

function metricOf({ comparisons }: Evaluation, score: string, metric: string): number {
  const found = comparisons[0]?.scores.find(({ name }) => name === score);
  return found?.metrics.find(({ name }) => name === metric)?.value as number;
}
