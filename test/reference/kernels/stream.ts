/** Twins of the kernels of streams: seals, samples of unknown length, the steps that a reading keeps. */
import { mix64 } from "../canonical.js";
import { type Memory, setChoice } from "./memory.js";

const GOLDEN = 0x9e3779b1;
const STEP = 40;

export function seal(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  users: number,
  out: number,
): void {
  for (let j = 0; j < options; j++) {
    for (let user = 0; user < users; user += 4) {
      for (const lane of [0, 1, 2, 3]) {
        const at = j * stride + 4 * (user + lane);
        if (m.f32(values + at) === -Infinity) m.setU32(costs + at, 0);
        addWord(m, m.u32(values + at), out + 4 * lane);
        addWord(m, m.u32(costs + at), out + 4 * lane);
      }
    }
  }
}

export function sealWords(m: Memory, words: number, n: number, out: number): void {
  for (let i = 0; i < 4 * n; i++) addWord(m, m.u32(words + 4 * i), out + 4 * (i % 4));
}

/** One lane of both sums. */
function addWord(m: Memory, word: number, at: number): void {
  m.setU32(at, m.u32(at) + word);
  m.setU32(at + 16, m.u32(at + 16) + m.u32(at));
}

export function sealed(m: Memory, out: number): bigint {
  return BigInt.asIntN(
    64,
    [0, 8, 16, 24].reduce((sum, at) => mix64(sum ^ m.u64(out + at)), 0n),
  );
}

export function pick(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  from: number,
  users: number,
  firstRow: number,
  threshold: number,
  toValues: number,
  toCosts: number,
  toStride: number,
  hashes: number,
  capacity: number,
  count: number,
): number {
  let taken = m.u32(count);
  for (let user = from; user < users; user++) {
    if ((user - from) % 4 === 0 && taken + 4 > capacity) {
      m.setU32(count, taken);
      return user;
    }
    const hash = Math.imul(firstRow + user, GOLDEN) >>> 0;
    if (hash > threshold >>> 0) continue;
    copyUser(m, values, costs, stride, options, user, toValues, toCosts, toStride, taken);
    m.setU32(hashes + 4 * taken++, hash);
  }
  m.setU32(count, taken);
  return users;
}

export function thin(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  hashes: number,
  count: number,
  threshold: number,
): number {
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => m.u32(hashes + 4 * i) <= threshold >>> 0);
  kept.forEach((user, place) => {
    copyUser(m, values, costs, stride, options, user, values, costs, stride, place);
    m.setU32(hashes + 4 * place, m.u32(hashes + 4 * user));
  });
  return kept.length;
}

function copyUser(
  m: Memory,
  values: number,
  costs: number,
  stride: number,
  options: number,
  user: number,
  toValues: number,
  toCosts: number,
  toStride: number,
  place: number,
): void {
  for (let j = 0; j < options; j++) {
    m.setU32(toValues + j * toStride + 4 * place, m.u32(values + j * stride + 4 * user));
    m.setU32(toCosts + j * toStride + 4 * place, m.u32(costs + j * stride + 4 * user));
  }
}

export function keep(
  m: Memory,
  steps: number,
  count: number,
  values: number,
  costs: number,
  stride: number,
  options: number,
  origin: number,
  firstRow: number,
  choices: number,
  wide: boolean,
  toSteps: number,
  rows: number,
  numbers: number,
  chosen: number,
  kept: number,
): number {
  let users = kept;
  for (let i = 0; i < count; i++) {
    const step = steps + STEP * i;
    const place = m.u32(step + 32);
    if (i === 0 || place !== m.u32(step - STEP + 32)) {
      const user = origin ? m.u32(origin + 4 * place) : place;
      for (let j = 0; j < options; j++) {
        m.setU32(rows + 8 * options * users + 4 * j, m.u32(values + j * stride + 4 * place));
        m.setU32(rows + 8 * options * users + 4 * (options + j), m.u32(costs + j * stride + 4 * place));
      }
      m.setU32(numbers + 4 * users, firstRow + user);
      setChoice(m, chosen, wide, users, wide ? m.u16(choices + 2 * user) : m.u8(choices + user));
      users++;
    }
    for (let at = 0; at < STEP; at += 8) m.setU64(toSteps + STEP * i + at, m.u64(step + at));
    m.setU32(toSteps + STEP * i + 32, users - 1);
  }
  return users;
}

export function distribute(
  m: Memory,
  steps: number,
  count: number,
  origin: number,
  firstRow: number,
  axis: number,
  start: bigint,
  shift: bigint,
  buckets: number,
): void {
  for (let i = 0; i < count; i++) {
    const step = steps + STEP * i;
    const place = m.u32(step + 32);
    const row = BigInt((origin ? m.u32(origin + 4 * place) : place) + firstRow);
    const distance = axis === 0 ? start - m.u64(step) : axis === 1 ? m.u64(step + 8) - start : row - start;
    const bucket = buckets + 32 * Number(distance >> shift);
    const before = m.u64(bucket + 8);
    m.setI64(bucket, m.i64(bucket) + m.i64(step + 16));
    m.setU64(bucket + 8, before + 1n);
    if (before === 0n || distance < m.u64(bucket + 16)) m.setU64(bucket + 16, distance);
    if (before === 0n || distance > m.u64(bucket + 24)) m.setU64(bucket + 24, distance);
  }
}
