/** Users by choice. */

/** Adds the choices of `users` users to `counts`, u32 by option number (0 = none). */
export function count(choices: usize, wide: bool, users: u32, counts: usize): void {
  if (wide) {
    for (let i: usize = 0; i < users; i++) increment(counts, load<u16>(choices + (i << 1)));
    return;
  }
  for (let i: usize = 0; i < users; i++) increment(counts, load<u8>(choices + i));
}

function increment(counts: usize, option: u32): void {
  const at = counts + (<usize>option << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** The offers behind chosen candidate slots: u16, 0 for none. */
export function offersOf(slots: usize, slotStride: usize, choices: usize, wide: bool, users: u32, offers: usize): void {
  for (let i: usize = 0; i < users; i++) {
    const slot: u32 = wide ? load<u16>(choices + (i << 1)) : load<u8>(choices + i);
    store<u16>(offers + (i << 1), slot ? load<u16>(slots + <usize>(slot - 1) * slotStride + (i << 1)) : 0);
  }
}
