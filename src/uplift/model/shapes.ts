/** The trees of a model, as the format keeps them. */
import type { Stored } from "./format.js";

/** One tree of a model: where its parts begin. */
export interface Shape {
  /** Number of the tree. */
  tree: number;
  /** First test in the model, first value in `values`, values a leaf. */
  firstTest: number;
  firstValue: number;
  width: number;
  leaves: number;
}

/** The trees of a model one after the other. */
export function* treesOf({ tests, treeOutput, outputs }: Stored): Generator<Shape> {
  let firstTest = 0;
  let firstValue = 0;
  for (let tree = 0; tree < tests.length; tree++) {
    const width = treeOutput[tree] === -1 ? outputs.length : 1;
    const leaves = (tests[tree] as number) + 1;
    yield { tree, firstTest, firstValue, width, leaves };
    firstTest += leaves - 1;
    firstValue += leaves * width;
  }
}
