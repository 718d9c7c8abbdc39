/** Choices in the engine's memory as the caller's array: shared by every way of solving. */
import type { Scratch } from "../engine/scratch.js";
import { countChoices, slotsToOffers } from "./kernel.js";
import type { Offers } from "./offers.js";
import type { AllocationOptions } from "./types.js";

/** Choices of columns at an address, u16 where `wide`. */
export interface Placed {
  choices: number;
  wide: boolean;
}

/** Copies choices out, as choices of offers, and counts users by choice: [none, option 1, …]. */
export function readChoices(offers: Offers, placed: Placed, scratch: Scratch, into: AllocationOptions["into"]) {
  const { engine, users, names } = offers;
  let { choices, wide } = placed;
  if (offers.hasSlots) {
    const byOffer = scratch.take(2 * users);
    slotsToOffers(offers, choices, wide, byOffer);
    choices = byOffer;
    wide = true;
  }
  const counts = countChoices(offers, choices, wide);
  const { buffer } = engine.memory;
  const narrow = names.length <= 254;
  const source = wide ? new Uint16Array(buffer, choices, users) : new Uint8Array(buffer, choices, users);
  const target = into ?? (narrow ? new Uint8Array(users) : new Uint16Array(users));
  target.set(source);
  return { choices: target, counts };
}
