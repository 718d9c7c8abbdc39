/** Moves of money from one coordinate to another that would gain more than the certificate leaves open: none at an optimum. */
import type { Separable } from "../separable/separable.js";
import type { Group } from "../separable/tree.js";
import type { Move } from "../types.js";

/** Of many channels only those with the least and the most to gain are paired. */
const SIDES = 16;
/** Parts of what a channel has that are tried. */
const PARTS = [1, 0.5, 0.25, 0.1, 0.01];
const MOST = 20;

export function movesOf(separable: Separable, x: Float64Array, worth: number): Move[] {
  const { coordinates, tree, framed } = separable;
  const { values, slopes } = coordinates.evaluate(x);
  const [f, slope] = [values.slice(), slopes.slice()];
  const positions = Array.from(x, (_, p) => p);
  const givers = positions.filter((p) => (x[p] as number) > (separable.low[p] as number));
  const bySlope = (p: number, q: number) => (slope[p] as number) - (slope[q] as number) || p - q;
  const from = givers.toSorted(bySlope).slice(0, SIDES);
  const to = positions.toSorted((p, q) => bySlope(q, p)).slice(0, SIDES);
  const owner: Group[] = new Array(x.length);
  for (const group of tree.groups) for (let p = group.from; p < group.own; p++) owner[p] = group;
  const sums = sumsOf(tree.groups, x);
  const moves: Move[] = [];
  for (const p of from) {
    for (const q of to) {
      if (p === q) continue;
      const best = bestMove(separable, { p, q, x, f, room: roomOf(owner[p] as Group, owner[q] as Group, sums) });
      if (!best || best.gain <= worth) continue;
      moves.push({
        from: nameAt(framed.model, tree.order[p] as number),
        to: nameAt(framed.model, tree.order[q] as number),
        ...best,
      });
    }
  }
  return moves.sort((a, b) => b.gain - a.gain).slice(0, MOST);
}

interface Pair {
  p: number;
  q: number;
  x: Float64Array;
  f: Float64Array;
  room: number;
}

function bestMove(
  { coordinates, low, high, framed }: Separable,
  { p, q, x, f, room }: Pair,
): { amount: number; gain: number } | undefined {
  const [here, there] = [x[p] as number, x[q] as number];
  const { unit } = framed.model.problem;
  const [sp, sq] = [coordinates.presences[p] as number, coordinates.presences[q] as number];
  const most = Math.min(here - (low[p] as number), (high[q] as number) - there, room);
  let best: { amount: number; gain: number } | undefined;
  for (const part of PARTS) {
    const wished = part * most;
    const amount = unit ? Math.floor(wished / unit) * unit : wished;
    const [left, right] = [here - amount, there + amount];
    if (!(amount > 0) || (left > 0 && left < sp) || right < sq) continue;
    const gain =
      coordinates.pair(q, right, right)[0] - (f[q] as number) + coordinates.pair(p, left, left)[0] - (f[p] as number);
    if (!best || gain > best.gain) best = { amount, gain };
  }
  return best;
}

function sumsOf(groups: readonly Group[], x: Float64Array): Map<Group, number> {
  return new Map(
    groups.map((group) => {
      let sum = 0;
      for (let p = group.from; p < group.to; p++) sum += x[p] as number;
      return [group, sum];
    }),
  );
}

/** Most money that may go from a member of one group to a member of another: floors on the one side, ceilings on the other. */
function roomOf(from: Group, to: Group, sums: ReadonlyMap<Group, number>): number {
  const above = new Set<Group>();
  for (let g: Group | undefined = to; g; g = g.parent) above.add(g);
  let room = Number.POSITIVE_INFINITY;
  let common: Group | undefined = from;
  for (; common && !above.has(common); common = common.parent)
    room = Math.min(room, (sums.get(common) as number) - common.low);
  for (let g: Group | undefined = to; g && g !== common; g = g.parent)
    room = Math.min(room, g.high - (sums.get(g) as number));
  return Math.max(0, room);
}

export function nameAt({ lines, periods }: Separable["framed"]["model"], i: number): string {
  const name = lines[Math.floor(i / periods)]?.name ?? "";
  return periods > 1 ? `${name} in period ${(i % periods) + 1}` : name;
}
