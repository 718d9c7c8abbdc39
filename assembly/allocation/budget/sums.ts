/**
 * What the choices made so far cost and bring, and how money and value are counted: one block of 64 bytes.
 *
 *    0 i64 cost, in quanta of money              32 f64 costScale    K(c) = ceil(c · costScale − costShift)
 *    8 i64 value ÷ 2^32, in quanta of value      40 f64 costShift
 *   16 i64 value mod 2^32, added up apart        48 f64 valueMagic   MAGIC · quantum of value
 *   24 u32 users that stay, 28 u32 spare         56 f64 tileScale    1/quantum where a tile's costs may be added as f64, else 0
 */
const COST: usize = 0;
const VALUE_HIGH: usize = 8;
const VALUE_LOW: usize = 16;
const STAY: usize = 24;

export function costScale(sums: usize): f64 {
  return load<f64>(sums, 32);
}
export function costShift(sums: usize): f64 {
  return load<f64>(sums, 40);
}
export function valueMagic(sums: usize): f64 {
  return load<f64>(sums, 48);
}
export function tileScale(sums: usize): f64 {
  return load<f64>(sums, 56);
}

export function addCost(sums: usize, quanta: i64): void {
  store<i64>(sums, load<i64>(sums, COST) + quanta, COST);
}

/** The value total is kept in two halves: one i64 would overflow after 2^13 users at 2^50 quanta each. */
export function addValue(sums: usize, quanta: i64): void {
  store<i64>(sums, load<i64>(sums, VALUE_HIGH) + (quanta >> 32), VALUE_HIGH);
  store<i64>(sums, load<i64>(sums, VALUE_LOW) + (quanta & 0xffffffff), VALUE_LOW);
}

export function stayCount(sums: usize): u32 {
  return load<u32>(sums, STAY);
}
export function setStayCount(sums: usize, count: u32): void {
  store<u32>(sums, count, STAY);
}
