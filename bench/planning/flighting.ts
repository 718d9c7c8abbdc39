/** Channels × time: the instances of media-mix.md 7, our twin and NLopt's SLSQP on the same, and a frontier of budgets. */
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
import { type Nlopt, openNlopt } from "./nlopt.js";

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
    if (channels === 5) rows.push(await slsqpRow(flight, quick));
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

/** Seconds after which SLSQP is told to stop. */
const PATIENCE = 30;

/**
 * SLSQP of NLopt in WebAssembly, from the even plan, with the twin's response and slopes, until it stops by itself or patience
 * ends; then the best value of a plan that spends the budget counts.
 */
async function slsqpRow(flight: Flight, quick: boolean): Promise<Row> {
  const { channels, periods } = flight;
  const n = channels * periods;
  const name = `against NLopt's SLSQP (nlopt-js), ${channels}×${periods}`;
  const asked = "at least 100 × faster, never a worse value";
  if (quick && n > 100) return { name, n, asked, left_out: "takes seconds" };
  const nlopt = await openNlopt();
  const problem: PlanProblem = flightPlan(flight);
  const plan = keeping("plan", () => planBudget(problem, { engine }));
  const { ms: theirs, value, ended } = slsqp(nlopt, flight);
  const ms = milliseconds(interleave([plan], 15), "plan");
  const { response, gap } = plan.result;
  return {
    ...{ name, n, median_ms: ms, ratio_to: { SLSQP: ms / theirs } },
    figures: {
      ...{ response, gap, "SLSQP's value": value, "SLSQP ms": theirs, "times faster": theirs / ms },
      "SLSQP ended": ended ? "by itself" : `after ${PATIENCE} s, told to`,
    },
    ...(n === 520 ? { asked, met: theirs >= 100 * ms && response >= value * (1 - 1e-6) } : {}),
  };
}

function slsqp(nlopt: Nlopt, flight: Flight): { ms: number; value: number; ended: boolean } {
  const { channels, periods, least, most, budget } = flight;
  const n = channels * periods;
  const slopes = new Float64Array(n);
  const start = performance.now();
  let best = Number.NEGATIVE_INFINITY;
  const search = new nlopt.Optimize(nlopt.Algorithm.LD_SLSQP, n);
  search.setMaxObjective((x, gradient) => {
    if (performance.now() - start > 1000 * PATIENCE) throw new Error("out of patience");
    const plan = Float64Array.from(x);
    const value = respond(flight, plan, slopes);
    const spent = plan.reduce((sum, money) => sum + money, 0);
    if (Math.abs(spent - budget) <= 1e-9 * budget) best = Math.max(best, value);
    if (gradient) for (let i = 0; i < n; i++) gradient[i] = slopes[i] as number;
    return value;
  }, 1e-9);
  search.setLowerBounds(new Array(n).fill(least));
  search.setUpperBounds(new Array(n).fill(most));
  search.addEqualityConstraint((x, gradient) => {
    let sum = -budget;
    for (let i = 0; i < n; i++) {
      sum += x[i] as number;
      if (gradient) gradient[i] = 1;
    }
    return sum;
  }, 1e-9);
  let ended = true;
  try {
    search.optimize(new Array(n).fill(budget / n));
  } catch {
    ended = false;
  }
  const ms = performance.now() - start;
  if (ended) nlopt.GC.flush();
  return { ms, value: best, ended };
}
