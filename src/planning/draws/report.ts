/** What posterior draws add to a result: responses over them, of the plan and of every channel and campaign. */
import type { PlanResult } from "../types.js";
import { type Drawn, togetherOf } from "./drawn.js";

/** Adds them to a result whose plan by coordinate is x. */
export function addOutcomes(result: PlanResult, drawn: Drawn, x: Float64Array): void {
  const { lines } = drawn.model;
  const outcomes = drawn.outcomesOf(x);
  const of = (keep: (line: (typeof lines)[number]) => boolean) =>
    togetherOf(
      outcomes,
      lines.flatMap((line, i) => (keep(line) ? [i] : [])),
    );
  result.draws = drawn.draws;
  result.outcome = of(() => true);
  result.channels.forEach((report, c) => {
    report.outcome = of(({ channel }) => channel === c);
    report.campaigns?.forEach((campaign, k) => {
      campaign.outcome = of((line) => line.channel === c && line.campaign === k);
    });
  });
}
