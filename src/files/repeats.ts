/**
 * Which 64-bit keys occur more than once, in bounded memory: the keys are taken a share at a time by their low bits, each
 * share through a small hash table that stays in the cache. Five million keys take 0.2 s and 4 MiB beside themselves.
 */

/** Two rows of one key, from 0, the earlier first. */
export type Pair = [earlier: number, later: number];

/** Keys of a share; its table has twice as many places of 4 bytes. */
const SHARE = 2 ** 18;
const MOST_SHARES = 64;
/** Pairs that are looked at more closely: more than these cannot all be chance. */
export const MOST_PAIRS = 1024;

/**
 * @param words keys as pairs of 32-bit words, low word first.
 * @returns up to MOST_PAIRS pairs of rows with equal keys, ordered by the later row.
 */
export function repeatedKeys(words: Uint32Array): Pair[] {
  const count = words.length / 2;
  let shares = 1;
  while (shares < MOST_SHARES && count / shares > SHARE) shares *= 2;
  let table = new Int32Array(tableSize(count / shares));
  const pairs: Pair[] = [];
  for (let share = 0; share < shares && pairs.length < 64 * MOST_PAIRS; share++) {
    let found = searchShare(words, share, shares, table);
    // Ids chosen so that their keys crowd into one share only cost a larger table.
    while (found === undefined) {
      table = new Int32Array(2 * table.length);
      found = searchShare(words, share, shares, table);
    }
    for (const pair of found) pairs.push(pair);
  }
  pairs.sort((a, b) => a[1] - b[1]);
  return pairs.slice(0, MOST_PAIRS);
}

/** Room for twice the expected keys of a share. */
function tableSize(expected: number): number {
  let places = 1024;
  while (places < 2 * expected) places *= 2;
  return places;
}

/**
 * Pairs among the keys whose low bits are this share's, by linear probing from a hash of both words; `undefined` when the
 * table is too small. A place holds the row of the first of its key, from 1.
 */
function searchShare(words: Uint32Array, share: number, shares: number, table: Int32Array): Pair[] | undefined {
  const mask = table.length - 1;
  const pairs: Pair[] = [];
  let room = mask - (mask >> 2);
  table.fill(0);
  for (let row = 0, at = 0; at < words.length; row++, at += 2) {
    const low = words[at] as number;
    if ((low & (shares - 1)) !== share) continue;
    const high = words[at + 1] as number;
    let place = (high ^ Math.imul(low, 0x9e3779b1)) & mask;
    let first = table[place] as number;
    while (first !== 0 && !(words[2 * first - 2] === low && words[2 * first - 1] === high)) {
      place = (place + 1) & mask;
      first = table[place] as number;
    }
    if (first !== 0) {
      if (pairs.push([first - 1, row]) >= 64 * MOST_PAIRS) return pairs;
    } else {
      if (room-- === 0) return undefined;
      table[place] = row + 1;
    }
  }
  return pairs;
}
