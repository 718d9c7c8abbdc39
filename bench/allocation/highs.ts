/** The linear program of an allocation, as `highs` (npm, WebAssembly) takes it: its sparse model interface. */
import loader, { type Highs } from "highs";

// The package's types describe its CommonJS file, whose default export Node hands over unwrapped.
const loadHighs = loader as unknown as () => Promise<Highs>;

export interface Lp {
  values: Float32Array[];
  costs: Float32Array[];
  budget: number;
}

/** Solves by the interior point method with crossover, its fastest on this problem; the seconds are those of `run` alone. */
export async function solveByHighs({ values, costs, budget }: Lp): Promise<{ seconds: number; optimum: number }> {
  const highs = await loadHighs();
  const options = values.length;
  const users = values[0]?.length ?? 0;
  const columns = users * options;
  const starts = new Int32Array(columns + 1).map((_, k) => 2 * k);
  const indices = new Int32Array(2 * columns);
  const coefficients = new Float64Array(2 * columns);
  const worth = new Float64Array(columns);
  for (let i = 0; i < users; i++) {
    for (let j = 0; j < options; j++) {
      const k = i * options + j;
      worth[k] = values[j]?.[i] as number;
      indices.set([i, users], 2 * k);
      coefficients.set([1, costs[j]?.[i] as number], 2 * k);
    }
  }
  const model = highs.createModel({
    numCols: columns,
    numRows: users + 1,
    sense: highs.constants.objectiveSense.maximize,
    colCost: worth,
    colLower: new Float64Array(columns),
    colUpper: new Float64Array(columns).fill(highs.infinity),
    rowLower: new Float64Array(users + 1).fill(-highs.infinity),
    rowUpper: new Float64Array(users + 1).fill(1).fill(budget, users),
    matrix: { format: "csc", numRows: users + 1, numCols: columns, starts, indices, values: coefficients },
  });
  try {
    model.options.set({ output_flag: false, solver: "ipm" });
    const start = performance.now();
    model.run();
    return { seconds: (performance.now() - start) / 1000, optimum: model.getObjectiveValue() };
  } finally {
    model.dispose();
  }
}
