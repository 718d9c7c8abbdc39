/** The model's curves: gain by share of people, promise against outcome, and what the policy buys at each budget. */
import type { PolicyCurve, PolicyPoint } from "../../policy/curve.js";
import type { Comparison, Estimate } from "../../uplift/evaluate/types.js";
import { Chart, type Colour, type Series } from "../chart/chart.js";
import { amount, share, short } from "../shell/numbers.js";
import { digits } from "./words.js";

const COLOURS: Record<string, Colour> = { score: 1, response: 2, random: "muted" };

export function GainCurve({ comparison: { scores, arm } }: { comparison: Comparison }) {
  const [first] = scores;
  if (!first) return null;
  const x = first.curve.map((point) => point.share);
  return (
    <section class="card" aria-label="Gain">
      <Chart
        title="Gain when the best are offered first"
        summary={`Outcome a person that ${arm} adds when it goes to a share of the people, in the model's order, a response model's, and by chance.`}
        x={{
          name: "Share of people who get the offer",
          values: x,
          format: share,
          tick: (part) => `${Math.round(100 * part)} %`,
        }}
        y={{ name: "Gain a person", format: digits }}
        series={scores.map(({ name, kind, curve }) => ({
          name,
          values: curve.map(({ gain }) => gain),
          colour: COLOURS[kind] ?? 1,
          dashed: kind === "random",
        }))}
      />
    </section>
  );
}

export function Calibration({ comparison: { scores }, level }: { comparison: Comparison; level: number }) {
  const buckets = [...(scores[0]?.calibration ?? [])].sort((a, b) => a.predicted - b.predicted);
  if (buckets.length < 2) return null;
  const x = buckets.map(({ predicted }) => predicted);
  const of = (pick: (one: Estimate) => number) => buckets.map(({ observed }) => pick(observed));
  return (
    <section class="card" aria-label="Calibration">
      <Chart
        title="What the model promises, and what came out"
        summary="Observed effect by tenth of the model's score, with its interval; on the dashed line promise and outcome are one."
        x={{ name: "Promised effect, mean of a tenth of the people", values: x, format: digits }}
        y={{ name: "Observed effect", format: digits }}
        series={[
          { name: "observed", values: of(({ value }) => value), kind: "points", colour: 1 },
          { name: `${Math.round(100 * level)} % to`, values: of(({ high }) => high), colour: 1, isEdge: true },
          { name: `${Math.round(100 * level)} % from`, values: of(({ low }) => low), colour: 1, isEdge: true },
          { name: "as promised", values: x, colour: "muted", dashed: true },
        ]}
        bands={[[1, 2]]}
        height={260}
      />
    </section>
  );
}

/** What the policy brings at each budget, above giving nobody anything. */
export function PolicyChart({ curve: { points } }: { curve: PolicyCurve }) {
  const over = (point: PolicyPoint | undefined): Estimate | undefined => point?.over.nobody;
  const of = (which: "scores" | "response" | "random", pick: (one: Estimate) => number) =>
    points.map((point) => {
      const one = over(point[which]);
      return one && Number.isFinite(pick(one)) ? pick(one) : null;
    });
  const value = ({ value: own }: Estimate) => own;
  const series: Series[] = [
    { name: "model", values: of("scores", value), colour: 1 },
    { name: "model, interval to", values: of("scores", ({ high }) => high), colour: 1, isEdge: true },
    { name: "model, interval from", values: of("scores", ({ low }) => low), colour: 1, isEdge: true },
    ...(points[0]?.response ? [{ name: "response model", values: of("response", value), colour: 2 as const }] : []),
    { name: "chance", values: of("random", value), colour: "muted", dashed: true },
  ];
  return (
    <section class="card" aria-label="Policy">
      <Chart
        title="What the policy buys at each budget"
        summary="Outcome a person above giving nobody anything, when a budget is spent by the model, by a response model, or by chance; valued on the experiment."
        x={{
          name: "Budget for the people of the experiment",
          values: points.map(({ budget }) => budget),
          format: amount,
          tick: short,
        }}
        y={{ name: "Outcome a person, above nothing", format: digits }}
        series={series}
        bands={[[1, 2]]}
      />
    </section>
  );
}
