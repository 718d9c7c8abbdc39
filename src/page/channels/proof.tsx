/** What the plan does, in sentences, and how near the best it is; or why there is none, and the way out. */
import { take } from "./state.js";
import type { Planned } from "./types.js";

const SENTENCES = 12;

export function Proof({ planned: { result, sentences } }: { planned: Planned }) {
  const { gap, stopped } = result;
  return (
    <section class="card grid" aria-label="What the plan does">
      <h2>What the plan does</h2>
      {gap <= 1e-6 && <p class="proven">Proven: no other plan within these limits brings noticeably more.</p>}
      {stopped && <p class="muted">The search ended before the proof was as tight as it can be.</p>}
      <ul class="sentences">
        {sentences.slice(0, SENTENCES).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {sentences.length > SENTENCES && (
        <details>
          <summary>{sentences.length - SENTENCES} more</summary>
          <ul class="sentences">
            {sentences.slice(SENTENCES).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

export function NoPlan({ planned: { result } }: { planned: Planned }) {
  const { status, clash } = result;
  if (status === "not found" || !clash) {
    return (
      <div class="note bad" role="alert">
        <strong>No plan within all limits was found, and none was proven impossible.</strong>
        <p>Loosen a limit, or raise the budget.</p>
      </div>
    );
  }
  return (
    <div class="note bad" role="alert">
      <strong>No plan can keep these limits together.</strong>
      <p>
        {clash.reason} They are: {clash.limits.join(", ")}.
      </p>
      <button type="button" class="main" onClick={() => take(clash.nearest, "The nearest plan cannot be used")}>
        Take the nearest that is possible
      </button>
    </div>
  );
}
