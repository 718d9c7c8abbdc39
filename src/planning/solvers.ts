/** Which method solves a plan, and that method on its model. */
import type { Engine } from "../engine/engine.js";
import { Drawn } from "./draws/drawn.js";
import { crosses, frameFlight, impossibleFlight } from "./flighting/feasible.js";
import { Flighting } from "./flighting/flighting.js";
import type { Model } from "./model.js";
import { frame, impossible } from "./separable/feasible.js";
import { Separable } from "./separable/separable.js";
import type { Solver } from "./solver.js";
import type { Method, PlanOptions, PlanProblem, PlanResult } from "./types.js";

/** The field that makes periods, or channels, act on each other; undefined where none does. */
function acting({ channels, periods = 1, interactions = [] }: PlanProblem): string | undefined {
  if (interactions.length > 0) return "interactions make channels act on each other";
  const c = channels.findIndex(({ adstock, smoothness }) => adstock || (smoothness && periods > 1));
  if (c < 0) return undefined;
  return `channels[${c}].${channels[c]?.adstock ? "adstock" : "smoothness"} makes periods act on each other`;
}

/**
 * The method asked for, or the one that a problem needs.
 * @throws {RangeError} for a method that cannot plan the problem, naming the field.
 */
export function methodOf(model: Model, asked: Method | undefined): Method {
  const field = model.draws > 0 ? "posterior draws make channels act on each other" : acting(model.problem);
  if (asked === "separable" && field) {
    throw new RangeError(`${field}, which the separable method cannot plan: leave it out, or the method`);
  }
  return asked ?? (field || crosses(model) ? "flighting" : "separable");
}

const TARGETS = ["least-spend", "target-roas", "target-cpa"];

interface Settings extends PlanOptions {
  tolerance: number;
}

/** The method on a model, ready to solve: release it. Or which limits clash, and the nearest problem that is possible. */
export function solverFor(
  engine: Engine,
  model: Model,
  method: Method,
  {
    tolerance,
    nodes = 20_000,
    starts = 16,
    seed = 1,
    seconds = Number.POSITIVE_INFINITY,
    signal,
    onProgress,
  }: Settings,
  start: number,
): { solver: Solver; clash?: undefined } | { solver?: undefined; clash: NonNullable<PlanResult["clash"]> } {
  signal?.throwIfAborted();
  const deadline = start + 1000 * seconds;
  const watch = (phase: "branch" | "climb") => (done: number, total: number, response: number, bound: number) => {
    signal?.throwIfAborted();
    onProgress?.({ phase, done, total, response, bound });
  };
  if (method === "separable") {
    const { framed, clash } = frame(model);
    if (!framed) return { clash: impossible(model.problem, clash as NonNullable<typeof clash>) };
    const branch = watch("branch");
    return {
      solver: new Separable(engine, framed, {
        ...{ tolerance, nodes, deadline },
        watch: (done, response, bound) => branch(done, nodes, response, bound),
      }),
    };
  }
  const { framed, clash } = frameFlight(engine, model);
  if (!framed) return { clash: impossibleFlight(engine, model.problem, clash as NonNullable<typeof clash>) };
  // A target's budget is found from solves whose own gaps it adds up.
  const target = TARGETS.includes(model.problem.objective?.type ?? "response");
  const settings = { tolerance: target ? tolerance / 20 : tolerance, starts, seed, deadline, watch: watch("climb") };
  if (model.draws > 0) return { solver: new Drawn(engine, framed, settings) };
  return { solver: new Flighting(engine, framed, settings) };
}
