/** What posterior draws add to a result: responses over them, of the plan and of every channel and campaign. */
import type { PlanResult } from "../types.js";
import type { Drawn } from "./drawn.js";

/** Adds them to a result whose plan by coordinate is x. */
export function addOutcomes(result: PlanResult, drawn: Drawn, x: Float64Array): void {
  const { lines } = drawn.model;
  result.draws = drawn.draws;
  result.outcome = drawn.outcomeOf(x);
  result.channels.forEach((report, c) => {
    const own = lines.flatMap(({ channel }, line) => (channel === c ? [line] : []));
    report.outcome = drawn.outcomeOf(x, own);
    report.campaigns?.forEach((campaign, k) => {
      campaign.outcome = drawn.outcomeOf(
        x,
        own.filter((line) => lines[line]?.campaign === k),
      );
    });
  });
}
