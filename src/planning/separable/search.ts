/**
 * Best first branch and bound over boxes (Land and Doig 1960; for sums of sigmoids Udell and Boyd 2013). Every node's bound
 * is the concave relaxation's; a node is split where its point lies farthest below its envelope. What is dropped is
 * remembered: the final bound is the largest of what is open, what was dropped, and the best plan.
 */
import type { Coordinates } from "../kernel.js";
import type { Stopped } from "../types.js";
import type { Relaxation, Relaxed } from "./relax.js";
import { reaches, type Tree } from "./tree.js";

export interface SearchOptions {
  tolerance: number;
  nodes: number;
  /** Milliseconds of performance.now at which to stop. */
  deadline: number;
  /** Ends the search as soon as the answer to "is it at least this?" is known. */
  decide?: number;
  /** Prices and a plan from a problem like this one. */
  guess: number;
  start?: Float64Array;
  /** Called once a node; throws to stop. */
  watch: (nodes: number, value: number, bound: number) => void;
}

export interface Found {
  /** Of the solve. */
  budget: number;
  /** By position; undefined where no point was found. */
  x?: Float64Array;
  value: number;
  bound: number;
  rootBound: number;
  price: number;
  prices: Map<object, number>;
  nodes: number;
  stopped?: Stopped;
  /** Lines that bound the value at any smaller budget: bound − price · (budget − B). */
  cuts: { bound: number; price: number }[];
}

interface Change {
  i: number;
  low: number;
  high: number;
  before: Change | undefined;
}

interface Node {
  bound: number;
  price: number;
  changes: Change | undefined;
  /** Where to split next. */
  split: number;
  at: number;
  presence: boolean;
}

/** Boxes and what the search has found in them. */
export class Search {
  readonly #c: Coordinates;
  readonly #relaxation: Relaxation;
  readonly #tree: Tree;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #fee: number;
  /** Coordinates that are alike, by position: those before and after in their order. */
  readonly #twins: (Int32Array | undefined)[];
  readonly #options: SearchOptions;
  #best: Float64Array | undefined;
  #value = Number.NEGATIVE_INFINITY;
  #dropped = Number.NEGATIVE_INFINITY;
  #cuts: { bound: number; price: number }[] = [];

  constructor(
    c: Coordinates,
    relaxation: Relaxation,
    tree: Tree,
    boxes: { low: Float64Array; high: Float64Array; twins: (Int32Array | undefined)[] },
    fee: number,
    options: SearchOptions,
  ) {
    this.#c = c;
    this.#relaxation = relaxation;
    this.#tree = tree;
    this.#low = boxes.low;
    this.#high = boxes.high;
    this.#twins = boxes.twins;
    this.#fee = fee;
    this.#options = options;
  }

  run(): Found {
    const { nodes: most, deadline, watch, start } = this.#options;
    if (start) this.#consider(start);
    const root = this.#evaluate(undefined, this.#options.guess);
    const found: Found = {
      budget: this.#tree.root.high,
      ...{ value: 0, bound: Number.NEGATIVE_INFINITY, rootBound: Number.NEGATIVE_INFINITY },
      ...{ price: 0, prices: new Map(), nodes: 1, cuts: this.#cuts },
    };
    if (!root) return this.#close(found, []);
    found.rootBound = root.relaxed.bound;
    found.price = root.relaxed.price;
    found.prices = root.relaxed.prices;
    const open = new Heap();
    this.#keep(open, root.node);
    while (open.size > 0) {
      const bound = Math.max(open.top.bound, this.#dropped);
      watch(found.nodes, this.#value, bound);
      if (this.#done(bound)) break;
      if (found.nodes >= most || performance.now() > deadline) {
        found.stopped = found.nodes >= most ? "nodes" : "time";
        break;
      }
      const node = open.pop();
      for (const changes of this.#halves(node)) {
        found.nodes++;
        const child = this.#evaluate(changes, node.price);
        if (!child) continue;
        // Boxes only shrink: what the parent proves holds for the child.
        child.node.bound = Math.min(child.node.bound, node.bound);
        this.#keep(open, child.node);
      }
    }
    return this.#close(found, open.all);
  }

  #close(found: Found, open: readonly Node[]): Found {
    for (const { bound, price } of open) this.#drop(bound, price);
    found.x = this.#best;
    found.value = this.#value;
    found.bound = Math.max(this.#dropped, this.#value);
    return found;
  }

  #done(bound: number): boolean {
    const { decide, tolerance } = this.#options;
    if (decide !== undefined && (this.#value >= decide || bound < decide)) return true;
    if (!this.#best) return false;
    return bound - this.#value <= tolerance * Math.abs(this.#value);
  }

  #drop(bound: number, price: number): void {
    this.#dropped = Math.max(this.#dropped, bound);
    this.#cuts.push({ bound, price });
  }

  #keep(open: Heap, node: Node): void {
    const enough = this.#value + 0.5 * this.#options.tolerance * Math.abs(this.#value);
    if (node.split < 0 || node.bound <= enough) this.#drop(node.bound, node.price);
    else open.push(node);
  }

  /** The boxes of a node. */
  #boxes(changes: Change | undefined): [Float64Array, Float64Array] {
    const [low, high] = [this.#low.slice(), this.#high.slice()];
    for (let change = changes; change; change = change.before) {
      const { i } = change;
      low[i] = Math.max(low[i] as number, change.low);
      high[i] = Math.min(high[i] as number, change.high);
    }
    return [low, high];
  }

  #evaluate(changes: Change | undefined, guess: number): { node: Node; relaxed: Relaxed } | undefined {
    const [low, high] = this.#boxes(changes);
    for (let i = 0; i < low.length; i++) if ((low[i] as number) > (high[i] as number)) return undefined;
    const relaxed = this.#relaxation.solve(low, high, guess);
    if (!relaxed) return undefined;
    const node: Node = { bound: relaxed.bound, price: relaxed.price, changes, split: -1, at: 0, presence: false };
    const w = this.#c.chords.slice();
    this.#consider(relaxed.x);
    this.#chooseSplit(node, relaxed, low, high);
    if (node.split >= 0 && !this.#done(relaxed.bound)) this.#polish(relaxed, w);
    return { node, relaxed };
  }

  /** Takes a point as the best plan where it is one and is better. */
  #consider(x: Float64Array): void {
    const { presences } = this.#c;
    for (let i = 0; i < x.length; i++) {
      const here = x[i] as number;
      if (here > 0 && here < (presences[i] as number)) return;
    }
    const value = this.#valueOf(x);
    if (!(value > this.#value)) return;
    this.#value = value;
    this.#best = x.slice();
  }

  #valueOf(x: Float64Array): number {
    const { values } = this.#c.evaluate(x);
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (values[i] as number) - this.#fee * (x[i] as number);
    return sum;
  }

  /**
   * The coordinate whose curve lies farthest below its envelope, and where to split it: at the point itself on the convex
   * side, at the inflection beyond it, in the middle where that is an end of the box.
   */
  #chooseSplit(node: Node, { x, price, prices }: Relaxed, low: Float64Array, high: Float64Array): void {
    const { values } = this.#c.evaluate(x);
    const { inflections, chords, presences } = this.#c;
    let worst = 0;
    for (const group of this.#tree.groups) {
      const here = prices.get(group) ?? price;
      for (let i = group.from; i < group.own; i++) {
        const l = low[i] as number;
        const at = x[i] as number;
        if (!(at > l)) continue;
        const s = presences[i] as number;
        const absent = l === 0 && at < s;
        // Too little to be present is no plan, whatever its curve says.
        const gap = absent ? Number.POSITIVE_INFINITY : this.#c.envelopeAt(i, at, here) - (values[i] as number);
        if (!(gap > worst)) continue;
        worst = gap;
        const z = inflections[i] as number;
        const u = Math.min(high[i] as number, Math.max(chords[i] as number, at));
        node.split = i;
        node.presence = absent;
        node.at = node.presence ? s : Math.min(at, z > l && z < u ? z : at);
        if (!node.presence && !(node.at > l && node.at < (high[i] as number))) node.at = l + (u - l) / 2;
      }
    }
    // Below what the bound itself may be off, splitting proves nothing.
    if (worst <= 1e-15 * Math.abs(node.bound)) node.split = -1;
  }

  /** The two parts of a node. Of coordinates that are alike the earlier spends no less: both parts say so to the others. */
  #halves({ split: i, at, presence, changes }: Node): Change[] {
    const twins = this.#twins[i];
    let left = changes;
    let right = changes;
    const after = twins ? twins.filter((j) => j >= i) : [i];
    const before = twins ? twins.filter((j) => j <= i) : [i];
    for (const j of after) left = { i: j, low: 0, high: presence ? 0 : at, before: left };
    for (const j of before) right = { i: j, low: at, high: Number.POSITIVE_INFINITY, before: right };
    return [left as Change, right as Change];
  }

  /**
   * Better plans near a relaxed point: every coordinate on its concave side stays there, and those inside a chord go to its
   * lower or to its upper end. Without convex parts the relaxation is exact; a straight curve is its own chord.
   */
  #polish({ x, price }: Relaxed, w: Float64Array): void {
    for (const up of [false, true]) {
      const [low, high] = [this.#low.slice(), this.#high.slice()];
      const { inflections, presences } = this.#c;
      for (let i = 0; i < x.length; i++) {
        const here = x[i] as number;
        const l = low[i] as number;
        const bend = this.#c.isStraight(i) ? 0 : (inflections[i] as number);
        const concave = Math.max(bend, l === 0 ? (presences[i] as number) : 0);
        if (concave <= l) continue;
        const inside = here < (w[i] as number) * (1 - 1e-12);
        if (here > l && (!inside || up) && concave <= (high[i] as number) && concave < Number.POSITIVE_INFINITY)
          low[i] = Math.max(l, concave);
        else if (inside || here <= l) high[i] = l;
      }
      if (reaches(this.#tree, low, high).stuck) continue;
      const point = this.#relaxation.solve(low, high, price)?.x;
      if (point) this.#consider(point);
    }
  }
}

/** A binary heap of nodes, the largest bound on top; of equal bounds the earlier node. */
class Heap {
  readonly all: (Node & { number: number })[] = [];
  #count = 0;

  get size(): number {
    return this.all.length;
  }

  get top(): Node {
    return this.all[0] as Node;
  }

  push(node: Node): void {
    const { all } = this;
    all.push({ ...node, number: this.#count++ });
    let i = all.length - 1;
    while (i > 0 && this.#above(i, (i - 1) >> 1)) {
      this.#swap(i, (i - 1) >> 1);
      i = (i - 1) >> 1;
    }
  }

  pop(): Node {
    const { all } = this;
    const top = all[0] as Node;
    const last = all.pop() as Node & { number: number };
    if (all.length > 0) {
      all[0] = last;
      let i = 0;
      for (;;) {
        let most = i;
        if (2 * i + 1 < all.length && this.#above(2 * i + 1, most)) most = 2 * i + 1;
        if (2 * i + 2 < all.length && this.#above(2 * i + 2, most)) most = 2 * i + 2;
        if (most === i) break;
        this.#swap(i, most);
        i = most;
      }
    }
    return top;
  }

  #above(i: number, j: number): boolean {
    const [a, b] = [this.all[i] as Node & { number: number }, this.all[j] as Node & { number: number }];
    return a.bound > b.bound || (a.bound === b.bound && a.number < b.number);
  }

  #swap(i: number, j: number): void {
    const { all } = this;
    [all[i], all[j]] = [all[j] as Node & { number: number }, all[i] as Node & { number: number }];
  }
}
