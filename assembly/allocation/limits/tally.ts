/**
 * What choices use of each limit, in whole quanta of that limit, rounded to the safe side: what holds here holds in the
 * caller's own numbers. Quanta are integers in f64, sums of them stay below 2^53 (src/allocation/limits/accounts.ts), so that
 * they are exact in any order.
 *
 *   row, 64 bytes    0 u32 kind: 0 users, 1 money, 2 return, 3 resource     8 f64 perMoney: above zero, costs are decimals
 *                    4 u32 resource                                        16 f64 scale    24 f64 shift    32 f64 off
 *                   40 f64 valueScale   48 f64 costScale  (return: shift is the off of costs)   56 f64 1 at most, −1 at least
 *
 *   users      1                                    money      ⌈(c + |c| off) scale − shift⌉, at least: ⌊(c − |c| off) scale + shift⌋
 *   resource   as money, from its own column        return     ⌊((v − |v| off) valueScale − c⁺ costScale) scale⌋
 *
 *   lists   u32 by offer from 0, and one more: where its rows start in `rowsOf`, u16; rows [0, common) count every offer
 */
import { choiceAt } from "../choices";

const ROW: usize = 64;

/** Adds what users [from, to) use to `sums`, f64 a row. */
export function tally(
  values: usize,
  costs: usize,
  stride: usize,
  columns: u32,
  slots: usize,
  slotStride: usize,
  resources: usize,
  choices: usize,
  wide: bool,
  from: u32,
  to: u32,
  rows: usize,
  common: u32,
  lists: usize,
  rowsOf: usize,
  sums: usize,
): void {
  const block = <usize>columns * stride;
  for (let i = from; i < to; i++) {
    const choice: u32 = choiceAt(choices, wide, i);
    if (!choice) continue;
    const column = <usize>(choice - 1);
    const at = column * stride + ((<usize>i) << 2);
    const offer: u32 = slots ? load<u16>(slots + column * slotStride + ((<usize>i) << 1)) : choice;
    const v: f64 = load<f32>(values + at);
    const c: f64 = load<f32>(costs + at);
    for (let k: u32 = 0; k < common; k++) add(k, v, c, resources, block, at, rows, sums);
    const end = load<u32>(lists + ((<usize>offer) << 2), 4);
    for (let n = load<u32>(lists + ((<usize>offer) << 2)); n < end; n++) {
      add(load<u16>(rowsOf + ((<usize>n) << 1)), v, c, resources, block, at, rows, sums);
    }
  }
}

function add(k: u32, v: f64, c: f64, resources: usize, block: usize, at: usize, rows: usize, sums: usize): void {
  const row = rows + <usize>k * ROW;
  const kind = load<u32>(row);
  const sum = sums + ((<usize>k) << 3);
  let quanta: f64 = 1;
  if (kind == 2) quanta = returned(row, v, c);
  else if (kind != 0) {
    quanta = counted(row, kind == 1 ? c : <f64>load<f32>(resources + <usize>load<u32>(row, 4) * block + at));
  }
  store<f64>(sum, load<f64>(sum) + quanta);
}

function counted(row: usize, x: f64): f64 {
  const scale = load<f64>(row, 16);
  const shift = load<f64>(row, 24);
  const off = abs(x) * load<f64>(row, 32);
  return load<f64>(row, 56) > 0 ? Math.ceil((x + off) * scale - shift) : Math.floor((x - off) * scale + shift);
}

function returned(row: usize, v: f64, c: f64): f64 {
  const perMoney = load<f64>(row, 8);
  const a = (v - abs(v) * load<f64>(row, 32)) * load<f64>(row, 40);
  const b = (perMoney > 0 ? nearest(c * perMoney) : c + abs(c) * load<f64>(row, 24)) * load<f64>(row, 48);
  const difference = a - b;
  const rest = difference - a;
  const lost = a - (difference - rest) - (b + rest);
  const quanta = difference * load<f64>(row, 16);
  const whole = Math.floor(quanta);
  // The products are exact where the return is a decimal; what the subtraction lost may put a whole number one too high.
  return whole == quanta && lost < 0 ? whole - 1 : whole;
}
