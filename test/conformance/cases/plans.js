/**
 * Plans. Of two channels 10 ln(1 + x/10) and 20 ln(1 + y/10) the price is 10/(10 + x) = 20/(10 + y): at a budget of 40, x = 10 and
 * y = 30 bring 10 ln 2 + 20 ln 4 = 50 ln 2 at a price of 1/2.
 */
import { OVER_TIME, PLAN } from "../../runtimes/apps/probe.js";

const channel = (name, scale, more) => ({ name, curve: { type: "log", scale, unit: 10 }, ...more });
const TWO = { budget: 40, channels: [channel("one", 10), channel("two", 20)] };
/** The README's. */
const EXAMPLE = {
  budget: 60,
  channels: [
    { name: "search", curve: { type: "hill", max: 100, half: 50, shape: 3 } },
    { name: "tv", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
  ],
};

function ask(name, path, body, near, status = "met") {
  return { name, path, body, expect: { status: 200, ...(status && { body: { status } }) }, ...(near && { near }) };
}

export const plans = [
  ask("plan", "/v1/plans", { plan: TWO }, { spend: [[10], [30]], response: 50 * Math.LN2, price: 0.5 }),
  ask("plan, the example", "/v1/plans", { plan: EXAMPLE }),
  ask("plan, every curve", "/v1/plans", { plan: PLAN }),
  ask("plan, over time", "/v1/plans", { plan: OVER_TIME }),
  ask(
    "plan, impossible",
    "/v1/plans",
    { plan: { ...TWO, channels: [channel("one", 10, { min: 25 }), channel("two", 20, { min: 25 })] } },
    undefined,
    "impossible",
  ),
  ask(
    "plan frontier",
    "/v1/plans/frontier",
    { plan: TWO, budgets: [10, 40, 100] },
    {
      points: [
        { budget: 10, response: 20 * Math.LN2, spend: [[0], [10]] },
        { budget: 40, response: 50 * Math.LN2, spend: [[10], [30]] },
        { budget: 100, response: 80 * Math.LN2, spend: [[30], [70]] },
      ],
    },
  ),
  ask(
    "plan scenarios",
    "/v1/plans/scenarios",
    { plan: TWO, scenarios: { "without two": [{ ban: "two" }], "half of two": [{ pin: "two", amount: 10 }] } },
    {
      base: { response: 50 * Math.LN2 },
      scenarios: [
        { result: { response: 10 * Math.log(5) } },
        { result: { response: 10 * Math.log(4) + 20 * Math.LN2 } },
      ],
    },
    "",
  ),
  ask("plan explained", "/v1/plans/explain", { plan: TWO }, { result: { response: 50 * Math.LN2 } }, ""),
];
