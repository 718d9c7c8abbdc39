/**
 * The hulls of four users at once, in f64: the options in the order of cost, and over the gap between two neighbours the
 * slope of the hull.
 *
 *   items    48 k: v128 value, cost, number of the k-th option of four users, f32, f32, u32; k = 0 is "none" as it is read
 *   points  128 k: v128 values of users 0 and 1, of 2 and 3; costs of 0 and 1, of 2 and 3, f64;
 *           64: (cost, value) of user 0, 1, 2, 3 as they are summed, f64
 *   gaps     32 k: v128 slopes between points k and k + 1 of users 0 and 1, of 2 and 3, f64
 *
 * A closed option stands as a copy of the one before it: a gap of no width, which changes nothing.
 *
 * The slope over a gap is min over a left of it, max over b right of it, of the slope from a to b (Ayer et al. 1955, the
 * min–max form of pooling adjacent violators): no branch. Where the differences are exact, as they are here (`fits`),
 * rounding the quotients is monotone, so that this is the rounded slope of the true hull; and the user who climbs as
 * ARCHITECTURE.md says, while the rounded slope is above a price, comes to the same point: where it takes a point below
 * the hull because its rounded slope is as steep, the next slope is no less, and it goes on to the hull.
 */

export const ITEM: usize = 48;
export const POINT: usize = 128;
export const GAP: usize = 32;

/** What became of four users. */
export const ORDERED: i32 = 0;
export const UNORDERED: i32 = 1;
/** Some number is too large or too small beside the others for exact differences. */
export const FAR: i32 = 2;

/**
 * Reads four users into `items`. `fits` are four u32: sizes of costs that are not zero must lie from fits[0] to fits[1], of
 * values from fits[2] to fits[3], by their bits.
 */
export function read(
  values: usize,
  costs: usize,
  stride: usize,
  columns: u32,
  exactlyOne: bool,
  fits: usize,
  items: usize,
): i32 {
  const SIZE = i32x4.splat(0x7fffffff);
  const ONE = i32x4.splat(1);
  let v = f32x4.splat(exactlyOne ? -Infinity : 0);
  let c = f32x4.splat(exactlyOne ? -f32.MAX_VALUE : 0);
  let number = i32x4.splat(0);
  // The least size less one, so that zero counts as the largest.
  let leastC = i32x4.splat(-1);
  let leastV = i32x4.splat(-1);
  let mostC = i32x4.splat(0);
  let mostV = i32x4.splat(0);
  let wrong = i32x4.splat(0);
  v128.store(items, v);
  v128.store(items, c, 16);
  v128.store(items, number, 32);
  for (let j: u32 = 1; j <= columns; j++) {
    const jv = v128.load(values);
    // Without the sign of zero: −0 − 0 would be −0, and a step of no cost steep.
    const jc = f32x4.add(v128.load(costs), f32x4.splat(0));
    values += stride;
    costs += stride;
    items += ITEM;
    const closed = f32x4.eq(jv, f32x4.splat(-Infinity));
    const sizeC = v128.and(jc, SIZE);
    const sizeV = v128.andnot(v128.and(jv, SIZE), closed);
    leastC = i32x4.min_u(leastC, i32x4.sub(sizeC, ONE));
    leastV = i32x4.min_u(leastV, i32x4.sub(sizeV, ONE));
    mostC = i32x4.max_u(mostC, sizeC);
    mostV = i32x4.max_u(mostV, sizeV);
    const toV = v128.bitselect(v, jv, closed);
    const toC = v128.bitselect(c, jc, closed);
    number = v128.bitselect(number, i32x4.splat(j), closed);
    wrong = v128.or(wrong, v128.or(f32x4.lt(toC, c), v128.and(f32x4.eq(toC, c), f32x4.gt(toV, v))));
    v = toV;
    c = toC;
    v128.store(items, v);
    v128.store(items, c, 16);
    v128.store(items, number, 32);
  }
  const far = v128.or(
    v128.or(i32x4.lt_u(leastC, i32x4.splat(load<u32>(fits) - 1)), i32x4.gt_u(mostC, i32x4.splat(load<u32>(fits, 4)))),
    v128.or(
      i32x4.lt_u(leastV, i32x4.splat(load<u32>(fits, 8) - 1)),
      i32x4.gt_u(mostV, i32x4.splat(load<u32>(fits, 12))),
    ),
  );
  return v128.any_true(far) ? FAR : v128.any_true(wrong) ? UNORDERED : ORDERED;
}

/**
 * Sorts `n` items by (cost ascending, value descending, number ascending), each user its own.
 * Source: Batcher's odd–even merge sort, as Knuth's algorithm 5.2.2 M has it for any n.
 */
export function sort(items: usize, n: u32): void {
  let top: u32 = 1;
  while (top << 1 < n) top <<= 1;
  for (let p = top; p > 0; p >>= 1) {
    let q = top;
    let r: u32 = 0;
    let d = p;
    while (true) {
      for (let i: u32 = 0; i + d < n; i++) {
        if ((i & p) == r) exchange(items + <usize>i * ITEM, items + <usize>(i + d) * ITEM);
      }
      if (q == p) break;
      d = q - p;
      q >>= 1;
      r = p;
    }
  }
}

function exchange(a: usize, b: usize): void {
  const av = v128.load(a);
  const ac = v128.load(a, 16);
  const an = v128.load(a, 32);
  const bv = v128.load(b);
  const bc = v128.load(b, 16);
  const bn = v128.load(b, 32);
  const later = v128.and(f32x4.eq(av, bv), i32x4.gt_s(an, bn));
  const worse = v128.and(f32x4.eq(ac, bc), v128.or(f32x4.lt(av, bv), later));
  const swap = v128.or(f32x4.gt(ac, bc), worse);
  v128.store(a, v128.bitselect(bv, av, swap));
  v128.store(a, v128.bitselect(bc, ac, swap), 16);
  v128.store(a, v128.bitselect(bn, an, swap), 32);
  v128.store(b, v128.bitselect(av, bv, swap));
  v128.store(b, v128.bitselect(ac, bc, swap), 16);
  v128.store(b, v128.bitselect(an, bn, swap), 32);
}

/** The points of n items. With `perMoney` above zero costs are summed in whole units, 1/perMoney each. */
export function place(items: usize, n: u32, perMoney: f64, points: usize): void {
  const SCALE = f64x2.replace_lane(f64x2.splat(0), 0, perMoney);
  const SHIFT = f64x2.splat(0.5);
  for (let k: u32 = 0; k < n; k++) {
    const v = v128.load(items);
    const c = v128.load(items, 16);
    v128.store(points, f64x2.promote_low_f32x4(v));
    v128.store(points, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)), 16);
    v128.store(points, f64x2.promote_low_f32x4(c), 32);
    v128.store(points, f64x2.promote_low_f32x4(i32x4.shuffle(c, c, 2, 3, 2, 3)), 48);
    // Where exactly one is asked, who has no option yet counts nothing.
    const open = f32x4.gt(v, f32x4.splat(-Infinity));
    const low = i32x4.shuffle(v128.and(c, open), v128.and(v, open), 0, 4, 1, 5);
    const high = i32x4.shuffle(v128.and(c, open), v128.and(v, open), 2, 6, 3, 7);
    for (let two: u32 = 0; two < 2; two++) {
      const both = two ? high : low;
      let even = f64x2.promote_low_f32x4(both);
      let odd = f64x2.promote_low_f32x4(i32x4.shuffle(both, both, 2, 3, 2, 3));
      if (perMoney > 0) {
        even = i64x2.shuffle(f64x2.ceil(f64x2.sub(f64x2.mul(even, SCALE), SHIFT)), even, 0, 3);
        odd = i64x2.shuffle(f64x2.ceil(f64x2.sub(f64x2.mul(odd, SCALE), SHIFT)), odd, 0, 3);
      }
      v128.store(points + <usize>(two << 5), even, 64);
      v128.store(points + <usize>(two << 5), odd, 80);
    }
    items += ITEM;
    points += POINT;
  }
}

/** The slopes over the n − 1 gaps between n points; 0 where the hull no longer climbs. */
export function slope(points: usize, n: u32, gaps: usize): void {
  const last = points + <usize>(n - 1) * POINT;
  const end = gaps + <usize>(n - 1) * GAP;
  for (let gap = gaps; gap < end; gap += 16) v128.store(gap, f64x2.splat(Infinity));
  const ZERO = f64x2.splat(0);
  for (let a = points, first = gaps; a < last; a += POINT, first += GAP) {
    const v01 = v128.load(a);
    const v23 = v128.load(a, 16);
    const c01 = v128.load(a, 32);
    const c23 = v128.load(a, 48);
    let most01 = ZERO;
    let most23 = ZERO;
    for (let b = last, gap = end - GAP; gap >= first; b -= POINT, gap -= GAP) {
      // The order of pmax drops the NaN of 0/0.
      most01 = f64x2.pmax(most01, f64x2.div(f64x2.sub(v128.load(b), v01), f64x2.sub(v128.load(b, 32), c01)));
      most23 = f64x2.pmax(most23, f64x2.div(f64x2.sub(v128.load(b, 16), v23), f64x2.sub(v128.load(b, 48), c23)));
      v128.store(gap, f64x2.pmin(v128.load(gap), most01));
      v128.store(gap, f64x2.pmin(v128.load(gap, 16), most23), 16);
    }
  }
}
