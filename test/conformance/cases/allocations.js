/**
 * Offers. Three users, two offers, small enough to try all 27 plans by hand (conformance.test.ts does):
 *
 *             5off           10off
 *   user 1    2 for 1        3 for 3
 *   user 2    4 for 2       10 for 3
 *   user 3    1 for 4        1 for 9
 */
import { mulberry32, rows, several } from "../../runtimes/apps/probe.js";

export const OFFERS = {
  options: ["5off", "10off"],
  values: [
    [2, 4, 1],
    [3, 10, 1],
  ],
  costs: [
    [1, 2, 4],
    [3, 3, 9],
  ],
};
const HOURS = [
  [1, 1, 1],
  [5, 5, 5],
];

/** An allocation of the three users whose answer is known. */
function small(name, request, body, offers = OFFERS) {
  const expected = { status: "met", ...body };
  return { name, path: "/v1/allocations", body: { offers, request }, expect: { status: 200, body: expected } };
}

/** Users enough that limits are solved by the kernels, not by hand: a tenth of the seeded table that every runtime is tried with. */
const USERS = 400;
const seeded = (() => {
  const users = rows().slice(0, USERS);
  const column = (j, field) => users.map((options) => finite(options[j][field], options[j].value));
  const options = users[0].map((_, j) => String(j + 1));
  const table = { options, values: options.map((_, j) => column(j, "value")) };
  return { ...table, costs: options.map((_, j) => column(j, "cost")) };
})();
const random = mulberry32(7);
const ids = Array.from({ length: USERS }, (_, i) => `user-${random()}-${i}`);

/** null closes an option. */
function finite(x, value) {
  return value === Number.NEGATIVE_INFINITY ? null : x;
}

/** The same everywhere; what it is, the tests of the core say. */
function large(name, request, offers = seeded) {
  return { name, path: "/v1/allocations", body: { offers, request }, expect: { status: 200, body: { status: "met" } } };
}

const part = (from, to) => ({
  options: OFFERS.options,
  values: OFFERS.values.map((column) => column.slice(from, to)),
  costs: OFFERS.costs.map((column) => column.slice(from, to)),
});
const PRICES = [0.4, 1, 4];
const BYTES = "application/vnd.shadowprice.totals";
/** At 0.4: 10off, 10off, none; at 1: 5off, 10off, none; at 4 nobody. */
const ROWS = [
  { price: 0.4, users: 3, none: 1, counts: [0, 2], cost: 6, value: 13 },
  { price: 1, users: 3, none: 1, counts: [1, 1], cost: 4, value: 12 },
  { price: 4, users: 3, none: 3, counts: [0, 0], cost: 0, value: 0 },
];

function totals(name, offers, { accept = "*/*", ...expect } = {}) {
  return {
    ...{ name, path: "/v1/totals", headers: { accept }, body: { offers, prices: PRICES } },
    expect: { status: 200, headers: { "content-type": BYTES }, ...expect },
  };
}

export const allocations = [
  small("no limit", {}, { choices: [2, 2, 1], value: 14, cost: 10, price: 0 }),
  {
    // Whole offers bring 12; half of user 1's way from 5off to 10off would bring 0.5 more.
    ...small("a budget", { budget: 5 }, { choices: [1, 2, 0], value: 12, cost: 4, counts: [1, 1], none: 1 }),
    near: { bound: 12.5, price: 0.5, gap: 0.5 / 12.5 },
  },
  small("a budget, proven", { budget: 5, exact: true }, { choices: [1, 2, 0], value: 12, bound: 12, gap: 0 }),
  small("exactly one", { budget: 8, exactlyOne: true }, { choices: [1, 2, 1], value: 13, cost: 8 }),
  small("a stock", { budget: 5, stock: { "10off": 0 } }, { choices: [1, 1, 0], value: 6, cost: 3 }),
  small(
    "a group, at most",
    { budget: 5, groups: [{ name: "tens", offers: ["10off"], atMost: 2 }] },
    { choices: [1, 1, 0], value: 6, cost: 3 },
  ),
  small(
    "a group, at least",
    { budget: 6, groups: [{ name: "fives", offers: ["5off"], atLeast: 3 }] },
    { choices: [1, 1, 0], value: 6, cost: 3 },
  ),
  // 12 for 4 is 3 for each 1, and every other plan brings less or has less for each.
  small("a least return", { minReturn: 3 }, { choices: [1, 2, 0], value: 12, cost: 4 }),
  small("a least spend", { budget: 9, minSpend: 8 }, { choices: [1, 2, 1], value: 13, cost: 8 }),
  small(
    "a resource",
    { budget: 100, resources: [{ name: "hours", atMost: 3 }] },
    { choices: [1, 1, 1], value: 7, cost: 7 },
    { ...OFFERS, resources: { hours: HOURS } },
  ),
  small(
    "an option closed by null",
    { budget: 5 },
    // 4 for 2 is the most that is left to user 2; user 1 then has 3 to spend.
    { choices: [2, 1, 0], value: 7, cost: 5 },
    { ...OFFERS, values: [OFFERS.values[0], [3, null, 1]], costs: [OFFERS.costs[0], [3, null, 9]] },
  ),
  small("limits that clash", { budget: 5, minSpend: 9 }, { status: "impossible", choices: [] }),
  // A user costs 3 or 6, and nothing between 4 and 5: half of each would do.
  small(
    "limits that only parts of offers meet",
    { budget: 5, minSpend: 4 },
    { status: "not found", choices: [] },
    { options: ["a", "b"], values: [[1], [2]], costs: [[3], [6]] },
  ),
  large("400 users, a budget", { budget: 600.25 }),
  large("400 users, exactly one", { budget: 1_200.5, exactlyOne: true }),
  large("400 users, ids", { budget: 600.25 }, { ...seeded, ids }),
  large("400 users, proven", { budget: 600.25, exact: true }),
  large("400 users, several limits", several(600)),
  {
    ...{ name: "frontier", path: "/v1/frontiers", body: { offers: OFFERS, budgets: [0, 3, 4, 5] } },
    expect: { status: 200, body: { status: "met" } },
    // The corners of the hull are 10 for 3 and 12 for 4; beyond them 1 for 2. A histogram of prices encloses them.
    within: 1e-6,
    near: {
      points: [
        { budget: 0, value: 0 },
        { budget: 3, value: 10 },
        { budget: 4, value: 12 },
        { budget: 5, bound: 12.5 },
      ],
    },
  },
  {
    ...{ name: "frontier, 400 users", path: "/v1/frontiers", body: { offers: seeded, points: 21 } },
    expect: { status: 200, body: { status: "met" } },
  },
  totals("totals", OFFERS),
  totals("totals, read", OFFERS, {
    ...{ accept: "application/json", headers: { "content-type": "application/json" } },
    body: { users: 3, prices: PRICES, rows: ROWS },
  }),
  totals("totals of two users", part(0, 2)),
  totals("totals of one user", part(2, 3)),
  {
    ...{ name: "totals, merged", path: "/v1/totals/merge" },
    ...{ parts: ["totals of two users", "totals of one user"], sameAs: "totals" },
    expect: { status: 200, headers: { "content-type": BYTES } },
  },
  {
    ...{ name: "totals, merged and read", path: "/v1/totals/merge", headers: { accept: "application/json" } },
    parts: ["totals of one user", "totals of two users"],
    expect: { status: 200, body: { users: 3, rows: ROWS } },
  },
];
