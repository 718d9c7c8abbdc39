/** Twins of the kernels of several limits. */
import { type Memory, nearest, setChoice } from "./memory.js";

const { fround } = Math;
const decimal = (x: number, perUnit: number) => (perUnit > 0 ? nearest(x * perUnit) / perUnit : x);

/** What a + b lost when it became `sum` (Knuth's TwoSum). */
function rounding(a: number, b: number, sum: number): number {
  const rest = sum - a;
  return a - (sum - rest) + (b - rest);
}

const add = (m: Memory, at: number, x: number) => m.setF64(at, m.f64(at) + x);

/** α v − l c − m − Σ r a, the best option of each user, and sums of what was chosen. */
export function price(m: Memory, job: number, from: number, to: number): void {
  const field = (at: number) => m.u32(job + at);
  const [values, costs, stride, columns] = [field(0), field(4), field(8), field(12)];
  const [slots, slotStride, resources, many] = [field(16), field(20), field(24), field(28)];
  const [prices, r, sums] = [field(48), field(52), field(56)];
  const [alpha, perMoney] = [m.f64(job + 64), m.f64(job + 72)];
  const used = sums + 24 * (field(44) + 1);
  for (let i = from; i < to; i++) {
    let best = field(32) ? -Infinity : 0;
    let choice = 0;
    let largest = 0;
    const offerOf = (j: number) => (slots ? m.u16(slots + j * slotStride + 2 * i) : j + 1);
    const amount = (k: number, j: number) =>
      decimal(m.f32(resources + (k * columns + j) * stride + 4 * i), m.f64(r + 16 * k + 8));
    for (let j = 0; j < columns; j++) {
      const v = m.f32(values + j * stride + 4 * i);
      if (v === -Infinity) continue;
      const p = prices + 16 * offerOf(j);
      const paid = m.f64(p) * decimal(m.f32(costs + j * stride + 4 * i), perMoney);
      let score = alpha * v - paid - m.f64(p + 8);
      let terms = Math.abs(alpha * v) + Math.abs(paid) + Math.abs(m.f64(p + 8));
      for (let k = 0; k < many; k++) {
        if (m.f64(r + 16 * k) === 0) continue;
        const charged = m.f64(r + 16 * k) * amount(k, j);
        score -= charged;
        terms += Math.abs(charged);
      }
      largest = Math.max(largest, terms);
      if (score > best) [best, choice] = [score, j + 1];
    }
    add(m, job + 96, largest);
    if (field(36)) setChoice(m, field(36), field(40) !== 0, i, choice);
    const entry = sums + 24 * (choice ? offerOf(choice - 1) : 0);
    add(m, entry, 1);
    if (choice === 0) {
      m.setU32(job + 104, m.u32(job + 104) + (best < 0 ? 1 : 0));
      continue;
    }
    const at = (choice - 1) * stride + 4 * i;
    add(m, entry + 8, decimal(m.f32(costs + at), perMoney));
    add(m, entry + 16, m.f32(values + at));
    for (let k = 0; k < many; k++) add(m, used + 8 * k, amount(k, choice - 1));
    const next = m.f64(job + 80) + best;
    add(m, job + 88, rounding(m.f64(job + 80), best, next));
    m.setF64(job + 80, next);
  }
}

/** In f32: options and costs of each tile of 512 users by lane, value by pairs of lanes, as the kernel adds them. */
export function priceColumns(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  to: number,
  exactlyOne: boolean,
  alpha: number,
  prices: number,
  choices: number,
  sums: number,
): void {
  const byLane = [0, 1, 2, 3].map(() => new Float64Array(options + 1));
  const total = [0, 0];
  for (let start = from; start < to; start += 512) {
    const end = Math.min(start + 512, to);
    const value = [0, 0];
    for (let i = start; i < start + ((end - start + 15) & ~15); i++) {
      let best = exactlyOne ? -Infinity : 0;
      let choice = 0;
      for (let j = 0; j < options; j++) {
        const at = j * stride + 4 * i;
        const paid = fround(m.f32(prices + 32 * j) * m.f32(costs + at));
        const score = fround(fround(fround(alpha * m.f32(values + at)) - paid) - m.f32(prices + 32 * j + 16));
        if (score > best) [best, choice] = [score, j + 1];
      }
      const at = (choice - 1) * stride + 4 * i;
      if (choice) {
        const lane = byLane[(i - start) & 3] as Float64Array;
        lane[choice] = (lane[choice] as number) + m.f32(costs + at);
        value[i & 1] = (value[i & 1] as number) + m.f32(values + at);
      }
      if (i >= end) continue;
      if (choices) m.setU8(choices + i, choice);
      add(m, sums + 24 * choice, 1);
    }
    total[0] = (total[0] as number) + (value[0] as number);
    total[1] = (total[1] as number) + (value[1] as number);
  }
  for (let o = 0; o <= options; o++) {
    const [a, b, c, d] = byLane.map((lane) => lane[o] as number) as [number, number, number, number];
    add(m, sums + 24 * o + 8, a + b + (c + d));
  }
  m.setF64(sums + 16, m.f64(sums + 16) + (total[0] as number) + (total[1] as number));
}

/** The dual function in f64: two lanes, of every four users the first and the third, the second and the fourth. */
export function dualColumns(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  to: number,
  exactlyOne: boolean,
  alpha: number,
  perMoney: number,
  prices: number,
  out: number,
): void {
  const sum = [0, 0] as [number, number];
  const lost = [0, 0] as [number, number];
  const size = [0, 0] as [number, number];
  const scored = (i: number) => {
    let best = exactlyOne ? -Infinity : 0;
    let most = 0;
    for (let j = 0; j < options; j++) {
      const v = m.f32(values + j * stride + 4 * i);
      const [l, charge] = [m.f64(prices + 16 * (j + 1)), m.f64(prices + 16 * (j + 1) + 8)];
      if (v === -Infinity) continue;
      const paid = l * decimal(m.f32(costs + j * stride + 4 * i), perMoney);
      best = Math.max(best, alpha * v - paid - charge);
      most = Math.max(most, Math.abs(alpha * v) + Math.abs(paid) + Math.abs(charge));
    }
    return [best === -Infinity ? 0 : best, most] as const;
  };
  for (let i = from; i < to; i += 4) {
    for (const lane of [0, 1] as const) {
      const [[low, a], [high, b]] = [scored(i + lane), scored(i + lane + 2)];
      size[lane] += a + b;
      for (const score of [low, high]) {
        const next = sum[lane] + score;
        lost[lane] += rounding(sum[lane], score, next);
        sum[lane] = next;
      }
    }
  }
  for (const x of sum) {
    const next = m.f64(out) + x;
    add(m, out + 8, rounding(m.f64(out), x, next));
    m.setF64(out, next);
  }
  m.setF64(out + 8, m.f64(out + 8) + lost[0] + lost[1]);
  m.setF64(out + 16, m.f64(out + 16) + size[0] + size[1]);
}

/** What choices use of each row, in its quanta. */
export function tally(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  columns: number,
  slots: number,
  slotStride: number,
  resources: number,
  choices: number,
  wide: boolean,
  from: number,
  to: number,
  rows: number,
  common: number,
  lists: number,
  rowsOf: number,
  sums: number,
): void {
  for (let i = from; i < to; i++) {
    const choice = wide ? m.u16(choices + 2 * i) : m.u8(choices + i);
    if (choice === 0) continue;
    const at = (choice - 1) * stride + 4 * i;
    const offer = slots ? m.u16(slots + (choice - 1) * slotStride + 2 * i) : choice;
    const [v, c] = [m.f32(values + at), m.f32(costs + at)];
    const counted = (k: number) => {
      const row = rows + 64 * k;
      const [scale, shift, off] = [m.f64(row + 16), m.f64(row + 24), m.f64(row + 32)];
      const kind = m.u32(row);
      if (kind === 0) return 1;
      if (kind === 2) {
        const a = (v - Math.abs(v) * off) * m.f64(row + 40);
        const money = m.f64(row + 8) > 0 ? nearest(c * m.f64(row + 8)) : c + Math.abs(c) * shift;
        const b = money * m.f64(row + 48);
        const quanta = (a - b) * scale;
        const whole = Math.floor(quanta);
        return whole === quanta && rounding(a, -b, a - b) < 0 ? whole - 1 : whole;
      }
      const x = kind === 1 ? c : m.f32(resources + m.u32(row + 4) * columns * stride + at);
      const wider = Math.abs(x) * off;
      return m.f64(row + 56) > 0 ? Math.ceil((x + wider) * scale - shift) : Math.floor((x - wider) * scale + shift);
    };
    for (let k = 0; k < common; k++) add(m, sums + 8 * k, counted(k));
    for (let n = m.u32(lists + 4 * offer); n < m.u32(lists + 4 * offer + 4); n++) {
      const k = m.u16(rowsOf + 2 * n);
      add(m, sums + 8 * k, counted(k));
    }
  }
}

/** The first amount that is not finite, or n; largest, smallest, smallest of size above zero, decimal digits. */
export function scanAmounts(m: Memory, amounts: number, n: number, facts: number): number {
  const isMultiple = (a: number, power: number) =>
    fround(nearest(a * power) / power) === a && Math.abs(nearest(a * power)) < 2 ** 23;
  // Four at a time; of four that hold an illegal one none is looked at.
  for (let row = 0; row < n; row += 4) {
    const four = [0, 1, 2, 3].map((lane) => m.f32(amounts + 4 * (row + lane)));
    const wrong = four.findIndex((a, lane) => row + lane < n && !Number.isFinite(a));
    if (wrong >= 0) return row + wrong;
    for (const a of four) {
      m.setF32(facts, Math.max(m.f32(facts), Math.abs(a)));
      m.setF32(facts + 4, Math.min(m.f32(facts + 4), a));
      if (a !== 0) m.setF32(facts + 8, Math.min(m.f32(facts + 8), Math.abs(a)));
    }
    while (m.u32(facts + 20) <= 4 && !four.every((a) => isMultiple(a, 10 ** m.u32(facts + 20)))) {
      m.setU32(facts + 20, m.u32(facts + 20) + 1);
    }
  }
  return n;
}

/** Users, and money in quanta rounded up and down, by offer. */
export function tallyOffers(
  m: Memory,
  costs: number,
  stride: number,
  slots: number,
  slotStride: number,
  choices: number,
  wide: boolean,
  from: number,
  to: number,
  ways: number,
  sums: number,
): void {
  const [upScale, upShift, upOff] = [m.f64(ways), m.f64(ways + 8), m.f64(ways + 16)];
  const [downScale, downShift, downOff] = [m.f64(ways + 24), m.f64(ways + 32), m.f64(ways + 40)];
  for (let i = from; i < to; i++) {
    const choice = wide ? m.u16(choices + 2 * i) : m.u8(choices + i);
    const at = sums + 24 * (slots && choice ? m.u16(slots + (choice - 1) * slotStride + 2 * i) : choice);
    add(m, at, 1);
    if (!choice) continue;
    const c = m.f32(costs + (choice - 1) * stride + 4 * i);
    add(m, at + 8, Math.ceil((c + Math.abs(c) * upOff) * upScale - upShift));
    add(m, at + 16, Math.floor((c - Math.abs(c) * downOff) * downScale + downShift));
  }
}
