/**
 * The concave relaxation over boxes and a tree of sums: prices, the bound they prove, and a point (media-mix.md, section 8).
 *
 * Given a price of money, every coordinate answers alone and a group's total is its members' clamped to its limits. The
 * root's price is where its total meets the budget; a group that its limits hold has a price of its own. A total falls as
 * the price rises, smoothly but for jumps at slopes of chords: the search is a secant in the logarithm of the price between
 * two safeguards, and where the total jumps over its target the jump's own price ends it.
 */
import type { Coordinates } from "../kernel.js";
import type { Group, Reach, Tree } from "./tree.js";
import { reaches } from "./tree.js";

/** The price of a group lies between these two: at `a` its members want at least the target, at `b` at most. */
interface Bracket {
  a: number;
  b: number;
  /** The group's members together at b (smallest answers) and at a (largest answers). */
  low: number;
  high: number;
}

export interface Relaxed {
  /** A point within all sums and boxes; envelopes, not curves, make it the best. */
  x: Float64Array;
  /** No point within the limits has a larger Σ f − fee · Σ x. */
  bound: number;
  /** The root's price. */
  price: number;
  /** Price inside each group. */
  prices: Map<Group, number>;
}

/** Steps of a search for one price: each halves or better; the last ones find the jump. */
const STEPS = 200;
/** A total this near to its target (relative) is there. */
const NEAR = 1e-13;
/** Below it, before denormals, money is free. */
const LEAST_PRICE = 1e-290;

export class Relaxation {
  readonly #coordinates: Coordinates;
  readonly #tree: Tree;
  /** The boxes of the last solve; upper ends tightened. */
  #low: Float64Array = new Float64Array();
  readonly #high: Float64Array;
  /** The least price of money: 0, or what a unit of money is worth unspent. */
  readonly #fee: number;
  readonly #exactly: boolean;

  constructor(coordinates: Coordinates, tree: Tree, fee: number) {
    this.#coordinates = coordinates;
    this.#tree = tree;
    this.#high = new Float64Array(coordinates.size);
    this.#fee = fee;
    this.#exactly = tree.root.low === tree.root.high;
  }

  /** Solves on boxes; undefined where they leave no point. `guess` is a price from a problem like it. */
  solve(low: Float64Array, high: Float64Array, guess: number): Relaxed | undefined {
    const { root } = this.#tree;
    this.#low = low;
    const tight = this.#tighten(low, high);
    if (!tight) return undefined;
    this.#coordinates.setBoxes(low, tight);
    const x = new Float64Array(this.#coordinates.size);
    const prices = new Map<Group, number>();
    const bracket = this.#price(root, root.high, guess, this.#fee);
    const bound =
      this.#settle(root, bracket, bracket.b > this.#fee || this.#exactly ? root.high : bracket.low, x, prices) +
      (bracket.b - this.#fee) * (bracket.b > this.#fee ? root.high : 0);
    return { x, bound, price: bracket.b, prices };
  }

  /** Upper ends that leave room for everybody else's lower ends. */
  #tighten(low: Float64Array, high: Float64Array): Float64Array | undefined {
    const { reach, stuck } = reaches(this.#tree, low, high);
    if (stuck) return undefined;
    const tight = this.#high;
    const presences = this.#coordinates.presences;
    const rooms = new Map<Group, number>();
    // Whether some room is too small for presence: what is left must still reach the floors.
    let lost = false;
    for (const group of this.#tree.groups) {
      const { least } = reach.get(group) as Reach;
      const room = Math.min(
        Math.max(0, group.high - least),
        group.parent ? (rooms.get(group.parent) as number) : Number.POSITIVE_INFINITY,
      );
      // Below its own floor a group may also give its members the floor's money.
      const inside = room + Math.max(0, least - sumOfLeast(group, reach, low));
      rooms.set(group, inside);
      for (let i = group.from; i < group.own; i++) {
        const l = low[i] as number;
        const u = Math.min(high[i] as number, l + inside);
        const absent = l === 0 && u < (presences[i] as number);
        tight[i] = absent ? 0 : u;
        lost ||= absent && u > 0;
      }
    }
    return lost && reaches(this.#tree, low, tight).stuck ? undefined : tight;
  }

  /** A group's members together at a price, before its own limits: smallest and largest answers. */
  #total(group: Group, price: number, side: "lower" | "upper" | "trial"): [number, number] {
    const c = this.#coordinates;
    let [low, high] = [0, 0];
    if (group.own > group.from) {
      c.respond(group.from, group.own, price, side);
      [low, high] = [c.lowSum, c.highSum];
    }
    for (const child of group.children) {
      const [l, h] = this.#total(child, price, side);
      low += Math.min(Math.max(l, child.low), child.high);
      high += Math.min(Math.max(h, child.low), child.high);
    }
    return [low, high];
  }

  /** The price at which a group's members want `target`, not below `floor`. */
  #price(group: Group, target: number, guess: number, floor: number): Bracket {
    const near = NEAR * Math.abs(target);
    let price = Math.max(guess, floor);
    if (!(price > 0)) price = 1;
    let [a, b] = [floor, Number.POSITIVE_INFINITY];
    let [over, under] = [Number.NaN, Number.NaN];
    for (let step = 0; step < STEPS; step++) {
      const [low, high] = this.#total(group, price, "trial");
      if (low <= target + near && high >= target - near) return this.#bracket(group, price, price);
      if (low > target) {
        a = price;
        over = low - target;
        if (b === Number.POSITIVE_INFINITY) {
          price *= step > 8 ? 65_536 : 4;
          if (price === Number.POSITIVE_INFINITY) return this.#bracket(group, a, a);
          continue;
        }
      } else {
        b = price;
        under = high - target;
        if (price <= floor) return this.#bracket(group, floor, floor);
        if (Number.isNaN(over)) {
          price = Math.max(floor, price / (step > 8 ? 65_536 : 4));
          if (price < LEAST_PRICE || (step > 8 && price * target < this.#dust())) price = floor;
          continue;
        }
      }
      const next = this.#between(group, a, b, over, under, step);
      if (!(next > a && next < b)) break;
      price = next;
    }
    return this.#bracket(group, a, b);
  }

  /** Less than any sum of responses can show. */
  #dust(): number {
    const { size } = this.#coordinates;
    return 1e-13 * this.#coordinates.conjugate(0, size, 0);
  }

  /** The next price to try: the secant's, a jump's where there is one, the middle every third time. */
  #between(group: Group, a: number, b: number, over: number, under: number, step: number): number {
    const middle = a > 0 ? Math.sqrt(a) * Math.sqrt(b) : b / 2;
    const share = over / (over - under);
    const secant = a > 0 ? this.#coordinates.between(a, b, share) : b * share;
    const wanted = step % 3 === 2 ? middle : secant;
    if (step > 5 || b - a < 1e-6 * b) {
      this.#total(group, b, "lower");
      this.#total(group, a, "upper");
      const jump = this.#coordinates.jumpBetween(group.from, group.to, a, b, wanted);
      if (jump > 0 && (step % 2 === 0 || b - a < 1e-12 * b)) return jump;
    }
    if (wanted > a && wanted < b) return wanted;
    return middle > a && middle < b ? middle : a + (b - a) / 2;
  }

  #bracket(group: Group, a: number, b: number): Bracket {
    const low = this.#total(group, b, "lower")[0];
    const high = this.#total(group, a, "upper")[1];
    return { a, b, low, high };
  }

  /**
   * Gives a group's members `target` together, writes their spend to x, and returns the sum of their conjugates with what
   * the prices of the groups inside add to it. The columns of smallest and largest answers hold the group's bracket.
   */
  #settle(group: Group, bracket: Bracket, target: number, x: Float64Array, prices: Map<Group, number>): number {
    const c = this.#coordinates;
    const { a, b } = bracket;
    prices.set(group, b);
    let bound = group.own > group.from ? c.conjugate(group.from, group.own, b) : 0;
    const inner = group.children.map((child) => this.#inside(child, a, b));
    let left = this.#fill(group, target - inner.reduce((sum, { low }) => sum + low, 0), x);
    group.children.forEach((child, k) => {
      const { low, high, bracket: own } = inner[k] as Inside;
      const more = Math.max(0, Math.min(left, high - low));
      left -= more;
      // A group inside may have used the columns since.
      this.#bracket(child, own.a, own.b);
      bound += this.#settle(child, own, low + more, x, prices);
      if (own.b > b) bound += (own.b - b) * child.high;
      else if (own.b < b) bound += (own.b - b) * child.low;
    });
    return bound;
  }

  /** Gives a group's own coordinates `target`, as far as their answers go, each in turn; returns what is left. */
  #fill(group: Group, target: number, x: Float64Array): number {
    const { lows, highs } = this.#coordinates;
    let left = target;
    for (let i = group.from; i < group.own; i++) left -= lows[i] as number;
    for (let i = group.from; i < group.own; i++) {
      const more = Math.max(0, Math.min(left, (highs[i] as number) - (lows[i] as number)));
      x[i] = (lows[i] as number) + more;
      left -= more;
    }
    // The answers may want a hair more than there is.
    const floors = this.#low;
    for (let i = group.from; left < 0 && i < group.own; i++) {
      const less = Math.min(-left, (x[i] as number) - (floors[i] as number));
      x[i] = (x[i] as number) - less;
      left += less;
    }
    return left;
  }

  /** Bracket and range of a group inside one of bracket [a, b]. */
  #inside(child: Group, a: number, b: number): Inside {
    const free = this.#bracketOf(child, a, b);
    if (free.low > child.high) {
      const bracket = this.#price(child, child.high, 2 * b, b);
      return { bracket, low: child.high, high: child.high };
    }
    if (free.high < child.low) {
      const bracket = this.#price(child, child.low, a / 2, 0);
      return { bracket, low: child.low, high: child.low };
    }
    return { bracket: free, low: Math.max(free.low, child.low), high: Math.min(free.high, child.high) };
  }

  /** As `#bracket`, in columns that nobody needs. */
  #bracketOf(group: Group, a: number, b: number): Bracket {
    const [low, highHere] = this.#total(group, b, "trial");
    const high = a === b ? highHere : this.#total(group, a, "trial")[1];
    return { a, b, low, high };
  }
}

interface Inside {
  bracket: Bracket;
  low: number;
  high: number;
}

function sumOfLeast(group: Group, reach: Map<Group, Reach>, low: Float64Array): number {
  let sum = 0;
  for (let i = group.from; i < group.own; i++) sum += low[i] as number;
  for (const child of group.children) sum += (reach.get(child) as Reach).least;
  return sum;
}
