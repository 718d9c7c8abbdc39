/**
 * What a reading of a stream keeps of the hull steps between two places of the canonical order: the steps themselves with
 * the rows of their users, or, where they are too many, how they lie along one axis of the order.
 */
import { copyRow } from "../budget/sieve";
import { STEP } from "../budget/steps";
import { choiceAt, setChoice } from "../choices";

const NOBODY: u32 = 0xffffffff;

/**
 * Keeps the steps of a block (as `climb` wrote them) and the users they belong to; returns how many users are kept.
 *
 *   steps     40 bytes each (budget/steps.ts); in those that are kept the place is the user's number among the kept
 *   rows      of the users kept: 2·options f32 each (values, then costs)
 *   numbers   their rows in the stream, u32      chosen   their choices before the first of the steps
 */
export function keep(
  steps: usize,
  count: u32,
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  origin: usize,
  firstRow: u32,
  choices: usize,
  wide: bool,
  toSteps: usize,
  rows: usize,
  numbers: usize,
  chosen: usize,
  kept: u32,
): u32 {
  let last = NOBODY;
  for (const end = steps + <usize>count * STEP; steps < end; steps += STEP, toSteps += STEP) {
    const place = load<u32>(steps, 32);
    if (place != last) {
      last = place;
      const user = origin ? load<u32>(origin + ((<usize>place) << 2)) : place;
      copyRow(values, costs, stride, options, place, rows + <usize>kept * options * 8);
      store<u32>(numbers + ((<usize>kept) << 2), firstRow + user);
      setChoice(chosen, wide, kept, choiceAt(choices, wide, user));
      kept++;
    }
    v128.store(toSteps, v128.load(steps));
    v128.store(toSteps, v128.load(steps, 16), 16);
    store<u64>(toSteps, load<u64>(steps, 32), 32);
    store<u32>(toSteps, kept - 1, 32);
  }
  return kept;
}

/**
 * Adds steps to the buckets of an axis. How far a step lies along it from `start`: 0 bits of the efficiency downwards, 1 key
 * upwards, 2 row upwards, each an unsigned 64-bit number in which the order is the canonical one.
 *
 *   bucket   0 i64 Σ weight, quanta of money   8 u64 steps   16 u64 least and 24 u64 greatest distance   (buckets + 32 b)
 */
export function distribute(
  steps: usize,
  count: u32,
  origin: usize,
  firstRow: u32,
  axis: u32,
  start: u64,
  shift: u64,
  buckets: usize,
): void {
  for (const end = steps + <usize>count * STEP; steps < end; steps += STEP) {
    let distance: u64 = 0;
    if (axis == 0) distance = start - load<u64>(steps);
    else if (axis == 1) distance = load<u64>(steps, 8) - start;
    else {
      const place = load<u32>(steps, 32);
      const user = origin ? load<u32>(origin + ((<usize>place) << 2)) : place;
      distance = <u64>(firstRow + user) - start;
    }
    const bucket = buckets + ((<usize>(distance >> shift)) << 5);
    const before = load<u64>(bucket, 8);
    store<i64>(bucket, load<i64>(bucket) + load<i64>(steps, 16));
    store<u64>(bucket, before + 1, 8);
    if (before == 0 || distance < load<u64>(bucket, 16)) store<u64>(bucket, distance, 16);
    if (before == 0 || distance > load<u64>(bucket, 24)) store<u64>(bucket, distance, 24);
  }
}
