/** The numbers of the plan, large. */
import { amount, share } from "../shell/numbers.js";
import { valueAt } from "./budget-curve.js";
import { answer, budget, curve, today } from "./state.js";

/** The step by which "a little more budget" is told. */
const LITTLE = 0.01;

export function Figures() {
  const now = answer.value;
  if (now?.status !== "met") return null;
  const { value, cost, price, isEstimate } = now;
  const about = isEstimate ? "about " : "";
  const line = curve.value;
  const here = line && valueAt(line, budget.value);
  const more = line && valueAt(line, budget.value * (1 + LITTLE));
  const before = line && valueAt(line, today.value);
  return (
    <dl class="tiles" data-estimate={isEstimate}>
      <Tile name="Spend" value={about + amount(cost)} hint={`of a budget of ${amount(budget.value)}`} />
      <Tile
        name="Value"
        value={about + amount(value)}
        hint={
          before !== undefined && before > 0 && budget.value !== today.value
            ? `${value >= before ? "+" : ""}${share(value / before - 1)} against today's budget`
            : "added by all offers together"
        }
      />
      <Tile name="Return" value={cost > 0 ? amount(value / cost) : "–"} hint="value for each 1 spent" />
      <Tile
        name="Price of money"
        value={about + amount(price)}
        hint={
          price > 0
            ? "value that the last 1 spent brings; what brings less is not offered"
            : "more money would buy nothing"
        }
      />
      <Tile
        name="The next 1 %"
        value={here === undefined || more === undefined ? "–" : `+${amount(Math.max(0, more - here))}`}
        hint={`value for ${amount(LITTLE * budget.value)} more`}
      />
    </dl>
  );
}

function Tile({ name, value, hint }: { name: string; value: string; hint: string }) {
  return (
    <div class="card tile">
      <dt class="muted">{name}</dt>
      <dd class="large">{value}</dd>
      <dd class="muted hint">{hint}</dd>
    </div>
  );
}
