/** Sets of categories as the kernels of learn.wasm read them. */
import type { Stored } from "../uplift/model/format.js";

/** The words of every set behind their number: those of set s begin at setStart[s] + s + 1. */
export function countedSets({ words, setStart }: Pick<Stored, "words" | "setStart">): Uint32Array {
  const sets = setStart.length - 1;
  const counted = new Uint32Array(words.length + sets + 1);
  for (let s = 0; s < sets; s++) {
    const [from, to] = [setStart[s] as number, setStart[s + 1] as number];
    counted[from + s] = to - from;
    counted.set(words.subarray(from, to), from + s + 1);
  }
  return counted;
}
