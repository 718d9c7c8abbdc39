/**
 * One seed for every property, so that a run is repeated by running it again. SHADOWPRICE_SEED=N roams:
 *
 *   for seed in $(seq 30); do SHADOWPRICE_SEED=$seed npx vitest run --project node test/planning/properties.test.ts; done
 */
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    seed: number;
  }
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject("seed") });
