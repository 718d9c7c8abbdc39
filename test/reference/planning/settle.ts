/** Responses put onto their envelopes, in plain TypeScript: `settle` of assembly/planning/flighting.ts. */
export interface Chord {
  start: number;
  height: number;
  slope: number;
  end: number;
}

/** Slopes of curves that start vertically count as this. */
const STEEPEST = 1e150;

/** Values and slopes at what works; below a chord's end its line takes the curve's place. The sum is of the values. */
export function settle(
  a: readonly number[],
  values: readonly number[],
  slopes: readonly number[],
  chords?: readonly Chord[],
): { sum: number; values: number[]; slopes: number[] } {
  const settled = a.map((here, i) => {
    const chord = chords?.[i];
    if (chord && here < chord.end) return [chord.height + chord.slope * (here - chord.start), chord.slope] as const;
    return [values[i] as number, Math.min(STEEPEST, slopes[i] as number)] as const;
  });
  return {
    sum: settled.reduce((sum, [value]) => sum + value, 0),
    values: settled.map(([value]) => value),
    slopes: settled.map(([, slope]) => slope),
  };
}
