/**
 * A sample of a stream whose length nobody knows: row r is in it while r · GOLDEN mod 2^32 ≤ threshold. The multiples of the
 * golden ratio are spread evenly however far they go, and nothing periodic in the rows lines up with them. When the sample
 * is full the threshold is lowered, and the rows above it leave.
 *
 *   sample   values: option j of user i at values + j·stride + 4i; costs likewise; hashes: u32 a user
 */
const GOLDEN: u32 = 0x9e3779b1;

/**
 * Adds rows of a block, from user `from` (a multiple of 4) on; returns the user it stopped before: `users`, or a multiple of
 * 4 from which on the sample may have no room. `firstRow` is the number of the block's first row, `count` the address of how
 * many are in the sample.
 */
export function pick(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  from: u32,
  users: u32,
  firstRow: u32,
  threshold: u32,
  toValues: usize,
  toCosts: usize,
  toStride: usize,
  hashes: usize,
  capacity: u32,
  count: usize,
): u32 {
  const MOST = i32x4.splat(threshold);
  const NEXT = i32x4.splat(4 * GOLDEN);
  const h = (firstRow + from) * GOLDEN;
  let hash = i32x4.add(i32x4.splat(h), i32x4(0, GOLDEN, 2 * GOLDEN, 3 * GOLDEN));
  let taken = load<u32>(count);
  let i = from;
  for (; i < users && taken + 4 <= capacity; i += 4) {
    for (let lanes = i32x4.bitmask(i32x4.le_u(hash, MOST)); lanes; lanes &= lanes - 1) {
      const user = i + ctz(lanes);
      if (user >= users) break;
      copyUser(values, costs, stride, options, user, toValues, toCosts, toStride, taken);
      store<u32>(hashes + ((<usize>taken) << 2), (firstRow + user) * GOLDEN);
      taken++;
    }
    hash = i32x4.add(hash, NEXT);
  }
  store<u32>(count, taken);
  return min(i, users);
}

/** Leaves in a sample of `count` users those up to the threshold; returns how many they are. */
export function thin(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  hashes: usize,
  count: u32,
  threshold: u32,
): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const hash = load<u32>(hashes + ((<usize>i) << 2));
    if (hash > threshold) continue;
    copyUser(values, costs, stride, options, i, values, costs, stride, kept);
    store<u32>(hashes + ((<usize>kept) << 2), hash);
    kept++;
  }
  return kept;
}

function copyUser(
  values: usize,
  costs: usize,
  stride: usize,
  options: u32,
  user: u32,
  toValues: usize,
  toCosts: usize,
  toStride: usize,
  place: u32,
): void {
  const from = (<usize>user) << 2;
  const to = (<usize>place) << 2;
  for (let j: usize = 0; j < options; j++) {
    store<f32>(toValues + j * toStride + to, load<f32>(values + j * stride + from));
    store<f32>(toCosts + j * toStride + to, load<f32>(costs + j * stride + from));
  }
}
