/** The numbers of the plan, large. */
import { amount, share } from "../shell/numbers.js";
import { currentOf } from "./today.js";
import type { Planned } from "./types.js";

export function Figures({ planned: { problem, result } }: { planned: Planned }) {
  const { spent, response, marginal, marginalAt } = result;
  const today = currentOf(result);
  const money = problem.currency ?? "money";
  return (
    <dl class="tiles">
      <Tile
        name="Spend"
        value={amount(spent)}
        hint={problem.budget ? `of a budget of ${amount(problem.budget)}` : money}
      />
      <Tile
        name="Response"
        value={amount(response)}
        hint={
          today && today.response > 0
            ? `${response >= today.response ? "+" : ""}${share(response / today.response - 1)} against today's plan`
            : "of all channels together"
        }
      />
      <Tile name="Return" value={spent > 0 ? amount(response / spent) : "–"} hint="response for each 1 spent" />
      <Tile
        name="The next 1 spent"
        value={amount(marginal)}
        hint={marginalAt ? `response, in ${marginalAt}` : "nothing has room for more"}
      />
      {today && <Tile name="Moved" value={amount(today.moved)} hint="money that goes elsewhere than in today's plan" />}
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
