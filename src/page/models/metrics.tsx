/** One metric under one package's definition: the model beside a response model and chance. */
import type { Comparison } from "../../uplift/evaluate/types.js";
import { Scroll } from "../shell/scroll.js";
import { metric } from "./state.js";
import { digits } from "./words.js";

export function Metrics({ comparison, level, response }: { comparison: Comparison; level: number; response: string }) {
  const names = comparison.scores[0]?.metrics.map(({ name }) => name) ?? [];
  const preferred = ["qini.sklift", "qini.ydf"].find((name) => names.includes(name)) ?? names[0];
  const chosen = metric.value !== undefined && names.includes(metric.value) ? metric.value : preferred;
  const rows = comparison.scores.map(({ name, metrics }) => ({
    name,
    found: metrics.find((one) => one.name === chosen),
  }));
  const [own] = rows;
  return (
    <section class="card grid" aria-label="Metrics">
      <h2>In one number</h2>
      <div class="field">
        <label for="metric" class="muted">
          Metric, by the package that defines it
        </label>
        <select
          id="metric"
          value={chosen}
          onChange={({ currentTarget }) => {
            metric.value = currentTarget.value;
          }}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Scroll label="The metric of the model, a response model and chance">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Ranked by</th>
              <th scope="col">Value</th>
              <th scope="col">{Math.round(100 * level)} % from</th>
              <th scope="col">to</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, found }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{found ? digits(found.value) : "–"}</td>
                <td>{found ? digits(found.low) : "–"}</td>
                <td>{found ? digits(found.high) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {own?.found && (
        <p class="muted">
          {sentence(own.found.normalisation)} {sentence(own.found.ties)}
        </p>
      )}
      <p class="muted">Response model: {response}.</p>
    </section>
  );
}

/** With a capital and a full stop; names of metrics keep their letters. */
function sentence(text: string): string {
  const first = /^[a-z]+\.[a-z]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return `${first}.`;
}
