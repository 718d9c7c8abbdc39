/** Splits a node's rows in place, in their order: left ones first. Layouts: run.ts. */
import { ROW_MASK } from "./run";

/** How many rows go left. `bin` and below goes left; 0, missing, where `missingLeft` says so. `spare` has room for the node. */
export function partition(
  entries: usize,
  stats: usize,
  count: u32,
  column: usize,
  bin: u32,
  missingLeft: u32,
  spareEntries: usize,
  spareStats: usize,
): u32 {
  let left: usize = 0;
  let right: usize = 0;
  // bin − 1 ≤ limit − 1 as u32: missing, 0, is the largest of all, unless it is to go left.
  const shift: u32 = missingLeft ? 0 : 1;
  const limit: u32 = bin - shift;
  for (let i: usize = 0; i < <usize>count; i++) {
    const entry = load<u32>(entries + (i << 2));
    const stat = v128.load(stats + (i << 4));
    const x = <u32>load<u8>(column + <usize>(entry & ROW_MASK));
    const goes: usize = x - shift <= limit ? 1 : 0;
    // Both are written, and the pointer of one moves: no branch that is guessed wrong half of the time.
    store<u32>(entries + (left << 2), entry);
    v128.store(stats + (left << 4), stat);
    store<u32>(spareEntries + (right << 2), entry);
    v128.store(spareStats + (right << 4), stat);
    left += goes;
    right += 1 - goes;
  }
  memory.copy(entries + (left << 2), spareEntries, right << 2);
  memory.copy(stats + (left << 4), spareStats, right << 4);
  return <u32>left;
}
