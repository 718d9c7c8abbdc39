/** Twins of the kernels that fill, check and rearrange columns. */
import { mix64 } from "../canonical.js";
import { type Memory, nearest } from "./memory.js";

export function narrow(
  m: Memory,
  fromValues: number,
  fromCosts: number,
  n: number,
  values: number,
  costs: number,
): number {
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const v = m.f64(fromValues + 8 * i);
    const c = m.f64(fromCosts + 8 * i);
    let cost = Math.fround(c);
    // A decimal goes to its nearest f32, from which it is found again; anything else is never stored below.
    if (cost < c && isDecimal(c)) lost |= 2;
    else if (cost < c) cost = nextUp(cost);
    m.setF32(values + 4 * i, v);
    m.setF32(costs + 4 * i, cost);
    if (Math.fround(v) !== v) lost |= isDecimal(v) ? 4 : 12;
    if (Math.fround(v) !== v || cost !== c) lost |= 1;
  }
  return lost;
}

function isDecimal(c: number): boolean {
  return [1, 10, 100, 1000, 10_000].some((power) => {
    const k = nearest(c * power);
    return k / power === c && Math.abs(k) < 2 ** 23;
  });
}

function nextUp(x: number): number {
  if (x === 0) return 2 ** -149;
  const bits = new Int32Array(Float32Array.of(x).buffer);
  bits[0] = (bits[0] as number) + (x > 0 ? 1 : -1);
  return new Float32Array(bits.buffer)[0] as number;
}

export function offUnit(m: Memory, values: number, costs: number, n: number, unit: number): number {
  for (let i = 0; i < n; i++) {
    const c = m.f32(costs + 4 * i);
    if (m.f32(values + 4 * i) !== -Infinity && Math.fround(nearest(c / unit) * unit) !== c) return i;
  }
  return n;
}

type Facts = [number, number, number, number, number];

export function scan(m: Memory, values: number, costs: number, n: number, facts: number): number {
  const places = [0, 4, 8, 12, 28];
  let [most, least, tiny, mostValue, leastValue] = places.map((at) => m.f32(facts + at)) as number[] as Facts;
  let open = m.u32(facts + 16);
  let digits = m.u32(facts + 20);
  for (let i = 0; i < n; i++) {
    const v = m.f32(values + 4 * i);
    if (v === -Infinity) {
      m.setF32(costs + 4 * i, 0);
      continue;
    }
    const c = m.f32(costs + 4 * i);
    if (!Number.isFinite(v) || !Number.isFinite(c)) {
      m.setU32(facts + 24, Number.isFinite(v) ? 2 : 1);
      return i;
    }
    mostValue = Math.max(mostValue, Math.abs(v));
    leastValue = Math.min(leastValue, v);
    most = Math.max(most, Math.abs(c));
    least = Math.min(least, c);
    if (c !== 0) tiny = Math.min(tiny, Math.abs(c));
    open++;
    while (digits <= 4 && !isMultiple(c, 10 ** digits)) digits++;
  }
  [most, least, tiny, mostValue, leastValue].forEach((x, k) => {
    m.setF32(facts + (places[k] as number), x);
  });
  m.setU32(facts + 16, open);
  m.setU32(facts + 20, digits);
  return n;
}

function isMultiple(c: number, power: number): boolean {
  const k = nearest(c * power);
  return Math.fround(k / power) === c && Math.abs(k) < 2 ** 23;
}

export function sample(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  users: number,
  toValues: number,
  toCosts: number,
  toStride: number,
  lines: number,
): void {
  const all = Math.ceil(users / 16);
  for (let line = 0; line < lines; line++) {
    const from = Math.floor(((Math.imul(line, 0x9e3779b1) >>> 0) * all) / 2 ** 32);
    for (let j = 0; j < options; j++) {
      for (let i = 0; i < 16; i++) {
        m.setF32(toValues + j * toStride + 64 * line + 4 * i, m.f32(values + j * stride + 64 * from + 4 * i));
        m.setF32(toCosts + j * toStride + 64 * line + 4 * i, m.f32(costs + j * stride + 64 * from + 4 * i));
      }
    }
  }
}

export function columns(
  m: Memory,
  rows: number,
  users: number,
  options: number,
  toValues: number,
  toCosts: number,
  toStride: number,
): void {
  for (let j = 0; j < options; j++) {
    for (let i = 0; i < users; i++) {
      const row = rows + 8 * options * i + 4 * j;
      m.setF32(toValues + j * toStride + 4 * i, m.f32(row));
      m.setF32(toCosts + j * toStride + 4 * i, m.f32(row + 4 * options));
    }
    pad(m, toValues + j * toStride, toCosts + j * toStride, users, Math.ceil(users / 16) * 16);
  }
}

export function pad(m: Memory, values: number, costs: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    m.setF32(values + 4 * i, -Infinity);
    m.setF32(costs + 4 * i, 0);
  }
}

export function count(
  m: Memory,
  choices: number,
  wide: boolean,
  users: number,
  _options: number,
  counts: number,
): void {
  for (let i = 0; i < users; i++) {
    const at = counts + 4 * (wide ? m.u16(choices + 2 * i) : m.u8(choices + i));
    m.setU32(at, m.u32(at) + 1);
  }
}

export function offersOf(
  m: Memory,
  slots: number,
  slotStride: number,
  choices: number,
  wide: boolean,
  users: number,
  offers: number,
): void {
  for (let i = 0; i < users; i++) {
    const slot = wide ? m.u16(choices + 2 * i) : m.u8(choices + i);
    m.setU16(offers + 2 * i, slot === 0 ? 0 : m.u16(slots + (slot - 1) * slotStride + 2 * i));
  }
}

export function mixKeys(m: Memory, keys: number, n: number): void {
  for (let i = 0; i < n; i++) m.setU64(keys + 8 * i, mix64(m.u64(keys + 8 * i)));
}
