/**
 * Poisson bootstrap: how often each unit (a row, or a cluster of rows) is drawn in a resample.
 *
 *   c_u ~ Poisson(1), u = 0 … n − 1     counts: u8 by unit, the block has room for whole fours
 *
 * Poisson in place of multinomial counts: given their total they are multinomial, so that ratios (all of our metrics) keep
 * their distribution, and each count depends on (seed, resample, unit) alone: no pass that brings the total to n, no state
 * between resamples, the same bytes for any order of work. The word of units 2j, 2j + 1 is number j of the SplitMix64 stream
 * whose state is mixed from seed and resample; a half of it is inverted by the 13 steps of the distribution function in units
 * of 2^-32, beyond which less than 2^-32 lies.
 *
 * Source: Hanley and MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies" (2006); Chamandy et al.,
 * "Estimating uncertainty for massive data streams" (2012).
 */
import { mix64 } from "../../math/random";

const GAMMA: u64 = 0x9e3779b97f4a7c15;

/** round(2^32 F(k)), F(k) = e^-1 Σ_j≤k 1/j!; the last stand at the top. */
const STEPS = memory.data<u32>([
  1580030169, 3160060337, 3950075422, 4213413783, 4279248374, 4292415292, 4294609778, 4294923276, 4294962463,
  4294966817, 4294967253, 4294967292, 4294967295,
]);

/** Steps looked at for all: 1 in 300 units lies above them. */
const FIRST: usize = 5;
const ALL: usize = 13;

export function resample(counts: usize, n: u32, seed: u32, seedAbove: u32, replicate: u32): void {
  let state = mix64(mix64(((<u64>seedAbove) << 32) | <u64>seed) + <u64>replicate);
  for (let i: u32 = 0; i < n; i += 4) {
    const low = mix64(state);
    const high = mix64(state + GAMMA);
    state += 2 * GAMMA;
    const u = i64x2.replace_lane(i64x2.splat(low), 1, high);
    let c = i32x4.splat(0);
    for (let k: usize = 0; k < FIRST; k++) c = i32x4.sub(c, i32x4.ge_u(u, v128.load32_splat(STEPS + (k << 2))));
    if (v128.any_true(i32x4.eq(c, i32x4.splat(<i32>FIRST)))) {
      for (let k: usize = FIRST; k < ALL; k++) c = i32x4.sub(c, i32x4.ge_u(u, v128.load32_splat(STEPS + (k << 2))));
    }
    const narrow = i16x8.narrow_i32x4_u(c, c);
    v128.store32_lane(counts + i, i8x16.narrow_i16x8_u(narrow, narrow), 0);
  }
}
