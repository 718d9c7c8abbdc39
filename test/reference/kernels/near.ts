/** Twin of the kernel that lists who can change their choice at little loss. */
import type { Memory } from "./memory.js";

export function near(
  m: Memory,
  job: number,
  quick: number,
  from: number,
  to: number,
  epsilon: number,
  records: number,
  n: number,
  room: number,
): number {
  const columns = m.u32(job + 12);
  const fours = from + 4 * Math.floor((to - from) / 4);
  let count = n;
  for (let i = from; i < to; i++) {
    if (quick && i < fours && !isNear(m, job, quick, i, Math.fround(epsilon))) continue;
    if (count + columns + 1 > room) return count;
    count = listUser(m, job, i, epsilon, records, count);
  }
  return count;
}

function isNear(m: Memory, job: number, quick: number, i: number, epsilon: number): boolean {
  const [values, costs, stride, columns] = [m.u32(job), m.u32(job + 4), m.u32(job + 8), m.u32(job + 12)];
  let best = m.u32(job + 32) ? -Infinity : 0;
  let second = -Infinity;
  for (let j = 0; j < columns; j++) {
    if (isNone(m, job, i, j)) continue;
    const gain = Math.fround(m.f32(quick) * m.f32(values + j * stride + 4 * i));
    const paid = Math.fround(m.f32(quick + 12 + 8 * j) * m.f32(costs + j * stride + 4 * i));
    const score = Math.fround(Math.fround(gain - paid) - m.f32(quick + 16 + 8 * j));
    second = Math.max(second, Math.min(best, score));
    best = Math.max(best, score);
  }
  return second > Math.fround(best - epsilon);
}

function listUser(m: Memory, job: number, i: number, epsilon: number, records: number, n: number): number {
  const [values, costs, stride, columns] = [m.u32(job), m.u32(job + 4), m.u32(job + 8), m.u32(job + 12)];
  const orNone = m.u32(job + 32) === 0;
  const choice = m.u32(job + 40) ? m.u16(m.u32(job + 36) + 2 * i) : m.u8(m.u32(job + 36) + i);
  if (choice === 0 && !orNone) return n;
  const now = choice > 0 ? scoreOf(m, job, i, choice - 1) : 0;
  const write = (at: number, option: number, loss: number) => {
    const place = records + 24 * at;
    m.setU32(place, i);
    m.setU32(place + 4, option);
    m.setF32(place + 8, option ? m.f32(values + (option - 1) * stride + 4 * i) : 0);
    m.setF32(place + 12, option ? m.f32(costs + (option - 1) * stride + 4 * i) : 0);
    m.setF64(place + 16, loss);
  };
  let next = n + 1;
  for (let option = orNone ? 0 : 1; option <= columns; option++) {
    if (option === choice || (option > 0 && isNone(m, job, i, option - 1))) continue;
    if (option > 0 && m.f32(values + (option - 1) * stride + 4 * i) === -Infinity) continue;
    const score = option > 0 ? scoreOf(m, job, i, option - 1) : 0;
    if (score > now - epsilon) write(next++, option, now - score);
  }
  if (next === n + 1 && epsilon < Infinity) return n;
  write(n, choice, 0);
  return next;
}

/** Worth nothing for nothing, where users may go without and no resource counts. */
function isNone(m: Memory, job: number, i: number, j: number): boolean {
  const at = j * m.u32(job + 8) + 4 * i;
  const isFree = m.f32(m.u32(job) + at) === 0 && m.f32(m.u32(job + 4) + at) === 0;
  return isFree && m.u32(job + 32) === 0 && m.u32(job + 28) === 0;
}

function scoreOf(m: Memory, job: number, i: number, j: number): number {
  const [values, costs, stride, columns] = [m.u32(job), m.u32(job + 4), m.u32(job + 8), m.u32(job + 12)];
  const slots = m.u32(job + 16);
  const offer = slots ? m.u16(slots + j * m.u32(job + 20) + 2 * i) : j + 1;
  const p = m.u32(job + 48) + 16 * offer;
  let score = m.f64(job + 64) * m.f32(values + j * stride + 4 * i);
  score = score - m.f64(p) * m.f32(costs + j * stride + 4 * i) - m.f64(p + 8);
  for (let k = 0; k < m.u32(job + 28); k++) {
    const rk = m.f64(m.u32(job + 52) + 16 * k);
    if (rk !== 0) score -= rk * m.f32(m.u32(job + 24) + (k * columns + j) * stride + 4 * i);
  }
  return score;
}
