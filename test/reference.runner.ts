import { type RunnerTestFile, type RunnerTestSuite, TestRunner } from "vitest";
import { leftOut } from "./reference.setup.js";

/** With `SHADOWPRICE_DATA=none` every reference test is collected and none is run: the summary counts them as skipped. */
export default class ReferenceRunner extends TestRunner {
  onCollected(files: RunnerTestFile[]): void {
    if (leftOut) for (const file of files) skip(file);
  }
}

function skip(suite: RunnerTestSuite): void {
  suite.mode = "skip";
  for (const task of suite.tasks) {
    if (task.type === "suite") skip(task);
    else task.mode = "skip";
  }
}
