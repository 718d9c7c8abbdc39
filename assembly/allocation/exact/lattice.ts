/**
 * The lattice that all differences (Δk, Δp) of the moves span: { s·(a, b) + t·(0, d) }. A plan can only weigh and be worth
 * what lies on it, so that the next value above z may be far from z + 1: strongly correlated data have p − k in tens.
 *
 *   basis   0 i64 a ≥ 0, 8 i64 b, 16 i64 d ≥ 0
 *
 * Source: Hermite normal form of a 2 × n matrix, column by column (Euclid).
 */
import { MOVE } from "./reduce";

/** Products up to here are safe in i64; past it the lattice of all whole numbers is as good. */
const SAFE: f64 = 1152921504606846976;

/** Widens the basis by moves; starts from the basis given ((0, 0), (0, 0) at first). */
export function span(moves: usize, count: u32, basis: usize): void {
  let a = load<i64>(basis);
  let b = load<i64>(basis, 8);
  let d = load<i64>(basis, 16);
  for (let m: u32 = 0; m < count && (a != 1 || d != 1); m++) {
    let x = load<i64>(moves + <usize>m * MOVE);
    let y = load<i64>(moves + <usize>m * MOVE, 8);
    while (x != 0) {
      const q = a / x;
      if (abs(<f64>q) * abs(<f64>y) + abs(<f64>b) > SAFE) {
        a = 1;
        b = 0;
        d = 1;
        x = 0;
        y = 0;
        break;
      }
      const restX = a - q * x;
      const restY = b - q * y;
      a = x;
      b = y;
      x = restX;
      y = restY;
    }
    d = gcd(d, abs(y));
    if (d) b %= d;
  }
  if (a < 0) {
    a = -a;
    b = -b;
  }
  store<i64>(basis, a);
  store<i64>(basis, b, 8);
  store<i64>(basis, d, 16);
}

function gcd(x: i64, y: i64): i64 {
  while (y != 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}
