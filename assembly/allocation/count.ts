/** Users by choice, and offers behind candidate slots. */
import { choiceAt } from "./choices";

/** Options up to this many are counted 16 users at a time. */
const FEW: u32 = 16;
/** A byte lane counts so many users before it could overflow. */
const BYTE: usize = 255 * 16;

/** Adds the choices of `users` users to `counts`, u32 by option number (0 = none). */
export function count(choices: usize, wide: bool, users: u32, options: u32, counts: usize): void {
  let i: usize = 0;
  if (!wide && options <= FEW) {
    for (const end = <usize>users & ~15; i < end; i = min(i + BYTE, end)) {
      const to = min(i + BYTE, end);
      for (let option: u32 = 0; option <= options; option++) {
        add(counts, option, countBytes(choices + i, choices + to, option));
      }
    }
  }
  for (; i < users; i++) add(counts, choiceAt(choices, wide, i), 1);
}

function countBytes(from: usize, to: usize, option: u32): u32 {
  const OPTION = i8x16.splat(<i8>option);
  let lanes = i8x16.splat(0);
  for (; from < to; from += 16) lanes = i8x16.sub(lanes, i8x16.eq(v128.load(from), OPTION));
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** Replaces choice `from` by `to`. */
export function replace(choices: usize, wide: bool, users: u32, from: u32, to: u32): void {
  const count = <usize>users;
  let i: usize = 0;
  if (!wide) {
    const FROM = i8x16.splat(<i8>from);
    const TO = i8x16.splat(<i8>to);
    for (; i + 16 <= count; i += 16) {
      const bytes = v128.load(choices + i);
      v128.store(choices + i, v128.bitselect(TO, bytes, i8x16.eq(bytes, FROM)));
    }
  }
  for (; i < count; i++) {
    if (wide ? load<u16>(choices + (i << 1)) == <u16>from : load<u8>(choices + i) == <u8>from) {
      if (wide) store<u16>(choices + (i << 1), <u16>to);
      else store<u8>(choices + i, <u8>to);
    }
  }
}

function add(counts: usize, option: u32, users: u32): void {
  const at = counts + ((<usize>option) << 2);
  store<u32>(at, load<u32>(at) + users);
}

/** The offers behind chosen candidate slots: u16, 0 for none. */
export function offersOf(slots: usize, slotStride: usize, choices: usize, wide: bool, users: u32, offers: usize): void {
  for (let i: usize = 0; i < users; i++) {
    const slot: u32 = choiceAt(choices, wide, i);
    store<u16>(offers + (i << 1), slot ? load<u16>(slots + <usize>(slot - 1) * slotStride + (i << 1)) : 0);
  }
}
