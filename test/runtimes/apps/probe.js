/**
 * What every runtime is asked: seeded tables and a plan, solved, as text that must be the same to the last bit everywhere.
 * Nothing here rounds, or depends on the engine's Math: random numbers are whole numbers over powers of two.
 */
const USERS = 4_099; // no multiple of any vector width
const OPTIONS = 6;

export function probe({ allocate, createEngine, decide, frontier, planBudget, planFrontier, totals }) {
  const engine = createEngine();
  const offers = plainTable(engine, mulberry32(1));
  const slots = slotTable(engine, mulberry32(2));
  const budget = 6_000.25;
  const price = allocate(offers, { budget }).price;
  const answers = {
    "no limit": answer(allocate(offers, {})),
    "at most one": answer(allocate(offers, { budget })),
    "at most one, f64 bound": answer(allocate(offers, { budget }, { bound: "f64" })),
    "exactly one": answer(allocate(offers, { budget: 2 * budget, exactlyOne: true })),
    "candidate slots": answer(allocate(slots, { budget })),
    "candidate slots, exactly one": answer(allocate(slots, { budget, exactlyOne: true })),
    "several limits": answer(allocate(offers, several(budget))),
    "several limits that clash": JSON.stringify(allocate(offers, { budget: 10, minSpend: 11 }).clash),
    "proven optimum": answer(allocate(offers, { budget, exact: true })),
    totals: hash(totals(offers, { prices: [0.25, 1, 1.75, 4] })),
    plan: planned(planBudget(PLAN)),
    "plan over time": planned(planBudget(OVER_TIME)),
    "plan over draws": planned(planBudget(DRAWN)),
    "budgets of a plan": hex(
      planFrontier(PLAN, { points: 5 }).points.flatMap(({ budget, response, bound }) => [budget, response, bound]),
    ),
    frontier: hex(
      frontier(offers, {}).points.flatMap((point) => [point.budget, point.value, point.bound, point.price]),
    ),
    decide: Array.from({ length: 32 }, (_, i) => decide([i, 20, 2 * i], [1, i / 2, 9], price)).join(" "),
  };
  offers.release();
  slots.release();
  return JSON.stringify(answers);
}

/** Stock, two groups that overlap, a floor on return and on spend, all of them tight or nearly. */
function several(budget) {
  return {
    budget,
    minSpend: budget - 100,
    minReturn: 1.5,
    stock: { 3: 300, 6: 900 },
    groups: [
      { name: "first", offers: ["2", "3", "4"], atMost: budget / 3 },
      { name: "second", offers: ["4", "5"], atLeast: budget / 5, atMost: budget / 2 },
    ],
  };
}

/** One curve of every family, two of them S-shaped, in three periods. */
const PLAN = {
  budget: 400,
  periods: 3,
  channels: [
    { name: "hill", curve: { type: "hill", max: 90, half: 40, shape: 2.5 }, presence: { atLeast: 5 } },
    { name: "logit", curve: { type: "logit", max: 70, slope: 0.15, midpoint: 30 }, max: 80 },
    { name: "logistic", curve: { type: "logistic", max: 30, half: 20 } },
    { name: "tanh", curve: { type: "tanh", max: 25, scale: 0.7 } },
    { name: "michaelis-menten", curve: { type: "michaelis-menten", max: 60, half: 35 }, seasonality: [1, 1.2, 0.7] },
    { name: "power", curve: { type: "power", scale: 3, exponent: 0.6 }, min: 1 },
    { name: "log", curve: { type: "log", scale: 12, unit: 9 } },
    { name: "exponential", curve: { type: "exponential", max: 35, rate: 0.05 } },
    { name: "table", curve: { type: "table", spend: [10, 25, 60], response: [2, 14, 30] } },
  ],
  groups: [{ name: "some", channels: ["hill", "logit"], shareAtMost: 0.5 }],
};

/** Periods that act on each other: every adstock, a history, a smoothness, saturation before one of them. */
const OVER_TIME = {
  budget: 500,
  periods: 8,
  channels: [
    {
      name: "geometric",
      curve: { type: "hill", max: 90, half: 40, shape: 0.9 },
      adstock: { type: "geometric", decay: 0.6, normalised: true },
      history: [12, 3],
    },
    {
      name: "delayed",
      curve: { type: "exponential", max: 30, rate: 0.04 },
      adstock: { type: "delayed", decay: 0.5, peak: 1, length: 4 },
    },
    {
      name: "binomial",
      curve: { type: "tanh", max: 25, scale: 0.9 },
      adstock: { type: "binomial", decay: 0.4, length: 5 },
      smoothness: { amount: 4 },
    },
    {
      name: "weibull",
      curve: { type: "michaelis-menten", max: 50, half: 30 },
      adstock: { type: "weibull", form: "pdf", shape: 1.5, scale: 2, length: 6, normalised: true },
    },
    {
      name: "before",
      curve: { type: "log", scale: 9, unit: 5 },
      adstock: { type: "kernel", weights: [1, 0.5] },
      saturation: "before",
    },
  ],
  carryOut: true,
};

/** Sixteen draws of two curves. */
const DRAWN = {
  budget: 60,
  channels: [9, 14].map((first, c) => ({
    name: `drawn ${c}`,
    curve: {
      type: "hill",
      max: Array.from({ length: 16 }, (_, j) => first + j / 4),
      half: Array.from({ length: 16 }, (_, j) => 20 + ((7 * j) % 16)),
      shape: Array.from({ length: 16 }, (_, j) => 0.7 + ((3 * j) % 16) / 64),
    },
  })),
};

function planned({ status, spend, response, bound, price, marginal, nodes }) {
  return `${status} ${hex(spend.flat())} ${hex([response, bound, price, marginal, nodes])}`;
}

/** The seeded table as rows of plain numbers, for the command line: [user][option] = { value, cost }. */
export function rows() {
  const random = mulberry32(1);
  const columns = Array.from({ length: OPTIONS }, (_, j) => column(random, j));
  return Array.from({ length: USERS }, (_, i) =>
    columns.map(({ values, costs }) => ({ value: values[i], cost: costs[i] })),
  );
}

export { answer, mulberry32, OVER_TIME, PLAN, plainTable, several };

function plainTable(engine, random, ids) {
  const offers = engine.offers({ users: USERS, options: OPTIONS, ids });
  for (let j = 0; j < OPTIONS; j++) {
    offers.fill(j, (values, costs) => {
      const numbers = column(random, j);
      values.set(numbers.values);
      costs.set(numbers.costs);
    });
  }
  return offers;
}

/** Values and costs of one option: costs in quarters, some values below zero, all options but the first closed to some. */
function column(random, j) {
  const values = new Float32Array(USERS);
  const costs = new Float32Array(USERS);
  for (let i = 0; i < USERS; i++) {
    const closed = random() % 16 === 0 && j > 0;
    values[i] = closed ? Number.NEGATIVE_INFINITY : (random() % 1_048_576) / 65_536 - 1 + j;
    costs[i] = (random() % 40) / 4 + j / 4;
  }
  return { values, costs };
}

/** 1,000 offers, 5 candidates a user; the first is free, so that exactly one is always possible. */
function slotTable(engine, random) {
  const offers = engine.offers({ users: USERS, options: 1_000, slots: 5 });
  for (let j = 0; j < 5; j++) {
    offers.fill(j, (values, costs, numbers) => {
      for (let i = 0; i < USERS; i++) {
        values[i] = (random() % 65_536) / 4_096;
        costs[i] = j === 0 ? 0 : (random() % 1_000) / 128;
        numbers[i] = 1 + (random() % 1_000);
      }
    });
  }
  return offers;
}

/** An answer as text: its choices hashed, its numbers as the hexadecimal of their bits. */
function answer({ status, choices, counts, none, value, cost, bound, gap, price, unit }) {
  return `${status} ${hash(choices)} ${hash(Uint32Array.from([none, ...counts]))} ${hex([value, cost, bound, gap, price, unit])}`;
}

function hex(numbers) {
  return [...new BigUint64Array(Float64Array.from(numbers).buffer)].map((bits) => bits.toString(16)).join(" ");
}

/** FNV-1a over whole elements, 32 bits. */
function hash(elements) {
  let state = 0x811c9dc5;
  for (const element of elements) state = Math.imul(state ^ element, 0x01000193) >>> 0;
  return `${elements.length}:${state.toString(16)}`;
}

function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
