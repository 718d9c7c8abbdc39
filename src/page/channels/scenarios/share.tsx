/** The plan as a link and as a file. */
import { link, planned, saveProblem, saveSpend, share } from "../state.js";

export function Share() {
  return (
    <section class="card grid" aria-label="Share">
      <h2>Share</h2>
      <div class="row">
        <button type="button" onClick={share}>
          Copy a link to this plan
        </button>
        <button type="button" onClick={saveSpend} disabled={planned.value?.result.status !== "met"}>
          Save the spend as CSV
        </button>
        <button type="button" onClick={saveProblem}>
          Save PLAN.json
        </button>
      </div>
      {link.value && (
        <div class="row link">
          <label for="plan-link" class="muted">
            Link
          </label>
          <input id="plan-link" readOnly value={link.value} onFocus={({ currentTarget }) => currentTarget.select()} />
        </div>
      )}
      <p class="muted">The whole plan is in the link; whoever opens it computes it in their own browser.</p>
    </section>
  );
}
