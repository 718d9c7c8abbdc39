/** What a channel brings for what it spends, with today's and the planned spend on the curve. */
import { Chart, type Mark } from "../../chart/chart.js";
import { amount, short } from "../../shell/numbers.js";
import { average, chosen, planned, problem, response, sketch } from "../state.js";
import type { ResponseCurve } from "../types.js";

export function Response() {
  const now = problem.value;
  const curve = response.value;
  if (!now) return null;
  const channel = now.channels[chosen.value];
  const isOverTime = (now.periods ?? 1) > 1;
  const period = isOverTime ? (now.period ?? "period") : undefined;
  return (
    <section class="card grid" aria-label="Response of a channel">
      <div class="row">
        <label for="response-channel" class="muted">
          Response of
        </label>
        <select
          id="response-channel"
          value={chosen.value}
          onChange={({ currentTarget }) => sketch(Number(currentTarget.value))}
        >
          {now.channels.map(({ name }, c) => (
            <option key={name} value={c}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {channel && curve?.channel === chosen.value ? (
        <Chart
          title={`Response of ${channel.name}`}
          summary={summaryOf(curve, channel.name)}
          x={{ name: period ? `Spend in a ${period}` : "Spend", values: curve.spend, format: amount, tick: short }}
          y={{ name: "Response", format: amount, tick: short }}
          series={[{ name: "Response", values: curve.response }]}
          marks={marksOf(curve)}
          height={260}
        />
      ) : (
        <div class="blank" />
      )}
      {isOverTime && (
        <p class="muted">
          In a {period} of the usual season, for spend that works in it. Marks are at the average {period}.
        </p>
      )}
    </section>
  );
}

function marksOf(curve: ResponseCurve): Mark[] {
  const index = chosen.value;
  const channel = problem.value?.channels[index];
  const { result } = planned.value ?? {};
  const today = average(channel?.current);
  const next = result?.status === "met" ? average(result.spend[index]) : undefined;
  const mark = (name: string, x: number | undefined, colour: 2 | 3): Mark[] =>
    x === undefined ? [] : [{ name, x, y: at(curve, x), colour }];
  return [...mark("today", today, 2), ...mark("planned", next, 3)];
}

/** Between the points of the curve. */
function at({ spend, response: values }: ResponseCurve, x: number): number {
  const after = spend.findIndex((one) => one >= x);
  if (after < 0) return values.at(-1) ?? 0;
  if (after === 0) return values[0] ?? 0;
  const [x0, x1, y0, y1] = [spend[after - 1], spend[after], values[after - 1], values[after]] as [
    number,
    number,
    number,
    number,
  ];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

function summaryOf({ spend, response: values }: ResponseCurve, name: string): string {
  return `${name} brings up to ${amount(values.at(-1) ?? 0)} for a spend of ${amount(spend.at(-1) ?? 0)}.`;
}
