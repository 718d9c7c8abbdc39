/**
 * Which rows a tree sees, and for what: by (seed, group or tree, unit) alone, so that no draw depends on another.
 *
 *   share    of the units are drawn, without replacement (each by its own number), by group: trees of a group share their units
 *   counts   u8 by unit: how often it was drawn with replacement (uplift/evaluate/resample.ts); 0: every one once
 *   honest   of them give the structure, by tree; the others its estimates. 1: all give both
 *
 * Rows of weight 0 are left out.
 */
import { mix64 } from "../math/random";
import { ARM_SHIFT } from "./run";

@unmanaged
export class Draw {
  seed: u64 = 0;
  share: f64 = 0;
  honest: f64 = 0;
  rows: u32 = 0;
  group: u32 = 0;
  tree: u32 = 0;
  /** u8 by row. */
  arms: u32 = 0;
  /** u32 by row; 0: each row is a unit. */
  units: u32 = 0;
  /** f64 by row; 0: all 1. */
  weights: u32 = 0;
  /** What splits look at, f64 by row. */
  target: u32 = 0;
  counts: u32 = 0;
  /** Entries and stats (run.ts) of rows that give the structure. */
  entries: u32 = 0;
  stats: u32 = 0;
  taken: u32 = 0;
  /** Entries, and f64 weights, of rows that give the estimates. */
  others: u32 = 0;
  otherWeights: u32 = 0;
  othersTaken: u32 = 0;
}

const UNIT: f64 = 1.1102230246251565e-16;

/** A number from 0 to 1 that belongs to a unit of a stream. */
function uniform(stream: u64, unit: u64): f64 {
  return <f64>(mix64(stream + unit * 0x9e3779b97f4a7c15) >> 11) * UNIT;
}

export function drawRows(at: usize): void {
  const draw = changetype<Draw>(at);
  const ofGroup = mix64(mix64(draw.seed) + ((<u64>1) << 40) + <u64>draw.group);
  const ofTree = mix64(mix64(draw.seed) + ((<u64>2) << 40) + <u64>draw.tree);
  let taken: usize = 0;
  let others: usize = 0;
  const all = draw.honest >= 1;
  for (let row: usize = 0; row < <usize>draw.rows; row++) {
    const unit = draw.units ? load<u32>(<usize>draw.units + (row << 2)) : <u32>row;
    let w: f64 = draw.weights ? load<f64>(<usize>draw.weights + (row << 3)) : 1;
    if (draw.counts) w *= <f64>load<u8>(<usize>draw.counts + <usize>unit);
    if (w <= 0) continue;
    if (draw.share < 1 && uniform(ofGroup, unit) >= draw.share) continue;
    const entry = <u32>row | ((<u32>load<u8>(<usize>draw.arms + row)) << ARM_SHIFT);
    const structure = all || uniform(ofTree, unit) < draw.honest;
    if (structure) {
      store<u32>(<usize>draw.entries + (taken << 2), entry);
      const stat = <usize>draw.stats + (taken << 4);
      store<f64>(stat, w);
      store<f64>(stat, w * load<f64>(<usize>draw.target + (row << 3)), 8);
      taken++;
    }
    if (all || !structure) {
      store<u32>(<usize>draw.others + (others << 2), entry);
      store<f64>(<usize>draw.otherWeights + (others << 3), w);
      others++;
    }
  }
  draw.taken = <u32>taken;
  draw.othersTaken = <u32>others;
}

/** Number of the fold, of `folds`, that each unit's rows fall into: u8 by row. */
export function drawFolds(units: usize, rows: u32, folds: u32, seed: u32, seedAbove: u32, out: usize): void {
  const stream = mix64(mix64(((<u64>seedAbove) << 32) | <u64>seed) + ((<u64>3) << 40));
  for (let row: usize = 0; row < <usize>rows; row++) {
    const unit = units ? load<u32>(units + (row << 2)) : <u32>row;
    store<u8>(out + row, <u8>(uniform(stream, unit) * <f64>folds));
  }
}
