/** Twins of the kernels that read the whole table at given prices. */
import { type Memory, nearest, quanta, Sums, setChoice } from "./memory.js";

const { fround } = Math;
const TILE = 512;

export function sieve(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  to: number,
  origin: number,
  exactlyOne: boolean,
  hi: number,
  lo: number,
  toleranceAbsolute: number,
  toleranceByCost: number,
  toleranceRelative: number,
  choices: number,
  wide: boolean,
  rows: number,
  rowOrigin: number,
  capacity: number,
  sumsAt: number,
): number {
  const sums = new Sums(m, sumsAt);
  const none = exactlyOne ? -Infinity : 0;
  const score = (user: number, option: number, price: number) => {
    const at = (option - 1) * stride + 4 * user;
    return fround(m.f32(values + at) - fround(price * m.f32(costs + at)));
  };
  let user = from;
  while (user < to && sums.stay + TILE <= capacity) {
    const end = Math.min(user + TILE, to);
    // Lanes 0 … 3 of a vector of users, as the kernel adds them.
    const lanes = [0, 0, 0, 0];
    let cost = 0n;
    const value = [0n, 0n];
    for (; user < end; user++) {
      let option = 0;
      let best = none;
      let next = -Infinity;
      let low = none;
      let largest = 0;
      for (let j = 1; j <= options; j++) {
        const atHi = score(user, j, hi);
        low = Math.max(low, score(user, j, lo));
        largest = Math.max(largest, m.f32(costs + (j - 1) * stride + 4 * user));
        if (atHi > best) option = j;
        next = Math.max(next, Math.min(atHi, best));
        best = Math.max(best, atHi);
      }
      const number = origin ? m.u32(origin + 4 * user) : user;
      setChoice(m, choices, wide, number, option);
      const byCost = fround(toleranceAbsolute + fround(toleranceByCost * largest));
      const tolerance = fround(byCost + fround(toleranceRelative * Math.abs(best)));
      const lead = option ? score(user, option, lo) : 0;
      if (next > fround(best - tolerance) || lead < low) {
        copyRow(m, values, costs, stride, options, user, rows + 8 * options * sums.stay);
        m.setU32(rowOrigin + 4 * sums.stay, number);
        sums.stay++;
        continue;
      }
      const at = (option - 1) * stride + 4 * user;
      const c = option ? m.f32(costs + at) : 0;
      const lane = (user - from) & 3;
      lanes[lane] = (lanes[lane] as number) + c;
      cost += sums.costQuanta(c);
      value[lane >> 1] = (value[lane >> 1] as bigint) + quanta(option ? m.f32(values + at) : 0, sums.valueMagic);
    }
    const [a, b, c, d] = lanes as [number, number, number, number];
    sums.addCost(sums.tileScale ? BigInt(nearest((a + c + (b + d)) * sums.tileScale)) : cost);
    for (const part of value) sums.addValue(part);
  }
  return user;
}

function copyRow(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  user: number,
  row: number,
): void {
  for (let j = 0; j < options; j++) {
    m.setF32(row + 4 * j, m.f32(values + j * stride + 4 * user));
    m.setF32(row + 4 * (options + j), m.f32(costs + j * stride + 4 * user));
  }
}

export function spend(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  users: number,
  exactlyOne: boolean,
  price: number,
  out: number,
): void {
  const sum = [0, 0];
  const squares = [0, 0];
  for (let user = 0; user < users; user += 4) {
    const c = [0, 1, 2, 3].map((lane) => {
      let best = exactlyOne ? -Infinity : 0;
      let cost = 0;
      for (let j = 0; j < options; j++) {
        const at = j * stride + 4 * (user + lane);
        const score = fround(m.f32(values + at) - fround(price * m.f32(costs + at)));
        if (score > best) [best, cost] = [score, m.f32(costs + at)];
      }
      return cost;
    }) as [number, number, number, number];
    for (const lane of [0, 1] as const) {
      const [low, high] = [c[lane], c[lane + 2] as number];
      sum[lane] = (sum[lane] as number) + (low + high);
      squares[lane] = (squares[lane] as number) + (low * low + high * high);
    }
  }
  m.setF64(out, (sum[0] as number) + (sum[1] as number));
  m.setF64(out + 8, (squares[0] as number) + (squares[1] as number));
}

export function dual(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  users: number,
  exactlyOne: boolean,
  price: number,
  perMoney: number,
  out: number,
): void {
  // Two lanes: of every four users the first and the third, the second and the fourth.
  const lanes = [0, 8].map((at) => ({ sum: m.f64(out + at), lost: m.f64(out + at + 16), size: m.f64(out + at + 32) }));
  const best = (user: number) => {
    let most = exactlyOne ? -Infinity : 0;
    for (let j = 0; j < options; j++) {
      const c = m.f32(costs + j * stride + 4 * user);
      const cost = perMoney > 0 ? nearest(c * perMoney) / perMoney : c;
      most = Math.max(most, m.f32(values + j * stride + 4 * user) - price * cost);
    }
    return most === -Infinity ? 0 : most;
  };
  for (let user = 0; user < users; user += 4) {
    lanes.forEach((lane, i) => {
      const [low, high] = [best(user + i), best(user + i + 2)];
      lane.size += Math.abs(low) + Math.abs(high);
      for (const term of [low, high]) {
        const next = lane.sum + term;
        lane.lost += rounding(lane.sum, term, next);
        lane.sum = next;
      }
    });
  }
  lanes.forEach(({ sum, lost, size }, i) => {
    m.setF64(out + 8 * i, sum);
    m.setF64(out + 8 * i + 16, lost);
    m.setF64(out + 8 * i + 32, size);
  });
}

/** What a + b lost when it became `sum` (Knuth's TwoSum). */
function rounding(a: number, b: number, sum: number): number {
  const rest = sum - a;
  return a - (sum - rest) + (b - rest);
}

/** Sums of mantissas by exponent: exact in any order. */
export function total(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  users: number,
  choices: number,
  wide: boolean,
  out: number,
): void {
  for (let i = 0; i < users; i++) {
    const option = wide ? m.u16(choices + 2 * i) : m.u8(choices + i);
    if (option === 0) continue;
    const at = (option - 1) * stride + 4 * i;
    addExactly(m, m.u32(costs + at), out);
    addExactly(m, m.u32(values + at), out + 2048);
  }
}

function addExactly(m: Memory, bits: number, sums: number): void {
  const exponent = (bits >>> 23) & 255;
  const mantissa = BigInt((bits & 0x7fffff) + (exponent ? 0x800000 : 0));
  m.setI64(sums + 8 * exponent, m.i64(sums + 8 * exponent) + (bits >>> 31 ? -mantissa : mantissa));
}
