/** Models: what a model's scores are worth, told by an experiment. */
import { Failure } from "../shell/failure.js";
import { count } from "../shell/numbers.js";
import { Progress } from "../shell/progress.js";
import { Calibration, GainCurve, PolicyChart } from "./charts.js";
import { Checks } from "./checks.js";
import { Figures } from "./figures.js";
import { MappingCard } from "./mapping.js";
import { Metrics } from "./metrics.js";
import "./models.css";
import { Start } from "./start.js";
import { arm, failure, judged, leave, looked, work } from "./state.js";

export default function Models() {
  const now = judged.value;
  return (
    <>
      <Title />
      {failure.value && <Failure {...failure.value} />}
      {!now && <Start />}
      {!now && looked.value && <MappingCard look={looked.value} />}
      {work.value && <Progress work={work.value} cancel={work.value.cancel} />}
      {now && <Result />}
    </>
  );
}

function Title() {
  const now = judged.value;
  return (
    <div class="title">
      <div>
        <h1>What a model is worth</h1>
        {now ? (
          <p class="muted">
            {now.name}: {count(now.evaluation.rows)} people, {count(now.evaluation.arms.length)} arms
          </p>
        ) : (
          <p class="muted">
            Who is changed by an offer, and how well a model knows it: judged on an experiment, beside a plain response
            model and chance.
          </p>
        )}
      </div>
      {now && (
        <button type="button" onClick={leave}>
          Other files
        </button>
      )}
    </div>
  );
}

function Result() {
  const now = judged.value;
  if (!now) return null;
  const { evaluation, curve } = now;
  const comparison = evaluation.comparisons[arm.value] ?? evaluation.comparisons[0];
  if (!comparison) return null;
  return (
    <>
      {evaluation.comparisons.length > 1 && (
        <div class="row budgets">
          <label for="model-arm" class="muted">
            Offer
          </label>
          <select
            id="model-arm"
            value={arm.value}
            onChange={({ currentTarget }) => {
              arm.value = Number(currentTarget.value);
            }}
          >
            {evaluation.comparisons.map((one, k) => (
              <option key={one.arm} value={k}>
                {one.arm}
              </option>
            ))}
          </select>
          <span class="muted">against {comparison.control}</span>
        </div>
      )}
      <Figures comparison={comparison} level={evaluation.level} />
      <div class="plan">
        <div class="grid">
          <GainCurve comparison={comparison} />
          <Calibration comparison={comparison} level={evaluation.level} />
          {curve && <PolicyChart curve={curve} />}
        </div>
        <div class="grid side">
          <Metrics comparison={comparison} level={evaluation.level} response={evaluation.response} />
          <Checks evaluation={evaluation} />
        </div>
      </div>
    </>
  );
}
