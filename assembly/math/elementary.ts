/**
 * exp, log and their kin on pairs of f64, the same bits on every runtime: only additions, multiplications, divisions and
 * moves of bits. A number alone is a pair of equal lanes, so that scalar and vector agree bit for bit.
 *
 * Two functions do the work; a result that does not fit one f64 is the sum of two, the second in a global (kernels return
 * one value, and a global of an instance is its own):
 *
 *   logarithm(x) = ln x − low                    relative error of the sum 2^-57
 *   excess(x) = e^r − 1, where x = n ln 2 + r, |r| ≤ ln 2 / 2; `octaves` holds n + MAGIC
 *
 * x^y = e^(y ln x) takes the sum whole, so that y ln x, which may reach 745, costs no digits.
 *
 * No tables: WebAssembly gathers lane by lane, and tables do not compress. Constants are loaded from memory, since a
 * `v128.const` takes V8 four instructions and 16 bytes: exp measured on Zen 3 4.0 ns a number against 4.4, 601 bytes of
 * module against 1,356. A polynomial of degree 12 in place of the quotient of `excess` took as long (3.9 ns) and more bytes.
 *
 * Sources: argument reduction after Cody and Waite (1980); r coth(r/2) in even powers of r and 2 atanh in odd ones, the
 * coefficients our own (interpolation at Chebyshev nodes with 60 digits); sums of two f64 after Dekker (1971) and Knuth.
 */
/** The constants: a load names the offset of its word. Addresses are sums, not offsets of the load, which take V8 a `lea`. */
const TABLE = memory.data<f64>([
  // 0: MAGIC = 1.5 · 2^52, 1 / ln 2, ln 2 in 42 bits, the rest of it
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: static data takes literals
  6755399441055744.0, 1.4426950408889634, 0.6931471805598903, 5.497923018708371e-14,
  // 32: (r coth(r/2) − 2) / r² in powers of r², relative to the result within 2^-57.9
  4.143741142274464e-8, -1.6534059505063117e-6, 6.613756471282328e-5, -0.002777777777756372, 0.1666666666666666,
  // 72: (2 atanh(s)/s − 2) / s² in powers of s², relative to the result within 2^-57.5
  0.14617807153417325, 0.15331611722055008, 0.1818289243253687, 0.22222211089379496, 0.28571428626253836,
  0.3999999999989889, 0.666666666666667,
  // 128: 1, 2, 0.5, 2^52 + 1023, 1.5 · 2^22
  1, 2, 0.5, 4503599627371519.0, 6291456,
  // 168: bounds of e^x: below, 0; above, ∞; below, a denormal number
  -746, 710, -708,
  // 192: the least normal number, 2^54, 54 ln 2 in 47 bits, the rest of it
  2.2250738585072014e-308, 18014398509481984.0, 37.42994775023408, 2.9688784301025206e-12,
]);

/** Masks and bits. */
const BITS = memory.data<i64>([
  // 0: 1023; the bits of 1 less those of √½; those of √½; those of 2^52
  1023, 0x00095f619980c433, 0x3fe6a09e667f3bcd, 0x4330000000000000,
  // 32: the mantissa; the upper 25 and 26 bits of it, with all above; the sign
  0x000fffffffffffff, -0x10000000, -0x8000000, -0x8000000000000000,
]);

/** The lower part of what `logarithm` and `product` return. */
export let low: v128 = f64x2.splat(0);
/** What `ratio` is over. */
export let denominator: v128 = f64x2.splat(0);
/** What `raised` has above its quotient. */
export let numerator: v128 = f64x2.splat(0);
/** n + MAGIC, beside what `excess` returns: the low 12 bits of it are n. */
export let octaves: v128 = f64x2.splat(0);

export function one(): v128 {
  return v128.load64_splat(TABLE + 128);
}

/** The bits of the sign. */
export function sign(): v128 {
  return v128.load64_splat(BITS + 56);
}

/** 2^n from n + MAGIC; −1022 <= n <= 1023. */
export function powerOfTwo(octaves: v128): v128 {
  return i64x2.shl(i64x2.add(octaves, v128.load64_splat(BITS)), 52);
}

/** e^r − 1 and, in `octaves`, n + MAGIC: x = n ln 2 + r. |x| < 2^30; beyond 745 n ln 2 is not exact any more. */
export function excess(x: v128): v128 {
  octaves = f64x2.add(f64x2.mul(x, v128.load64_splat(TABLE + 8)), v128.load64_splat(TABLE));
  const n = f64x2.sub(octaves, v128.load64_splat(TABLE));
  const upper = f64x2.sub(x, f64x2.mul(n, v128.load64_splat(TABLE + 16)));
  const r = f64x2.sub(upper, f64x2.mul(n, v128.load64_splat(TABLE + 24)));
  const w = f64x2.mul(r, r);
  const w2 = f64x2.mul(w, w);
  const near = f64x2.add(v128.load64_splat(TABLE + 64), f64x2.mul(w, v128.load64_splat(TABLE + 56)));
  const far = f64x2.add(v128.load64_splat(TABLE + 48), f64x2.mul(w, v128.load64_splat(TABLE + 40)));
  const sum = f64x2.add(near, f64x2.mul(w2, f64x2.add(far, f64x2.mul(w2, v128.load64_splat(TABLE + 32)))));
  // e^r − 1 = 2r / (r coth(r/2) − r), r coth(r/2) = 2 + r² sum
  const below = f64x2.add(f64x2.sub(v128.load64_splat(TABLE + 136), r), f64x2.mul(w, sum));
  return f64x2.div(f64x2.add(r, r), below);
}

/**
 * 2r, which over `denominator` is e^r − 1: `excess` for those who have a quotient of their own to put it into. Written out
 * twice, since the way through a global takes curves of one exponential 4 to 10 % longer.
 */
export function ratio(x: v128): v128 {
  octaves = f64x2.add(f64x2.mul(x, v128.load64_splat(TABLE + 8)), v128.load64_splat(TABLE));
  const n = f64x2.sub(octaves, v128.load64_splat(TABLE));
  const upper = f64x2.sub(x, f64x2.mul(n, v128.load64_splat(TABLE + 16)));
  const r = f64x2.sub(upper, f64x2.mul(n, v128.load64_splat(TABLE + 24)));
  const w = f64x2.mul(r, r);
  const w2 = f64x2.mul(w, w);
  const near = f64x2.add(v128.load64_splat(TABLE + 64), f64x2.mul(w, v128.load64_splat(TABLE + 56)));
  const far = f64x2.add(v128.load64_splat(TABLE + 48), f64x2.mul(w, v128.load64_splat(TABLE + 40)));
  const sum = f64x2.add(near, f64x2.mul(w2, f64x2.add(far, f64x2.mul(w2, v128.load64_splat(TABLE + 32)))));
  // e^r − 1 = 2r / (r coth(r/2) − r), r coth(r/2) = 2 + r² sum
  denominator = f64x2.add(f64x2.sub(v128.load64_splat(TABLE + 136), r), f64x2.mul(w, sum));
  return f64x2.add(r, r);
}

/**
 * ln x as a sum, x a normal number: what is returned is a whole multiple of 2^-42, so that differences of logarithms are
 * exact; the rest is in `low`, |low| < 2^-7. Anything else than a normal number gives a finite number.
 */
export function logarithm(x: v128): v128 {
  // x = 2^k m, √½ <= m < √2: adding the bits of 1 less those of √½ moves the change of exponent from 1 to √½. The exponent's
  // bits below those of 2^52 read as 2^52 + 1023 + k.
  const bits = i64x2.add(x, v128.load64_splat(BITS + 8));
  const biased = v128.or(i64x2.shr_u(bits, 52), v128.load64_splat(BITS + 24));
  const k = f64x2.sub(biased, v128.load64_splat(TABLE + 152));
  const m = i64x2.add(v128.and(bits, v128.load64_splat(BITS + 32)), v128.load64_splat(BITS + 16));
  // s = f / d, f = m − 1 exact, d = m + 1; in two parts: head has 28 bits, so that its product with d's upper 25 is exact.
  const f = f64x2.sub(m, one());
  const d = f64x2.add(m, one());
  const inverse = f64x2.div(one(), d);
  const s = f64x2.mul(f, inverse);
  const head = f64x2.sub(f64x2.add(s, v128.load64_splat(TABLE + 160)), v128.load64_splat(TABLE + 160));
  const upper = v128.and(d, v128.load64_splat(BITS + 40));
  const lower = f64x2.sub(m, f64x2.sub(upper, one()));
  const tail = f64x2.mul(f64x2.sub(f64x2.sub(f, f64x2.mul(head, upper)), f64x2.mul(head, lower)), inverse);
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const p0 = f64x2.add(v128.load64_splat(TABLE + 120), f64x2.mul(z, v128.load64_splat(TABLE + 112)));
  const p1 = f64x2.add(v128.load64_splat(TABLE + 104), f64x2.mul(z, v128.load64_splat(TABLE + 96)));
  const p2 = f64x2.add(v128.load64_splat(TABLE + 88), f64x2.mul(z, v128.load64_splat(TABLE + 80)));
  const p3 = f64x2.add(p2, f64x2.mul(z2, v128.load64_splat(TABLE + 72)));
  const sum = f64x2.add(p0, f64x2.mul(z2, f64x2.add(p1, f64x2.mul(z2, p3))));
  low = f64x2.add(
    f64x2.mul(k, v128.load64_splat(TABLE + 24)),
    f64x2.add(f64x2.add(tail, tail), f64x2.mul(f64x2.mul(s, z), sum)),
  );
  return f64x2.add(f64x2.mul(k, v128.load64_splat(TABLE + 16)), f64x2.add(head, head));
}

/** `logarithm` of any number above 0. */
function logarithmOfAny(x: v128): v128 {
  const small = f64x2.lt(x, v128.load64_splat(TABLE + 192));
  const ln = logarithm(v128.bitselect(f64x2.mul(x, v128.load64_splat(TABLE + 200)), x, small));
  low = f64x2.sub(low, v128.and(small, v128.load64_splat(TABLE + 216)));
  return f64x2.sub(ln, v128.and(small, v128.load64_splat(TABLE + 208)));
}

/** y (hi + lo) as a sum: the larger part is returned, the rest is in `low`. */
export function product(y: v128, hi: v128, lo: v128): v128 {
  const mask = v128.load64_splat(BITS + 48);
  const head = v128.and(hi, mask);
  const upper = v128.and(y, mask);
  const exact = f64x2.mul(upper, head);
  const rest = f64x2.add(f64x2.mul(f64x2.sub(y, upper), head), f64x2.mul(y, f64x2.add(f64x2.sub(hi, head), lo)));
  const result = f64x2.add(exact, rest);
  low = f64x2.sub(rest, f64x2.sub(result, exact));
  return result;
}

/** e^(hi + lo), all of the range: 0 below −745.13, ∞ above 709.78, denormal numbers rounded twice. |lo| <= 2^-53 |hi|. */
function expSum(hi: v128, lo: v128): v128 {
  const p = excess(f64x2.pmin(f64x2.pmax(hi, v128.load64_splat(TABLE + 168)), v128.load64_splat(TABLE + 176)));
  const e = f64x2.add(one(), f64x2.add(p, f64x2.mul(lo, f64x2.add(one(), p))));
  // 2^n in two factors, of which neither overflows.
  const magic = v128.load64_splat(TABLE);
  const n = f64x2.sub(octaves, magic);
  const half = f64x2.add(f64x2.mul(n, v128.load64_splat(TABLE + 144)), magic);
  const other = f64x2.add(f64x2.sub(n, f64x2.sub(half, magic)), magic);
  return f64x2.mul(f64x2.mul(e, powerOfTwo(half)), powerOfTwo(other));
}

/** e^x, all of the range, as `numerator` over what is returned, which is about 2. */
export function raised(x: v128): v128 {
  const twice = ratio(f64x2.pmin(f64x2.pmax(x, v128.load64_splat(TABLE + 168)), v128.load64_splat(TABLE + 176)));
  const magic = v128.load64_splat(TABLE);
  const n = f64x2.sub(octaves, magic);
  const half = f64x2.add(f64x2.mul(n, v128.load64_splat(TABLE + 144)), magic);
  const other = f64x2.add(f64x2.sub(n, f64x2.sub(half, magic)), magic);
  numerator = f64x2.mul(f64x2.mul(f64x2.add(denominator, twice), powerOfTwo(half)), powerOfTwo(other));
  return denominator;
}

export function exp(x: v128): v128 {
  return expSum(x, f64x2.splat(0));
}

/** e^x for x <= 0, and 0 where it is below the normal numbers. */
export function expDecay(x: v128): v128 {
  const bound = v128.load64_splat(TABLE + 184);
  const p = excess(f64x2.pmax(x, bound));
  const scale = v128.and(powerOfTwo(octaves), f64x2.ge(x, bound));
  return f64x2.add(scale, f64x2.mul(scale, p));
}

/** e^x − 1, exact near 0. */
export function expm1(x: v128): v128 {
  const p = excess(f64x2.pmin(f64x2.pmax(x, f64x2.splat(-60)), f64x2.splat(60)));
  const scale = powerOfTwo(octaves);
  const result = f64x2.add(f64x2.mul(scale, p), f64x2.sub(scale, one()));
  return v128.bitselect(exp(x), result, f64x2.gt(x, f64x2.splat(60)));
}

/** ln x: −∞ at 0, NaN below. */
export function log(x: v128): v128 {
  return ranged(x, f64x2.add(logarithmOfAny(x), low));
}

/** ln(1 + x), exact near 0: −∞ at −1, NaN below. */
export function log1p(x: v128): v128 {
  const u = f64x2.add(one(), x);
  const back = f64x2.sub(u, one());
  const lost = f64x2.add(f64x2.sub(x, back), f64x2.sub(one(), f64x2.sub(u, back)));
  const hi = logarithm(u);
  return ranged(u, f64x2.add(hi, f64x2.add(low, f64x2.div(lost, u))));
}

/** `result` where 0 < x < ∞; ln's values at the ends. */
function ranged(x: v128, result: v128): v128 {
  const infinite = f64x2.eq(x, f64x2.splat(Infinity));
  const ends = v128.bitselect(x, f64x2.splat(NaN), infinite);
  const inside = v128.andnot(f64x2.gt(x, f64x2.splat(0)), infinite);
  return v128.bitselect(result, v128.bitselect(f64x2.splat(-Infinity), ends, f64x2.eq(x, f64x2.splat(0))), inside);
}

/** x^y for 0 <= x < ∞ and finite y; 0^0 is 1, 0^y is ∞ for y < 0; NaN for x < 0. */
export function pow(x: v128, y: v128): v128 {
  const ln = logarithmOfAny(x);
  const power = product(y, ln, low);
  const result = expSum(power, low);
  const zero = f64x2.splat(0);
  // e^(−y ∞): 0, 1 or ∞.
  const atZero = v128.bitselect(
    zero,
    v128.bitselect(one(), f64x2.splat(Infinity), f64x2.eq(y, zero)),
    f64x2.gt(y, zero),
  );
  const ends = v128.bitselect(atZero, f64x2.splat(NaN), f64x2.eq(x, zero));
  return v128.bitselect(result, ends, f64x2.gt(x, zero));
}

/** 1 / (1 + e^−x), exact towards 0. */
export function sigmoid(x: v128): v128 {
  const e = expDecay(f64x2.neg(f64x2.abs(x)));
  const inverse = f64x2.div(one(), f64x2.add(one(), e));
  return f64x2.mul(inverse, v128.bitselect(e, one(), f64x2.lt(x, f64x2.splat(0))));
}

/** (e^x − e^−x) / (e^x + e^−x), exact near 0. */
export function tanh(x: v128): v128 {
  const size = f64x2.abs(x);
  const p = excess(f64x2.pmax(f64x2.mul(size, f64x2.splat(-2)), f64x2.splat(-60)));
  const scale = powerOfTwo(octaves);
  const m = f64x2.add(f64x2.mul(scale, p), f64x2.sub(scale, one()));
  const result = f64x2.div(f64x2.neg(m), f64x2.add(f64x2.add(one(), one()), m));
  return v128.bitselect(x, result, sign());
}
