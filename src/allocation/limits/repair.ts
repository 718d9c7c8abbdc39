/** From the choices at the dual's prices to choices that hold every limit. */
import { brokenBy } from "./accounts.js";
import type { DualPoint, Problem, Repaired } from "./problem.js";

/** The choices as they are where they hold, else nobody gets anything, where that holds. */
export function repair(problem: Problem, _point: DualPoint, choices: number): Repaired {
  const holds = () => {
    const used = problem.tally(choices);
    return problem.accounts.every((account, k) => brokenBy(account, used[k] as number) === 0);
  };
  if (holds()) return { held: true };
  if (problem.exactlyOne) return { held: false };
  const bytes = problem.offers.users * (problem.wide ? 2 : 1);
  const view = () => new Uint8Array(problem.offers.engine.memory.buffer, choices, bytes);
  const before = view().slice();
  view().fill(0);
  if (holds()) return { held: true };
  view().set(before);
  return { held: false };
}
