/** Channels × time: the instances of media-mix.md 7, our twin and NLopt's SLSQP on the same, and a frontier of budgets. */
import nlopt from "nlopt-js";
import type { Engine } from "../../src/engine/engine.js";
import { createEngine, type PlanProblem, planBudget, planFrontier } from "../../src/index.js";
import { checkPlan } from "../../src/planning/check.js";
import { frameFlight } from "../../src/planning/flighting/feasible.js";
import { Flighting } from "../../src/planning/flighting/flighting.js";
import { modelOf } from "../../src/planning/model.js";
import { flightPlan, flights } from "../../test/planning/instances.js";
import { type Flight, fly, respond } from "../../test/reference/planning/flighting.js";
import { interleave, keeping, milliseconds, ratio } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const SIZES = [
  [5, 13],
  [10, 13],
  [10, 26],
  [10, 52],
  [20, 52],
] as const;
const ASKED: Record<string, number> = { "10×52": 2, "20×52": 8 };
const engine = createEngine();

export default async function flighting({ quick, say }: SuiteOptions): Promise<Row[]> {
  say("channels × time");
  const draw = flights();
  const rows: Row[] = [];
  for (const [channels, periods] of SIZES) {
    const flight = draw(channels, periods);
    say(`  ${channels} × ${periods}`);
    rows.push(solveRow(flight));
    if (channels === 10 && periods === 52) rows.push(frontierRow(flight), await slsqpRow(flight, quick));
  }
  return rows;
}

/** The climb alone is what the twin does; the whole call also checks the plan, reports and proves. */
function solveRow(flight: Flight): Row {
  const problem = flightPlan(flight);
  const plan = keeping("plan", () => planBudget(problem, { engine }));
  const twin = keeping("twin", () => fly(flight, 1e-6));
  const model = modelOf(checkPlan(problem));
  const { framed } = frameFlight(engine as Engine, model);
  if (!framed) throw new Error("the instance is not possible");
  const settings = { tolerance: 1e-6, starts: 1, seed: 1, deadline: Number.POSITIVE_INFINITY, watch: () => undefined };
  const climb = keeping("climb", () => {
    const solver = new Flighting(engine as Engine, framed, settings);
    try {
      return solver.solve(model.budget, 0);
    } finally {
      solver.release();
    }
  });
  const samples = interleave([plan, climb, twin], 15);
  const ms = milliseconds(samples, "plan");
  const faster = ratio(samples, "twin", "climb");
  const { response, gap } = plan.result;
  const size = `${flight.channels}×${flight.periods}`;
  const asked = ASKED[size];
  const certified = gap <= 1e-6;
  return {
    ...{ name: `channels × time, ${size}`, n: flight.channels * flight.periods, median_ms: ms },
    ratio_to: { "plain TypeScript twin (the whole call)": ratio(samples, "plan", "twin") },
    figures: {
      ...{ response, gap, "climb ms": milliseconds(samples, "climb"), "twin ms": milliseconds(samples, "twin") },
      "twin over climb": faster,
    },
    ...(asked
      ? {
          asked: `gap 1e-6, at most ${asked} ms, the climb 3 × faster than the twin`,
          met: certified && ms <= asked && faster >= 3,
        }
      : {}),
  };
}

function frontierRow(flight: Flight): Row {
  const problem = { ...flightPlan(flight), spend: undefined };
  const single = keeping("single", () => planBudget(problem, { engine }));
  const sweep = keeping("sweep", () => planFrontier(problem, { engine, points: 200 }));
  const samples = interleave([single, sweep], 9);
  const worst = Math.max(...sweep.result.points.map(({ response, bound }) => (bound - response) / bound));
  const times = ratio(samples, "sweep", "single");
  return {
    ...{ name: "frontier of 200 budgets from half to twice, 10×52", n: 520, median_ms: milliseconds(samples, "sweep") },
    ratio_to: { "one plan": times },
    figures: { points: sweep.result.points.length, "worst gap": worst },
    ...{ asked: "each to 1e-6, at most 25 × one cold plan", met: worst <= 1e-6 && times <= 25 },
  };
}

/** SLSQP of NLopt in WebAssembly, from the even plan, the twin's response and slopes, until it stops by itself. */
async function slsqpRow(flight: Flight, quick: boolean): Promise<Row> {
  const name = "against NLopt's SLSQP (nlopt-js), 10×52";
  const asked = "at least 100 × faster, never a worse value";
  if (quick) return { name, n: 520, asked, left_out: "takes seconds" };
  await nlopt.ready;
  const n = flight.channels * flight.periods;
  const problem: PlanProblem = flightPlan(flight);
  const plan = keeping("plan", () => planBudget(problem, { engine }));
  const slopes = new Float64Array(n);
  const slsqp = keeping("SLSQP", () => {
    const search = new nlopt.Optimize(nlopt.Algorithm.LD_SLSQP, n);
    search.setMaxObjective((x, gradient) => {
      const value = respond(flight, Float64Array.from(x), slopes);
      if (gradient) for (let i = 0; i < n; i++) gradient[i] = slopes[i] as number;
      return value;
    }, 1e-9);
    search.setLowerBounds(new Array(n).fill(flight.least));
    search.setUpperBounds(new Array(n).fill(flight.most));
    search.addEqualityConstraint((x, gradient) => {
      let sum = -flight.budget;
      for (let i = 0; i < n; i++) {
        sum += x[i] as number;
        if (gradient) gradient[i] = 1;
      }
      return sum;
    }, 1e-9);
    const found = search.optimize(new Array(n).fill(flight.budget / n));
    nlopt.GC.flush();
    return found;
  });
  const start = performance.now();
  slsqp.run();
  const theirs = performance.now() - start;
  const ms = milliseconds(interleave([plan], 15), "plan");
  const { value } = slsqp.result;
  const { response, gap } = plan.result;
  return {
    ...{ name, n, median_ms: ms, ratio_to: { SLSQP: ms / theirs } },
    figures: { response, gap, "SLSQP's value": value, "SLSQP ms": theirs, "times faster": theirs / ms },
    ...{ asked, met: theirs >= 100 * ms && response >= value * (1 - 1e-6) },
  };
}
