/** Value against budget, with today's budget on it and the planned one to drag. */
import { useComputed } from "@preact/signals";
import { Chart } from "../chart/chart.js";
import { NumberField } from "../shell/number-field.js";
import { amount, short } from "../shell/numbers.js";
import { answer, budget, curve, moveBudget, table, today } from "./state.js";
import type { Curve } from "./types.js";

/** Value at a budget on the curve, between its points; undefined outside. */
export function valueAt({ points, most }: Curve, money: number): number | undefined {
  const last = points.at(-1);
  if (!last || money < (points[0]?.budget ?? 0)) return undefined;
  if (money >= Math.min(last.budget, most)) return last.value;
  const after = points.findIndex((point) => point.budget >= money);
  const [a, b] = [points[after - 1] ?? points[after], points[after]] as [(typeof points)[0], (typeof points)[0]];
  return b.budget === a.budget ? b.value : a.value + ((b.value - a.value) * (money - a.budget)) / (b.budget - a.budget);
}

export function BudgetCurve() {
  const now = curve.value;
  // Arrays that stay the same while the budget is dragged: the plot is then left alone.
  const data = useComputed(() => {
    const points = curve.value?.points ?? [];
    return {
      budgets: points.map((point) => point.budget),
      series: [{ name: "Value", values: points.map(({ value }) => value) }],
    };
  });
  const marks = useComputed(() => {
    const y = curve.value && valueAt(curve.value, today.value);
    return y === undefined ? [] : [{ name: "today", x: today.value, y, colour: 2 as const }];
  });
  const { budgets, series } = data.value;
  const most = Math.max(now?.most ?? 0, budgets.at(-1) ?? 0);
  return (
    <section class="card" aria-label="Value by budget">
      <div class="row budgets">
        <NumberField
          label="Budget"
          value={budget.value}
          onNumber={(money) => money !== undefined && moveBudget(money, true)}
        />
        <NumberField
          label="Today's budget"
          value={today.value}
          onNumber={(money) => {
            if (money !== undefined) today.value = money;
          }}
        />
        <button type="button" disabled={budget.value === today.value} onClick={() => moveBudget(today.value, true)}>
          Back to today's
        </button>
      </div>
      {now && budgets.length > 1 ? (
        <Chart
          title="What every budget buys"
          summary={summaryOf(now)}
          x={{ name: "Budget", values: budgets, format: amount, tick: short }}
          y={{
            name: now.isEstimate ? "Value, estimated from a sample under these limits" : "Value",
            format: amount,
            tick: short,
          }}
          series={series}
          marks={marks.value}
          marker={{
            name: "Budget",
            x: Math.min(budget.value, most),
            min: budgets[0] ?? 0,
            max: most,
            format: (money) => `${amount(money)}, value ${amount(answer.value?.value ?? 0)}`,
            onMove: moveBudget,
          }}
          file="value-by-budget"
        />
      ) : (
        <p class="wait blank">
          {now === undefined
            ? "Drawing the curve…"
            : now.status === "impossible"
              ? "No budget can meet these limits."
              : `There is nothing to buy: no offer of ${table.value?.name} costs money and brings value.`}
        </p>
      )}
    </section>
  );
}

function summaryOf({ points }: Curve): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "No budget buys anything.";
  const middle = points[points.length >> 1] as typeof first;
  return (
    `A line that rises ever less steeply: a budget of ${amount(first.budget)} buys a value of ${amount(first.value)}, ` +
    `${amount(middle.budget)} buys ${amount(middle.value)}, and ${amount(last.budget)} buys ${amount(last.value)}.`
  );
}
