/** Twin of assembly/planning/draws.ts: every draw for itself, its adstock as the plain sum over lags. */

export interface TwinDraw {
  value: (a: number) => number;
  slope: (a: number) => number;
  /** Weight of spend `lag` periods ago. */
  weight: (lag: number) => number;
}

/** R_j of every draw, Σ p_j R_j, and its slopes by spend. */
export function expectedOf(
  draws: readonly TwinDraw[],
  x: readonly number[],
  w: readonly number[],
  p: readonly number[],
) {
  const slopes = x.map(() => 0);
  const responses = draws.map(({ value, slope, weight }, j) => {
    let response = 0;
    for (let t = 0; t < x.length; t++) {
      let a = 0;
      for (let s = 0; s <= t; s++) a += weight(t - s) * (x[s] as number);
      response += (w[t] as number) * value(a);
      for (let s = 0; w[t] !== 0 && s <= t; s++) {
        slopes[s] = (slopes[s] as number) + (p[j] as number) * (w[t] as number) * slope(a) * weight(t - s);
      }
    }
    return response;
  });
  return { responses, slopes, value: responses.reduce((sum, response, j) => sum + (p[j] as number) * response, 0) };
}
