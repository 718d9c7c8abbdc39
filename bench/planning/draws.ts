/** Expected response over posterior draws, certified over all of them. */
import { Scratch } from "../../src/engine/scratch.js";
import { createEngine } from "../../src/index.js";
import { Climber } from "../../src/planning/draws/climber.js";
import { mostExpected } from "../../src/planning/draws/expectation.js";
import { Responses } from "../../src/planning/draws/responses.js";
import { drawnLines } from "../../test/planning/draws/made.js";
import { interleave, keeping, milliseconds } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const [DRAWS, CHANNELS, WEEKS] = [4000, 10, 52];

export default async function draws({ say }: SuiteOptions): Promise<Row[]> {
  say("posterior draws");
  const engine = createEngine();
  const size = CHANNELS * WEEKS;
  return (["hill", "tanh"] as const).map((family): Row => {
    const lines = drawnLines(family, CHANNELS, DRAWS, WEEKS);
    const box = { low: new Float64Array(size).fill(0.1), high: new Float64Array(size).fill(5), budget: 0.8 * size };
    const plan = keeping("plan", () => {
      const scratch = new Scratch(engine.arena);
      try {
        const responses = new Responses(engine, scratch, lines, { periods: WEEKS, horizon: WEEKS, draws: DRAWS });
        const climber = new Climber(engine, scratch, { ...box, atMost: true }, 2000, () => undefined);
        return mostExpected(responses, climber, climber.even(), { tolerance: 1e-5, lifted: false });
      } finally {
        scratch.release();
      }
    });
    const ms = milliseconds(interleave([plan], 5), "plan");
    const { value, bound, readings, climbs } = plan.result;
    const gap = (bound - value) / bound;
    const turns = climbs.reduce((sum, climb) => sum + climb.turns, 0);
    return {
      ...{ name: `${DRAWS} draws × ${CHANNELS} channels × ${WEEKS} weeks, ${family}`, n: DRAWS, median_ms: ms },
      figures: { response: value, gap, "readings of all draws": readings, "turns on samples": turns },
      ...{ asked: "gap over all draws at most 1e-5, at most 1 s", met: gap <= 1e-5 && ms <= 1000 },
    };
  });
}
