/** Proofs that limits clash: prices of the limits alone at which the dual is below zero (certificate.ts). */
import { provesImpossible } from "../dual/certificate.js";
import { DualSearch } from "../dual/search.js";
import type { Problem } from "../problem.js";

const TOLERANCE = 1e-10;
/** Pricings a proof may take. */
const MOST = 300;
/** Blocks of a large table: its pricings cost more than the master's pivots. */
const FEW_BLOCKS = 8;
const LARGE = 200_000;
/** Prices below this part of the largest, in elasticities, are left over from earlier ones. */
const LEFT_OVER = 1e-7;

/** Limits among `only` that are proven to clash; undefined where nothing is proven. `orNone`: though users may have none. */
export function proofOf(problem: Problem, only: ReadonlySet<number>, orNone = false): Set<number> | undefined {
  const search = searchOf(problem);
  const { prices } = search.minimise({ alpha: 0, only, orNone }, { tolerance: TOLERANCE, most: MOST });
  const weights = prices.map((p, k) => p * search.sizeOf(k));
  const largest = Math.max(...weights);
  if (!(largest > 0)) return undefined;
  // What the search left of other prices is no part of the proof.
  const clean = prices.map((p, k) => ((weights[k] as number) < LEFT_OVER * largest ? 0 : p));
  const exactlyOne = problem.exactlyOne && !orNone;
  for (const found of [clean, prices]) {
    if (provesImpossible(problem, found, exactlyOne)) return new Set([...found.keys()].filter((k) => found[k] !== 0));
  }
  return undefined;
}

/** Limits among `only` that clash, of which none can be left out; undefined where nothing is proven. */
export function leastProof(
  problem: Problem,
  only: ReadonlySet<number> = new Set(problem.rows.keys()),
  orNone = false,
): Set<number> | undefined {
  let clashing = proofOf(problem, only, orNone);
  for (const k of clashing ?? []) {
    if (!clashing?.has(k) || clashing.size === 1) continue;
    clashing = proofOf(problem, new Set([...clashing].filter((row) => row !== k)), orNone) ?? clashing;
  }
  return clashing;
}

/** A search on the whole table. */
export function searchOf(problem: Problem): DualSearch {
  const { users, columns } = problem.offers;
  return users * columns > LARGE
    ? new DualSearch(problem, { blocks: FEW_BLOCKS, quick: true })
    : new DualSearch(problem);
}
