/**
 * Takes hull steps: all before the break, then what still fits of those behind it (ARCHITECTURE.md, 5 and 6).
 *
 *   taken    one byte a step, in the order of `steps`: 0, or 1 where the step is taken
 */

import { setChoice } from "../choices";
import { ENTRY } from "./order";
import { STEP } from "./steps";
import { addCost, addValue } from "./sums";

/** Takes the steps [0, end) of `order` and adds them up. */
export function takeFirst(steps: usize, order: usize, end: u32, taken: usize, sums: usize): void {
  for (let i: u32 = 0; i < end; i++) {
    const number = load<u32>(order + <usize>i * ENTRY, 8);
    store<u8>(taken + number, 1);
    addStep(steps + <usize>number * STEP, sums);
  }
}

/** Takes of the steps [from, to) of `order` those that fit `left` quanta, a later step only after its earlier one; returns what is left. */
export function fill(steps: usize, order: usize, from: u32, to: u32, left: i64, taken: usize, sums: usize): i64 {
  for (let i = from; i < to; i++) {
    const number = load<u32>(order + <usize>i * ENTRY, 8);
    const step = steps + <usize>number * STEP;
    const weight = load<i64>(step, 16);
    if (weight > left || !(isFirst(steps, number) || load<u8>(taken + number - 1))) continue;
    store<u8>(taken + number, 1);
    addStep(step, sums);
    left -= weight;
  }
  return left;
}

/** Whether no earlier step of the same user is written out. */
export function isFirst(steps: usize, number: u32): bool {
  if (number == 0) return true;
  const step = steps + <usize>number * STEP;
  return load<u32>(step, 32) != load<u32>(step - STEP, 32);
}

/** Writes the options that the taken steps reached; later steps of a user come later and win. */
export function writeTaken(steps: usize, count: u32, taken: usize, origin: usize, choices: usize, wide: bool): void {
  for (let number: u32 = 0; number < count; number++) {
    if (!load<u8>(taken + number)) continue;
    const step = steps + <usize>number * STEP;
    const place = load<u32>(step, 32);
    setChoice(choices, wide, origin ? load<u32>(origin + ((<usize>place) << 2)) : place, load<u16>(step, 38));
  }
}

function addStep(step: usize, sums: usize): void {
  addCost(sums, load<i64>(step, 16));
  addValue(sums, load<i64>(step, 24));
}
