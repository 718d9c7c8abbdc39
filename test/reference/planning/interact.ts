/** What channels do to each other's response, in plain TypeScript: assembly/planning/interact.ts. */
export interface Acting {
  kind: "geometric" | "product" | "pool";
  lag: number;
  /** Strength, or the size of the pool. */
  strength: number;
  /** Numbers of lines. */
  a: readonly number[];
  b: readonly number[];
}

/** What an interaction adds to the responses of lines by period. */
export function added({ kind, lag, strength, a, b }: Acting, values: readonly (readonly number[])[]): number {
  const of = (lines: readonly number[], t: number) => lines.reduce((sum, line) => sum + (values[line]?.[t] ?? 0), 0);
  let total = 0;
  for (let t = lag; t < (values[0]?.length ?? 0); t++) {
    const [first, next] = [of(a, t - lag), of(b, t)];
    if (kind === "geometric") total += strength * Math.sqrt(first * next);
    else if (kind === "product") total += strength * first * next;
    else total += strength * -Math.expm1(-first / strength) - first;
  }
  return total;
}

/** The concave function above u · v on [0, 1]²: a power mean of exponent −8. */
export function lifted(u: number, v: number): number {
  return u === 0 || v === 0 ? 0 : ((u ** -8 + v ** -8) / 2) ** (-1 / 8);
}
