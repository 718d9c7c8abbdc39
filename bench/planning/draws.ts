/** Expected response over posterior draws: whole calls of planBudget, checks and report with them, certified over all draws. */
import { createEngine, planBudget } from "../../src/index.js";
import { drawnPlan } from "../../test/planning/draws/made.js";
import { interleave, keeping, milliseconds } from "../measure.js";
import type { Row, SuiteOptions } from "../rows.js";

const [DRAWS, CHANNELS, WEEKS] = [4000, 10, 52];
const TOLERANCE = 1e-5;

export default async function draws({ say }: SuiteOptions): Promise<Row[]> {
  say("posterior draws");
  const engine = createEngine();
  return (["hill", "tanh"] as const).map((family): Row => {
    const problem = drawnPlan(family, CHANNELS, DRAWS, WEEKS);
    const plan = keeping("plan", () => planBudget(problem, { engine, tolerance: TOLERANCE }));
    const ms = milliseconds(interleave([plan], 5), "plan");
    const { response, gap } = plan.result;
    return {
      ...{ name: `${DRAWS} draws × ${CHANNELS} channels × ${WEEKS} weeks, ${family}`, n: DRAWS, median_ms: ms },
      figures: { response, gap },
      ...{ asked: "the whole call: gap over all draws at most 1e-5, at most 1 s", met: gap <= TOLERANCE && ms <= 1000 },
    };
  });
}
