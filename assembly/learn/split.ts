/**
 * The best split of a node by one feature: cells are added up bin by bin from the left, and each bin that has rows ends a candidate.
 * Missing values (bin 0), where the node has some, are tried on both sides, and alone on the left.
 *
 * Cells are set to 0 as they are read for the last time, so that the histogram is clean for the next feature.
 */
import { gainOf, LEFT, leftShare } from "./criteria";
import { ARM_BYTES, Run } from "./run";

/** Bits, in `run.work`, of the bins that have rows; then gains by bin for symmetric trees, missing on the right, then on the left. */
export const SEEN: usize = 2304;
export const GAINS: usize = 2560;
export const WORK_BYTES: usize = GAINS + 2 * 2048;

/** The best split so far: `reset` before the first feature of a node. */
export let bestGain: f64 = 0;
export let bestFeature: i32 = -1;
export let bestBin: u32 = 0;
/** Where missing values go: 0 right, 1 left, 2 nobody had one. */
export let bestMissing: u32 = 0;
/** Share of the node's rows that the best split sends left. */
export let bestShare: f64 = 0;

export function reset(least: f64): void {
  bestGain = least;
  bestFeature = -1;
}

/** All bins of a feature are looked at. */
export function seeAll(run: Run, bins: u32): void {
  for (let word: u32 = 0; word < 4; word++) {
    const from = word << 6;
    const bits: u64 = bins <= from ? 0 : bins >= from + 64 ? ~(<u64>0) : ((<u64>1) << (bins & 63)) - 1;
    store<u64>(<usize>run.work + ((<usize>word) << 3), bits, SEEN);
  }
}

/** Looks at the splits of `feature`, whose histogram lies at `h`; says whether there was one to look at (two bins with rows). */
export function scan(run: Run, node: usize, feature: u32, h: usize, symmetric: bool): bool {
  const arms = <usize>run.arms;
  const left = <usize>run.work + LEFT;
  const missing = load<u64>(<usize>run.work, SEEN) & 1 && !isEmpty(h, arms);
  let candidates = 0;
  if (missing) {
    // Missing on the left, at first alone there; the cells stay for the second reading.
    for (let g: usize = 0; g < arms; g++) v128.store(left + (g << 4), v128.load(h + (g << ARM_BYTES)));
    candidates += consider(run, node, feature, 0, 1, 1, symmetric);
    candidates += bins(run, node, feature, h, 1, false, symmetric);
  }
  memory.fill(left, 0, arms << 4);
  candidates += bins(run, node, feature, h, missing ? 0 : 2, true, symmetric);
  return candidates > 0;
}

/** Candidates behind bins 1 and above; `LEFT` holds what is on the left already. */
function bins(run: Run, node: usize, feature: u32, h: usize, missingLeft: u32, last: bool, symmetric: bool): i32 {
  const arms = <usize>run.arms;
  const left = <usize>run.work + LEFT;
  let candidates = 0;
  // A candidate is looked at when the next bin with rows shows that it is not the last.
  let open: i32 = -1;
  for (let word: u32 = 0; word < 4; word++) {
    let bits = load<u64>(<usize>run.work + ((<usize>word) << 3), SEEN);
    while (bits != 0) {
      const bin = (word << 6) + <u32>ctz(bits);
      bits &= bits - 1;
      const cell = h + ((<usize>bin) << 4);
      if (isEmpty(cell, arms)) continue;
      if (bin > 0) {
        if (open > 0) candidates += consider(run, node, feature, <u32>open, bin, missingLeft, symmetric);
        open = <i32>bin;
        for (let g: usize = 0; g < arms; g++) {
          const to = left + (g << 4);
          v128.store(to, f64x2.add(v128.load(to), v128.load(cell + (g << ARM_BYTES))));
        }
      }
      if (last) for (let g: usize = 0; g < arms; g++) v128.store(cell + (g << ARM_BYTES), f64x2.splat(0));
    }
  }
  // Missing on the right is a candidate behind the last bin too, but the same as "alone on the left", mirrored.
  return candidates;
}

function isEmpty(cell: usize, arms: usize): bool {
  for (let g: usize = 0; g < arms; g++) if (load<f64>(cell + (g << ARM_BYTES)) != 0) return false;
  return true;
}

/** Looks at the split behind `bin`, which is the same behind all bins before `next`. */
function consider(run: Run, node: usize, feature: u32, bin: u32, next: u32, missingLeft: u32, symmetric: bool): i32 {
  const gain = gainOf(run, node);
  if (symmetric) {
    if (gain > 0) addGains(<usize>run.work + GAINS, gain * share, bin, next, missingLeft);
    return 1;
  }
  if (gain > bestGain) {
    bestGain = gain;
    bestFeature = <i32>feature;
    bestBin = bin;
    bestMissing = missingLeft;
    bestShare = leftShare;
  }
  return 1;
}

/** For a level: gains of questions; where nobody has a missing value they hold wherever those go. */
function addGains(gains: usize, gain: f64, bin: u32, next: u32, missingLeft: u32): void {
  for (let b = <usize>bin; b < <usize>next; b++) {
    const right = gains + (b << 3);
    if (missingLeft != 1) store<f64>(right, load<f64>(right) + gain);
    if (missingLeft != 0) store<f64>(right, load<f64>(right, 2048) + gain, 2048);
  }
}

/** What a node's gains weigh in a symmetric level. */
export let share: f64 = 0;

export function weigh(part: f64): void {
  share = part;
}

/** Takes a split of a level. */
export function take(gain: f64, feature: i32, bin: u32, missingLeft: u32): void {
  bestGain = gain;
  bestFeature = feature;
  bestBin = bin;
  bestMissing = missingLeft;
}
