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

/** By line and period. */
type Rows = readonly (readonly number[])[];

/** What `interact` gives: what each adds, and factors that make slopes of lines slopes of the whole. */
export function interactions(
  all: readonly Acting[],
  values: Rows,
  isLifted: boolean,
  most: Rows,
): { added: number[]; factors: number[][] } {
  const factors = values.map((row) => row.map(() => 1));
  const of = (lines: readonly number[], t: number, rows = values) =>
    lines.reduce((sum, line) => sum + (rows[line]?.[t] ?? 0), 0);
  const spread = (lines: readonly number[], t: number, by: number) => {
    for (const line of lines) (factors[line] as number[])[t] = (factors[line]?.[t] as number) + by;
  };
  const sums = all.map(({ kind, lag, strength, a, b }) => {
    let total = 0;
    for (let t = lag; t < (values[0]?.length ?? 0); t++) {
      const [first, next] = [Math.max(0, of(a, kind === "pool" ? t : t - lag)), Math.max(0, of(b, t))];
      const [mostA, mostB] = [of(a, t - lag, most), of(b, t, most)];
      if (kind === "pool") {
        total += strength * -Math.expm1(-first / strength) - first;
        spread(a, t, Math.expm1(-first / strength));
      } else if (kind === "geometric") {
        total += strength * Math.sqrt(first * next);
        spread(a, t - lag, (strength / 2) * Math.sqrt(next / first));
        spread(b, t, (strength / 2) * Math.sqrt(first / next));
      } else if (!isLifted) {
        total += strength * first * next;
        spread(a, t - lag, strength * next);
        spread(b, t, strength * first);
      } else if (mostA > 0 && mostB > 0) {
        const [u, v] = [first / mostA, next / mostB];
        const mean = lifted(u, v);
        total += strength * mostA * mostB * mean;
        spread(a, t - lag, (strength * mostB * (mean / u) ** 9) / 2);
        spread(b, t, (strength * mostA * (mean / v) ** 9) / 2);
      }
    }
    return total;
  });
  return { added: sums, factors };
}
