/** What the experiment found, and how the model does, large. */
import type { Comparison, Estimate } from "../../uplift/evaluate/types.js";
import { count } from "../shell/numbers.js";
import { digits, interval } from "./words.js";

export function Figures({ comparison, level }: { comparison: Comparison; level: number }) {
  const { effect, treated, controls, arm } = comparison;
  const rank = comparison.scores[0]?.metrics.find(({ name }) => name === "autoc.grf");
  return (
    <dl class="tiles">
      <Tile
        name="Effect on everyone"
        value={digits(effect.value)}
        hint={`outcome a person, ${interval(effect, level)}`}
      />
      <Tile name={`Got ${arm}`} value={count(treated)} hint={`people, against ${count(controls)} who did not`} />
      {rank && (
        <Tile
          name="Does it rank people?"
          value={verdict(rank)}
          hint={`effect on those ranked first less the mean, ${interval(rank, level)}`}
        />
      )}
      {rank?.over.response && (
        <Tile
          name="Better than a response model?"
          value={verdict(rank.over.response)}
          hint={`difference ${digits(rank.over.response.value)}, ${interval(rank.over.response, level)}`}
        />
      )}
    </dl>
  );
}

/** Whether an interval lies on one side of zero. */
function verdict({ low, high }: Estimate): string {
  if (low > 0) return "Yes";
  return high < 0 ? "No: the other way round" : "Not proven";
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
