/** Eleven limits on one table: the budget, four channels of two options each, and stock of six options. */

import { Campaign } from "../../src/embedded/campaign.js";
import { type AllocationRequest, type AllocationResult, allocate, createEngine, type Offers } from "../../src/index.js";
import { couponColumn } from "../allocation/coupons.js";
import { interleave, keeping, milliseconds } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const OPTIONS = 8;
const CHANNELS = 4;
const STOCKS = 6;
/** Share of what is spent without a limit; a limit in two holds back, the other would let twice as much through. */
const [BUDGET, TIGHT, LOOSE] = [0.3, 0.75, 2];
const [MOST_PASSES, LARGEST_GAP, REPAIR_SHARE] = [8, 1e-5, 0.2];
const ROUNDS = 9;

export default function measure({ users = 1_000_000, say }: SuiteOptions): Row[] {
  const offers = createEngine().offers({ users, options: OPTIONS });
  const campaign = new Campaign(users, 1);
  say(`11 limits, ${users} × ${OPTIONS}`);
  const rows = [
    solved(offers, "coupon ladder", (j, values, costs) => couponColumn(OPTIONS, j, values, costs)),
    solved(offers, "Criteo-MT7", (j, values, costs) => campaign.column(j, values, costs)),
  ];
  offers.release();
  return rows;
}

type Column = (option: number, values: Float32Array, costs: Float32Array) => void;

function solved(offers: Offers, data: string, column: Column): Row {
  for (let j = 0; j < OPTIONS; j++) offers.fill(j, (values, costs) => column(j, values, costs));
  const request = elevenLimits(offers, column);
  const solve = keeping("solve", () => allocate(offers, request));
  const ms = milliseconds(interleave([solve], ROUNDS), "solve");
  const { status, value, bound, gap, passes, phases, seconds, limits, price } = solve.result;
  const share = (phases.repair as number) / seconds;
  const met = status === "met" && limits.every(holds) && value <= bound;
  return {
    name: "11 limits: budget, 4 channels, 6 stocks",
    n: offers.users,
    data: `${OPTIONS} options, ${data}`,
    median_ms: ms,
    figures: {
      status,
      passes,
      gap,
      "limits that bind": limits.filter((limit) => limit.price > 0).length,
      price: Number(price.toPrecision(6)),
      "repair, share of the solve": Number(share.toPrecision(2)),
      phases: Object.entries(phases)
        .map(([phase, spent]) => `${phase} ${(1000 * spent).toPrecision(2)} ms`)
        .join(", "),
    },
    asked: "at most 8 full passes, all limits exactly met, gap at most 1e-5, repair at most 20 % of the solve",
    met: met && passes <= MOST_PASSES && gap <= LARGEST_GAP && share <= REPAIR_SHARE,
  };
}

function holds({ kind, used, limit }: AllocationResult["limits"][number]): boolean {
  return kind === "at most" ? used <= limit : used >= limit;
}

/** Channels and stocks as the budget alone would use them, every other one cut to three quarters, the others doubled. */
function elevenLimits(offers: Offers, column: Column): AllocationRequest {
  const budget = BUDGET * allocate(offers, {}).cost;
  const { choices, counts } = allocate(offers, { budget });
  const [values, costs] = [new Float32Array(offers.users), new Float32Array(offers.users)];
  const spent = Array.from({ length: OPTIONS }, (_, j) => {
    column(j, values, costs);
    return costs.reduce((sum, cost, i) => (choices[i] === j + 1 ? sum + cost : sum), 0);
  });
  const factor = (k: number) => (k % 2 ? LOOSE : TIGHT);
  const stock: Record<string, number> = {};
  for (let j = 0; j < STOCKS; j++) {
    stock[`${j + 1}`] = Math.max(
      Math.round((2000 * offers.users) / 1e6),
      Math.round(factor(j) * (counts[j] as number)),
    );
  }
  const groups = Array.from({ length: CHANNELS }, (_, g) => {
    const [one, two] = [2 * g, 2 * g + 1] as const;
    const atMost = factor(g) * ((spent[one] as number) + (spent[two] as number));
    return { name: `channel ${g + 1}`, offers: [`${one + 1}`, `${two + 1}`], atMost };
  });
  return { budget, stock, groups };
}
