/** nlopt-js 0.1.1 brings no types; these are the few that the bench calls. */
declare module "nlopt-js" {
  type Function = (x: ArrayLike<number>, gradient: number[] | Float64Array | undefined) => number;
  class Optimize {
    constructor(algorithm: unknown, dimensions: number);
    setMaxObjective(objective: Function, tolerance: number): void;
    setLowerBounds(bounds: number[]): void;
    setUpperBounds(bounds: number[]): void;
    addEqualityConstraint(constraint: Function, tolerance: number): void;
    optimize(start: number[]): { success: boolean; x: number[]; value: number };
  }
  const nlopt: {
    ready: Promise<void>;
    Optimize: typeof Optimize;
    Algorithm: { LD_SLSQP: unknown };
    GC: { flush(): void };
  };
  export default nlopt;
}
