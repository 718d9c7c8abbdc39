/**
 * The orders in which users enter the core, sorted only as far as they are read: two binary heaps of group numbers (u32).
 *
 *   L+  steepest way up first      L−  least steep way down first      equals: the lower number first
 */
import { GROUP } from "./reduce";

/** Lists the groups that have a way `down` (or up) in a heap at `queue`; how many. */
export function enqueue(groups: usize, count: u32, down: bool, queue: usize): u32 {
  let size: u32 = 0;
  for (let g: u32 = 0; g < count; g++) {
    if (slopeOf(groups, g, down) == (down ? Infinity : -Infinity)) continue;
    store<u32>(queue + ((<usize>size) << 2), g);
    size++;
  }
  for (let i = <i32>(size >> 1) - 1; i >= 0; i--) sink(groups, down, queue, size, i);
  return size;
}

/** Takes groups off the top that are in the core already; how many are left. */
export function skip(groups: usize, down: bool, queue: usize, count: u32): u32 {
  let size = count;
  while (size > 0 && load<u32>(groups + <usize>load<u32>(queue) * GROUP, 28)) {
    size--;
    store<u32>(queue, load<u32>(queue + ((<usize>size) << 2)));
    sink(groups, down, queue, size, 0);
  }
  return size;
}

function slopeOf(groups: usize, g: u32, down: bool): f64 {
  const group = groups + <usize>g * GROUP;
  return down ? load<f64>(group, 8) : load<f64>(group);
}

function isBefore(groups: usize, down: bool, a: u32, b: u32): bool {
  const x = slopeOf(groups, a, down);
  const y = slopeOf(groups, b, down);
  if (x != y) return down ? x < y : x > y;
  return a < b;
}

function sink(groups: usize, down: bool, queue: usize, size: u32, from: u32): void {
  let i = from;
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= size) return;
    const top = load<u32>(queue + ((<usize>i) << 2));
    let best = load<u32>(queue + ((<usize>child) << 2));
    if (child + 1 < size) {
      const right = load<u32>(queue + ((<usize>(child + 1)) << 2));
      if (isBefore(groups, down, right, best)) {
        best = right;
        child++;
      }
    }
    if (!isBefore(groups, down, best, top)) return;
    store<u32>(queue + ((<usize>i) << 2), best);
    store<u32>(queue + ((<usize>child) << 2), top);
    i = child;
  }
}
