/** What every budget would bring, today's on the curve. */
import { Chart, type Mark } from "../../chart/chart.js";
import { amount, short } from "../../shell/numbers.js";
import { budgets, planned, problem } from "../state.js";
import { currentOf } from "../today.js";

export function BudgetFrontier() {
  const curve = budgets.value;
  const now = problem.value;
  if (!curve || curve.length < 2 || now?.budget === undefined) return null;
  const { result } = planned.value ?? {};
  const marks: Mark[] = [];
  const today = result?.status === "met" ? currentOf(result) : undefined;
  if (today) marks.push({ name: "today", x: today.spend, y: today.response, colour: 2 });
  if (result?.status === "met") marks.push({ name: "this plan", x: now.budget, y: result.response, colour: 3 });
  const [first, last] = [curve[0], curve.at(-1)] as [(typeof curve)[0], (typeof curve)[0]];
  return (
    <section class="card" aria-label="Other budgets">
      <Chart
        title="What other budgets would bring"
        summary={`A budget of ${amount(first.budget)} brings ${amount(first.response)}, one of ${amount(last.budget)} ${amount(last.response)}.`}
        x={{ name: "Budget", values: curve.map(({ budget }) => budget), format: amount, tick: short }}
        y={{ name: "Response", format: amount, tick: short }}
        series={[{ name: "Response of the best plan", values: curve.map(({ response }) => response) }]}
        marks={marks}
        height={260}
      />
    </section>
  );
}
