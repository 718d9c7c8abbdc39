/**
 * onnxruntime-node on the same model, one thread. It is no devDependency: its install script asks nuget.org for CUDA and fails where
 * that is out of reach. The processor's binary is in the package, so that it is installed here without scripts, the first time.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const VERSION = "1.30.0";
const PLACE = resolve("build/rivals");

/** What is used of it. */
interface Runtime {
  InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  Tensor: new (type: "float32", data: Float32Array, dims: number[]) => Tensor;
}
interface Session {
  inputNames: readonly string[];
  outputNames: readonly string[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
}
interface Tensor {
  data: unknown;
}

function load(): Runtime {
  if (!existsSync(`${PLACE}/node_modules/onnxruntime-node`)) {
    const args = ["install", "--prefix", PLACE, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
    const { status, stderr } = spawnSync("npm", [...args, `onnxruntime-node@${VERSION}`]);
    if (status !== 0) throw new Error(`onnxruntime-node ${VERSION} cannot be installed: ${stderr}`);
  }
  return createRequire(`${PLACE}/package.json`)("onnxruntime-node") as Runtime;
}

/** Rows of a call: larger ones were no faster. */
export const CHUNK = 10_000;

export interface Rival {
  /** Scores all rows, a call a chunk. */
  bulk(): Promise<Float32Array>;
  /** Scores one row. */
  one(row: number): Promise<number>;
}

export async function onnxruntime(model: Uint8Array, columns: readonly Float32Array[]): Promise<Rival> {
  const { InferenceSession, Tensor } = load();
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
