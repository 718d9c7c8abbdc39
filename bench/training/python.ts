/** Rivals from PyPI: TRAINING_PYTHON, build/training, or the Python on the path, whichever has them. One thread, in a process of their own. */
import { execFileSync, spawnSync } from "node:child_process";

/** What a row without them says. */
export const NO_PYTHON =
  "no Python with causalml, EconML and LightGBM: python3 -m venv build/training && build/training/bin/pip install causalml==0.18.0 econml==0.17.0 lightgbm==4.7.0";

export function pythonWith(modules: string): string | undefined {
  const candidates = [process.env.TRAINING_PYTHON, "build/training/bin/python", "python3"];
  return candidates.find(
    (python) => python && spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" }).status === 0,
  );
}

const ONE_THREAD = Object.fromEntries(
  ["OMP", "OPENBLAS", "MKL", "NUMBA"].map((library) => [`${library}_NUM_THREADS`, "1"]),
);

/** The one JSON object that a script of this folder prints. */
export function run<T>(python: string, script: string, args: readonly string[]): T {
  const printed = execFileSync(python, [`bench/training/${script}`, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...ONE_THREAD },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(printed) as T;
}
