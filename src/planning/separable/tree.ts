/**
 * Limits on sums as a tree: the budget at the root, and every limit's coordinates a part of its parent's. Coordinates stand
 * in the order of a walk over the tree, so that each group is one range of positions.
 */
import type { Model, Source } from "../model.js";

export interface Group {
  name: string;
  parent: Group | undefined;
  children: Group[];
  /** Positions [from, own) belong to no child; [from, to) is the whole group. */
  from: number;
  own: number;
  to: number;
  low: number;
  high: number;
  lowSource?: Source;
  highSource?: Source;
}

export interface Tree {
  root: Group;
  /** All groups, parents before children. */
  groups: Group[];
  /** Coordinate of each position. */
  order: Int32Array;
}

interface Draft {
  group: Group;
  members: Int32Array;
}

/**
 * Makes the tree of a model's limits on sums.
 * @throws {RangeError} where two limits cross: neither's coordinates are all in the other.
 */
export function treeOf(model: Model): Tree {
  const { size, budget, problem } = model;
  const exactly = problem.spend === "exactly";
  const source: Source = {
    path: "budget",
    set: (copy, amount) => {
      copy.budget =
        copy.reserve && "share" in copy.reserve ? amount / (1 - copy.reserve.share) : amount + model.reserve;
    },
  };
  const root: Group = {
    ...{ name: "budget", parent: undefined, children: [], from: 0, own: 0, to: 0 },
    ...{ low: exactly ? budget : 0, high: budget, lowSource: source, highSource: source },
  };
  const owner = new Int32Array(size);
  const drafts: Draft[] = [{ group: root, members: Int32Array.from({ length: size }, (_, i) => i) }];
  const sums = model.sums
    .map((sum, i) => ({ sum, i }))
    .sort((a, b) => b.sum.members.length - a.sum.members.length || a.i - b.i);
  for (const { sum } of sums) {
    const { members, ...limit } = sum;
    const above = owner[members[0] as number] as number;
    const other = members.findIndex((i) => owner[i] !== above);
    if (other >= 0) throw crossing(drafts, above, owner[members[other] as number] as number, sum);
    const parent = (drafts[above] as Draft).group;
    const group: Group = { ...limit, parent, children: [], from: 0, own: 0, to: 0 };
    parent.children.push(group);
    for (const i of members) owner[i] = drafts.length;
    drafts.push({ group, members });
  }
  return { root, ...walk(drafts, owner) };
}

function crossing(drafts: readonly Draft[], a: number, b: number, { name }: { name: string }): RangeError {
  const other = (drafts[Math.max(a, b)] as Draft).group.name;
  return new RangeError(
    `the limits "${name}" and "${other}" share some channels or periods and not all: the separable method needs limits of ` +
      "which each lies within the other or apart from it",
  );
}

function walk(drafts: readonly Draft[], owner: Int32Array): { groups: Group[]; order: Int32Array } {
  const order = new Int32Array(owner.length);
  const number = new Map(drafts.map(({ group }, d) => [group, d]));
  const groups: Group[] = [];
  let position = 0;
  const visit = (group: Group): void => {
    groups.push(group);
    const d = number.get(group) as number;
    group.from = position;
    for (const i of (drafts[d] as Draft).members) if (owner[i] === d) order[position++] = i;
    group.own = position;
    for (const child of group.children) visit(child);
    group.to = position;
  };
  visit((drafts[0] as Draft).group);
  return { groups, order };
}

/** Least and most that a group can hold within the boxes and the limits below it and its own. */
export interface Reach {
  least: number;
  most: number;
}

/** The reach of every group, or the first group (from below) whose floors exceed its ceilings. */
export function reaches(
  { groups }: Tree,
  low: Float64Array,
  high: Float64Array,
): { reach: Map<Group, Reach>; stuck?: Group } {
  const reach = new Map<Group, Reach>();
  for (const group of groups.toReversed()) {
    let [least, most] = [0, 0];
    for (let i = group.from; i < group.own; i++) {
      least += low[i] as number;
      most += high[i] as number;
    }
    for (const child of group.children) {
      const inner = reach.get(child) as Reach;
      least += inner.least;
      most += inner.most;
    }
    // A sum of floors may round a hair over a ceiling that it equals.
    const slack = 1e-12 * Math.abs(least);
    if (least > group.high + slack || most < group.low * (1 - 1e-12)) {
      reach.set(group, { least, most });
      return { reach, stuck: group };
    }
    reach.set(group, { least: Math.max(least, group.low), most: Math.min(most, group.high) });
  }
  return { reach };
}
