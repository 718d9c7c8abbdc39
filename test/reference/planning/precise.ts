/**
 * Elementary functions and response curves to 300 digits, by whole numbers: the truth that kernels are measured against.
 * A number x is the BigInt round(x · 2^1300), so that what is as small as e^−700 still has 290 bits.
 */
const BITS = 1300n;
const ONE = 1n << BITS;

/** The exact value of an f64. */
export function exact(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 2047n;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0n ? fraction : fraction + 0x10000000000000n;
  const shift = (exponent === 0n ? 1n : exponent) - 1075n + BITS;
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return bits >> 63n ? -size : size;
}

/** The nearest f64, to a unit in its last place. */
export function rounded(x: bigint): number {
  const size = x < 0n ? -x : x;
  const length = size.toString(2).length;
  const drop = BigInt(Math.max(0, length - 64));
  const power = Number(drop - BITS);
  // In two factors: one alone may be a denormal.
  const near = Number(size >> drop) * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
  return x < 0n ? -near : near;
}

/** |got − truth| / |truth|. */
export function relativeError(got: number, truth: bigint): number {
  if (truth === 0n) return got === 0 ? 0 : Number.POSITIVE_INFINITY;
  const difference = exact(got) - truth;
  return Math.abs(Number((difference << 200n) / truth) * 2 ** -200);
}

export const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
export const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** e^x by halving 64 times, Taylor's series and squaring. */
export function exp(x: bigint): bigint {
  if (x < 0n) return over(ONE, exp(-x));
  const extra = 128n;
  const small = (x << extra) >> 64n;
  const bits = BITS + extra;
  let term = 1n << bits;
  let sum = term;
  for (let k = 1n; term !== 0n; k++) {
    term = ((term * small) >> bits) / k;
    sum += term;
  }
  for (let i = 0; i < 64; i++) sum = (sum * sum) >> bits;
  return sum >> extra;
}

/** ln x: steps 2 (x − e^y) / (x + e^y), each of which triples the digits. */
export function log(x: bigint): bigint {
  const length = x.toString(2).length;
  const shift = BigInt(length) - BITS;
  // x = m 2^shift, ½ <= m < 1.
  const m = shift >= 0n ? x >> shift : x << -shift;
  return logNear(m) + shift * LN_2;
}

function logNear(m: bigint): bigint {
  let y = exact(Math.log(rounded(m)));
  for (let i = 0; i < 4; i++) {
    const e = exp(y);
    y += 2n * over(m - e, m + e);
  }
  return y;
}

const LN_2 = -logNear(ONE >> 1n);

export const pow = (x: bigint, y: bigint): bigint => exp(times(y, log(x)));
export const sigmoid = (x: bigint): bigint => over(ONE, ONE + exp(-x));
export const expm1 = (x: bigint): bigint => exp(x) - ONE;
export const log1p = (x: bigint): bigint => log(ONE + x);
export const tanh = (x: bigint): bigint => over(expm1(2n * x), exp(2n * x) + ONE);

/** w σ(a + w) = y: each step doubles the digits of an f64. */
function newton(y: bigint, a: bigint): bigint {
  const [start, intercept] = [rounded(y), rounded(a)];
  let [low, high] = [start, start * (1 + Math.exp(-intercept))];
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2;
    if (middle / (1 + Math.exp(-intercept - middle)) < start) low = middle;
    else high = middle;
  }
  let w = exact(high);
  for (let i = 0; i < 6; i++) {
    const share = sigmoid(a + w);
    w -= over(times(w, share) - y, times(share, ONE + times(w, ONE - share)));
  }
  return w;
}

/** Value, slope and curvature of a curve by its kernel's parameters, exactly as assembly/planning/curves/evaluate.ts writes them. */
export function curve(family: string, parameters: readonly number[], spend: number): [bigint, bigint, bigint] {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = parameters.map(exact);
  const x = exact(spend);
  switch (family) {
    case "hill": {
      const v = x + d;
      const q = pow(over(b, v), c);
      const r = over(ONE, ONE + q);
      const slope = times(over(times(a, c), v), times(q, times(r, r)));
      const bend = times(c, times(q - ONE, r)) - ONE;
      return [times(a, r), slope, over(times(slope, bend), v)];
    }
    case "logit": {
      const s = sigmoid(times(b, x - c));
      const slope = times(times(a, b), times(s, ONE - s));
      return [times(a, s - sigmoid(-times(b, c))), slope, times(times(slope, b), ONE - 2n * s)];
    }
    case "tanh": {
      const t = tanh(times(b, x));
      const slope = times(times(a, b), times(ONE - t, ONE + t));
      return [times(a, t), slope, -2n * times(times(b, t), slope)];
    }
    case "michaelis-menten": {
      const r = over(ONE, b + x);
      const slope = times(times(a, b), times(r, r));
      return [times(times(a, x), r), slope, -2n * times(slope, r)];
    }
    case "power": {
      const f = times(a, pow(x, b));
      const slope = over(times(b, f), x);
      return [f, slope, over(times(b - ONE, slope), x)];
    }
    case "log": {
      const slope = over(a, b + x);
      return [times(a, log1p(over(x, b))), slope, -over(slope, b + x)];
    }
    case "exponential": {
      const e = exp(-times(b, x));
      return [times(a, ONE - e), times(times(a, b), e), -times(times(times(a, b), b), e)];
    }
    case "incentive": {
      // c = intercept, d = market: w = slope · incentive, by bisection in f64 and Newton's steps from there.
      const y = over(times(b, x), d);
      const w = newton(y, c);
      const q = exp(-c - w);
      const n = ONE + times(q, ONE + w);
      const steep = over(times(a, b), d);
      const share = over(ONE + q, n);
      const bend = times(times(steep, over(b, d)), times(q, times(share, times(share, share))));
      return [times(a, sigmoid(c + w) - sigmoid(c)), over(times(steep, q), n), -bend];
    }
    case "reach": {
      const lambda = times(b, x);
      let [term, before, sum] = [exp(-lambda), 0n, 0n];
      const k = BigInt(parameters[2] ?? 1);
      for (let j = 0n; j < k; j++) {
        sum += term;
        if (j === k - 1n) break;
        before = term;
        term = times(term, lambda) / (j + 1n);
      }
      return [times(a, ONE - sum), times(times(a, b), term), times(times(times(a, b), b), before - term)];
    }
    default:
      return [times(a, x), a, 0n];
  }
}
