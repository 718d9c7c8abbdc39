/** What every budget would bring, today's on the curve. */
import { Chart } from "../chart/chart.js";
import { amount, short } from "../shell/numbers.js";
import { budgets, planned, problem } from "./state.js";

export function BudgetFrontier() {
  const curve = budgets.value;
  const now = problem.value;
  if (!curve || curve.length < 2 || now?.budget === undefined) return null;
  const { result } = planned.value ?? {};
  const [first, last] = [curve[0], curve.at(-1)] as [(typeof curve)[0], (typeof curve)[0]];
  return (
    <section class="card" aria-label="Other budgets">
      <Chart
        title="What other budgets would bring"
        summary={`A budget of ${amount(first.budget)} brings ${amount(first.response)}, one of ${amount(last.budget)} ${amount(last.response)}.`}
        x={{ name: "Budget", values: curve.map(({ budget }) => budget), format: amount, tick: short }}
        y={{ name: "Response", format: amount, tick: short }}
        series={[{ name: "Response of the best plan", values: curve.map(({ response }) => response) }]}
        marks={result?.status === "met" ? [{ name: "this plan", x: now.budget, y: result.response, colour: 3 }] : []}
        height={260}
      />
    </section>
  );
}
