/**
 * The separable method as its sources have it, in plain TypeScript: tangents by bisection, two nested bisections for the
 * price, best-first branch and bound (Udell and Boyd 2013). The specification of assembly/planning/envelope.ts, the oracle of
 * its tests and the baseline of the bench.
 */
export interface Shape {
  f: (x: number) => number;
  slope: (x: number) => number;
  /** Inflection: convex below, concave above. */
  z: number;
}

export function hillShape(max: number, half: number, shape: number, carry = 0): Shape {
  const f = (x: number) => (x + carry <= 0 ? 0 : max / (1 + (half / (x + carry)) ** shape));
  const slope = (x: number) => {
    const v = x + carry;
    if (v <= 0) return shape < 1 ? Number.POSITIVE_INFINITY : shape === 1 ? max / half : 0;
    const r = (v / half) ** shape;
    return (max * shape * r) / (v * (1 + r) ** 2);
  };
  return { f, slope, z: shape > 1 ? Math.max(0, half * ((shape - 1) / (shape + 1)) ** (1 / shape) - carry) : 0 };
}

export function logitShape(max: number, rate: number, midpoint: number): Shape {
  const sigma = (u: number) => 1 / (1 + Math.exp(-u));
  const f = (x: number) => max * (sigma(rate * (x - midpoint)) - sigma(-rate * midpoint));
  const slope = (x: number) => {
    const s = sigma(rate * (x - midpoint));
    return max * rate * s * (1 - s);
  };
  return { f, slope, z: Math.max(0, midpoint) };
}

const TURNS = 60;

/** End of the chord from l, and its slope; l and 0 where the curve is its own envelope. */
export function chordOf({ f, slope, z }: Shape, l: number, u: number): { w: number; k: number } {
  if (l >= z || u <= l) return { w: l, k: 0 };
  const h = (x: number) => slope(x) * (x - l) - (f(x) - f(l));
  let w = u;
  if (u > z && h(u) <= 0) {
    let [low, high] = [z, u];
    for (let turn = 0; turn < TURNS; turn++) {
      const middle = (low + high) / 2;
      if (h(middle) > 0) low = middle;
      else high = middle;
    }
    w = (low + high) / 2;
  }
  return { w, k: (f(w) - f(l)) / (w - l) };
}

/** Where the envelope less price · x is largest: from the smallest to the largest such x. */
export function answer(curve: Shape, l: number, u: number, price: number): [number, number] {
  if (u <= l) return [l, l];
  const { w, k } = chordOf(curve, l, u);
  if (w > l && price > k) return [l, l];
  let x = u;
  if (curve.slope(u) < price) {
    let [low, high] = [w, u];
    for (let turn = 0; turn < TURNS; turn++) {
      const middle = (low + high) / 2;
      if (curve.slope(middle) > price) low = middle;
      else high = middle;
    }
    x = (low + high) / 2;
  }
  return w > l && price === k ? [l, x] : [x, x];
}

export interface Recipe {
  value: number;
  bound: number;
  x: number[];
  nodes: number;
}

interface Node {
  low: number[];
  high: number[];
  x: number[];
  bound: number;
}

/** The best plan of at most `budget`, to a relative `tolerance`. */
export function solveRecipe(
  curves: readonly Shape[],
  low: number[],
  high: number[],
  budget: number,
  tolerance: number,
): Recipe {
  const best: Recipe = { value: Number.NEGATIVE_INFINITY, bound: 0, x: [], nodes: 0 };
  let dropped = Number.NEGATIVE_INFINITY;
  const open: Node[] = [];
  const visit = (l: number[], u: number[]) => {
    best.nodes++;
    if (l.reduce((sum, x) => sum + x, 0) > budget) return;
    const { x, bound } = relax(curves, l, u, budget);
    const value = x.reduce((sum, at, i) => sum + (curves[i] as Shape).f(at), 0);
    if (value > best.value) Object.assign(best, { value, x });
    if (bound <= best.value * (1 + tolerance / 2)) dropped = Math.max(dropped, bound);
    else open.push({ low: l, high: u, x, bound });
  };
  visit(low, high);
  for (;;) {
    open.sort((a, b) => a.bound - b.bound);
    const top = Math.max(open.at(-1)?.bound ?? Number.NEGATIVE_INFINITY, dropped);
    best.bound = Math.max(top, best.value);
    if (open.length === 0 || top - best.value <= tolerance * Math.abs(best.value)) return best;
    const node = open.pop() as Node;
    const { i, at } = split(curves, node);
    visit(node.low, node.high.with(i, at));
    visit(node.low.with(i, at), node.high);
  }
}

function relax(
  curves: readonly Shape[],
  low: number[],
  high: number[],
  budget: number,
): { x: number[]; bound: number } {
  const answers = (price: number) =>
    curves.map((curve, i) => answer(curve, low[i] as number, high[i] as number, price));
  const sum = (ends: readonly (readonly [number, number])[], side: 0 | 1) =>
    ends.reduce((all, one) => all + one[side], 0);
  let [a, b] = [0, 0];
  if (sum(answers(0), 1) > budget) {
    b =
      2 *
      Math.max(
        ...curves.map((curve, i) => {
          const { w, k } = chordOf(curve, low[i] as number, high[i] as number);
          return Math.max(k, curve.slope(Math.max(w, 1e-6)));
        }),
      );
    for (let turn = 0; turn < TURNS; turn++) {
      const middle = (a + b) / 2;
      if (sum(answers(middle), 0) > budget) a = middle;
      else b = middle;
    }
  }
  const [lows, highs] = [answers(b), answers(a)];
  const x = lows.map(([first]) => first);
  let left = budget - x.reduce((all, one) => all + one, 0);
  highs.forEach(([, most], i) => {
    const more = Math.min(Math.max(0, left), most - (x[i] as number));
    x[i] = (x[i] as number) + more;
    left -= more;
  });
  const conjugate = curves.reduce((all, { f }, i) => {
    const ends = [low[i] as number, (lows[i] as [number, number])[1]];
    return all + Math.max(...ends.map((at) => f(at) - b * at));
  }, 0);
  return { x, bound: b * budget + conjugate };
}

function split(curves: readonly Shape[], { low, high, x }: Node): { i: number; at: number } {
  let [i, worst] = [0, Number.NEGATIVE_INFINITY];
  curves.forEach((curve, j) => {
    const [l, here] = [low[j] as number, x[j] as number];
    const { w, k } = chordOf(curve, l, high[j] as number);
    const gap = here < w ? curve.f(l) + k * (here - l) - curve.f(here) : 0;
    if (gap > worst) [i, worst] = [j, gap];
  });
  const [l, u, here, { z }] = [low[i] as number, high[i] as number, x[i] as number, curves[i] as Shape];
  const at = z > l && z < u ? Math.min(here, z) : here;
  return { i, at: at > l && at < u ? at : (l + u) / 2 };
}
