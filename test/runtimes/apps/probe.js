/**
 * What every runtime is asked: three seeded tables, solved, as text that must be the same to the last bit everywhere.
 * Nothing here rounds, or depends on the engine's Math: random numbers are whole numbers over powers of two.
 */
const USERS = 4_099; // no multiple of any vector width
const OPTIONS = 6;

export function probe({ allocate, createEngine, decide, frontier }) {
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
    frontier: hex(
      frontier(offers, {}).points.flatMap((point) => [point.budget, point.value, point.bound, point.price]),
    ),
    decide: Array.from({ length: 32 }, (_, i) => decide([i, 20, 2 * i], [1, i / 2, 9], price)).join(" "),
  };
  offers.release();
  slots.release();
  return JSON.stringify(answers);
}

/** The seeded table as rows of plain numbers, for the command line: [user][option] = { value, cost }. */
export function rows() {
  const random = mulberry32(1);
  const columns = Array.from({ length: OPTIONS }, (_, j) => column(random, j));
  return Array.from({ length: USERS }, (_, i) =>
    columns.map(({ values, costs }) => ({ value: values[i], cost: costs[i] })),
  );
}

export { answer, mulberry32, plainTable };

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
