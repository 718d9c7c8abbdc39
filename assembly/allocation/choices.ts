/** Choices of users: u8, or u16 where `wide`; 0 = none, j + 1 = option j. */
export function choiceAt(choices: usize, wide: bool, user: usize): u32 {
  return wide ? load<u16>(choices + (user << 1)) : load<u8>(choices + user);
}

export function setChoice(choices: usize, wide: bool, user: u32, option: u32): void {
  if (wide) store<u16>(choices + ((<usize>user) << 1), <u16>option);
  else store<u8>(choices + user, <u8>option);
}
