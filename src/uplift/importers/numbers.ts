/** Numbers as other libraries' arithmetic has them. */
const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);
const pair = new BigUint64Array(1);
const double = new Float64Array(pair.buffer);

/** The next f32 below x, so that x' < x is x' ≤ it: −∞ stays. */
export function below32(x: number): number {
  if (x === 0) return -(2 ** -149);
  if (x === -Infinity) return x;
  single[0] = x;
  word[0] = (word[0] as number) + (x > 0 ? -1 : 1);
  return single[0] as number;
}

/** The next f64 below x. */
export function below64(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  if (x === -Infinity) return x;
  double[0] = x;
  pair[0] = (pair[0] as bigint) + (x > 0 ? -1n : 1n);
  return double[0] as number;
}

/**
 * ln x of an f32, rounded to f32, the same on every runtime (Math.log is not): x = 2^k m with m in [√½, √2],
 * ln x = k ln 2 + 2 atanh((m − 1) / (m + 1)); the series ends below 2^−60.
 */
export function log32(x: number): number {
  let [m, k] = [x, 0];
  for (; m > Math.SQRT2; m /= 2) k++;
  for (; m < Math.SQRT1_2; m *= 2) k--;
  const z = (m - 1) / (m + 1);
  let sum = 0;
  for (let n = 41; n >= 1; n -= 2) sum = sum * z * z + 1 / n;
  return Math.fround(k * Math.LN2 + 2 * z * sum);
}
