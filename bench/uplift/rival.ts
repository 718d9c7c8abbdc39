/** onnxruntime-node on the same model, one thread. */
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Rows of a call: larger ones were no faster. */
export const CHUNK = 10_000;

export interface Rival {
  /** Scores all rows, a call a chunk. */
  bulk(): Promise<Float32Array>;
  /** Scores one row. */
  one(row: number): Promise<number>;
}

export async function onnxruntime(model: Uint8Array, columns: readonly Float32Array[]): Promise<Rival> {
  const session = await InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
  const [input, output] = [session.inputNames[0] as string, session.outputNames[0] as string];
  const width = columns.length;
  const rows = (columns[0] as Float32Array).length;
  // It takes rows, not columns: they are turned before the clock starts.
  const turned = new Float32Array(rows * width);
  for (const [f, column] of columns.entries())
    for (let i = 0; i < rows; i++) turned[i * width + f] = column[i] as number;
  const call = async (from: number, count: number) => {
    const data = turned.subarray(from * width, (from + count) * width);
    const result = await session.run({ [input]: new Tensor("float32", data, [count, width]) });
    return (result[output] as Tensor).data as Float32Array;
  };
  return {
    async bulk() {
      const scores = new Float32Array(rows);
      for (let from = 0; from < rows; from += CHUNK) scores.set(await call(from, Math.min(CHUNK, rows - from)), from);
      return scores;
    },
    one: async (row) => (await call(row, 1))[0] as number,
  };
}
