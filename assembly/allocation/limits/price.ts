/**
 * Several limits as prices by offer (Everett 1963; per-option prices as in a Lagrangian of structured rows):
 *
 *   score_ij = α v_ij − l_j c_ij − m_j − Σ_k r_k a_ijk,   x_i = argmax_j score_ij   (none scores 0 unless exactly one is asked)
 *
 * in f64: products of an f32 and a price have one rounding. Sums over users are what the dual function and its slope need.
 *
 *   job   0 u32 values      16 u32 slots, 0 = none   32 u32 exactly one   48 u32 prices by offer: f64 l, f64 m, from offer 0
 *         4 u32 costs       20 u32 bytes of a slot   36 u32 choices or 0  52 u32 by resource: f64 r, f64 perUnit
 *         8 u32 stride      24 u32 resources         40 u32 wide          56 u32 sums
 *        12 u32 columns     28 u32 how many          44 u32 offers        60 u32 spare
 *        64 f64 α           72 f64 perMoney: above zero, costs are whole multiples of 1/perMoney and read as such; so perUnit
 *        80 f64 Σ score     88 f64 what its rounding lost   96 f64 Σ_i max_j (α|v| + |l c| + |m| + Σ |r a|), for margins
 *       104 u32 users without an option
 *
 *   sums  by offer, 0 = none: f64 users, f64 cost, f64 value; then by resource: f64 used
 *
 * Amounts of resource k for column j start at resources + (k · columns + j) · stride.
 */
import { setChoice } from "../choices";

const ENTRY: usize = 24;

/** Adds users [from, to) to the sums of `job`. */
export function price(job: usize, from: u32, to: u32): void {
  const values: usize = load<u32>(job);
  const costs: usize = load<u32>(job, 4);
  const stride: usize = load<u32>(job, 8);
  const columns: u32 = load<u32>(job, 12);
  const slots: usize = load<u32>(job, 16);
  const slotStride: usize = load<u32>(job, 20);
  const resources: usize = load<u32>(job, 24);
  const many: u32 = load<u32>(job, 28);
  const none: f64 = load<u32>(job, 32) ? -Infinity : 0;
  const choices: usize = load<u32>(job, 36);
  const wide = load<u32>(job, 40) != 0;
  const prices: usize = load<u32>(job, 48);
  const r: usize = load<u32>(job, 52);
  const sums: usize = load<u32>(job, 56);
  const alpha = load<f64>(job, 64);
  const perMoney = load<f64>(job, 72);
  const used = sums + (<usize>load<u32>(job, 44) + 1) * ENTRY;
  const block = <usize>columns * stride;
  let sum = load<f64>(job, 80);
  let lost = load<f64>(job, 88);
  let size = load<f64>(job, 96);
  let unserved = load<u32>(job, 104);
  for (let i = from; i < to; i++) {
    const row = (<usize>i) << 2;
    let best = none;
    let choice: u32 = 0;
    let offer: u32 = 0;
    let largest: f64 = 0;
    for (let j: u32 = 0; j < columns; j++) {
      const at = row + <usize>j * stride;
      const v: f64 = load<f32>(values + at);
      if (v == -Infinity) continue;
      const o: u32 = slots ? load<u16>(slots + <usize>j * slotStride + (row >> 1)) : j + 1;
      const p = prices + ((<usize>o) << 4);
      const gain = alpha * v;
      const paid = load<f64>(p) * decimalOf(load<f32>(costs + at), perMoney);
      const m = load<f64>(p, 8);
      let score = gain - paid - m;
      let terms = abs(gain) + abs(paid) + abs(m);
      for (let k: u32 = 0; k < many; k++) {
        const rk = load<f64>(r + ((<usize>k) << 4));
        if (rk == 0) continue;
        const amount =
          rk * decimalOf(load<f32>(resources + <usize>k * block + at), load<f64>(r + ((<usize>k) << 4), 8));
        score -= amount;
        terms += abs(amount);
      }
      largest = max(largest, terms);
      // Without a branch: which option is the better cannot be foretold.
      const better = score > best;
      best = select<f64>(score, best, better);
      choice = select<u32>(j + 1, choice, better);
      offer = select<u32>(o, offer, better);
    }
    size += largest;
    if (choices) setChoice(choices, wide, i, choice);
    const entry = sums + <usize>offer * ENTRY;
    store<f64>(entry, load<f64>(entry) + 1);
    if (!choice) {
      unserved += u32(best < 0);
      continue;
    }
    const at = row + <usize>(choice - 1) * stride;
    store<f64>(entry, load<f64>(entry, 8) + decimalOf(load<f32>(costs + at), perMoney), 8);
    store<f64>(entry, load<f64>(entry, 16) + <f64>load<f32>(values + at), 16);
    for (let k: u32 = 0; k < many; k++) {
      const to = used + ((<usize>k) << 3);
      const amount = decimalOf(load<f32>(resources + <usize>k * block + at), load<f64>(r + ((<usize>k) << 4), 8));
      store<f64>(to, load<f64>(to) + amount);
    }
    const next = sum + best;
    const rest = next - sum;
    lost += sum - (next - rest) + (best - rest);
    sum = next;
  }
  store<f64>(job, sum, 80);
  store<f64>(job, lost, 88);
  store<f64>(job, size, 96);
  store<u32>(job, unserved, 104);
}

/** A number as the caller means it: the decimal next to its f32, where the column holds decimals. */
function decimalOf(x: f64, perUnit: f64): f64 {
  return perUnit > 0 ? nearest(x * perUnit) / perUnit : x;
}
