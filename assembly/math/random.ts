/**
 * Counter-based random numbers.
 *
 * Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), finaliser by D. Stafford
 * (variant 13).
 */
export function mix64(x: u64): u64 {
  let z = x + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Integer ids in place to tie-breaking keys. */
export function mixKeys(keys: usize, n: u32): void {
  for (let i: usize = 0; i < n; i++) store<u64>(keys + (i << 3), mix64(load<u64>(keys + (i << 3))));
}
