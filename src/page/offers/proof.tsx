/** How good the plan is, in plain words; or why there is none, and what is nearest. */

import { amount, exactAmount, tinyShare } from "../shell/numbers.js";
import { Scroll } from "../shell/scroll.js";
import { request, take } from "./state.js";
import type { Answer } from "./types.js";
import { differences, limitName } from "./words.js";

export function Proof({ answer }: { answer: Answer }) {
  const { value, bound, gap, isEstimate, limits } = answer;
  return (
    <section class="card" aria-label="Proof">
      <h2>How good it is</h2>
      {isEstimate ? (
        <p>An estimate from a sample of the users. The exact plan comes with a proof when you let go.</p>
      ) : gap <= 0 ? (
        <p>
          <strong class="proven">Proven to be the best.</strong> No plan within these limits is worth more than{" "}
          {exactAmount(value)}.
        </p>
      ) : (
        <p>
          <strong class="proven">Proven to within {tinyShare(gap)}.</strong> This plan is worth {exactAmount(value)}.{" "}
          {bound - value < 0.01
            ? "No other plan within these limits is worth 0.01 more."
            : `No plan within these limits, found or not, is worth more than ${exactAmount(bound)}.`}
        </p>
      )}
      {limits.length > 0 && <LimitTable answer={answer} />}
    </section>
  );
}

function LimitTable({ answer: { limits } }: { answer: Answer }) {
  return (
    <Scroll label="What each limit costs">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">Used</th>
            <th scope="col">Set to</th>
            <th scope="col">1 more brings</th>
          </tr>
        </thead>
        <tbody>
          {limits.map(({ name, kind, used, limit, price }) => (
            <tr key={name + kind}>
              <th scope="row">{limitName(name, kind)}</th>
              <td>{Number.isFinite(used) ? amount(used) : "–"}</td>
              <td>{amount(limit)}</td>
              <td>{price === 0 ? "nothing" : amount(price)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** There is no plan: why, and the way out. */
export function NoPlan({ answer }: { answer: Answer }) {
  const { status, clash, violation, isEstimate } = answer;
  if (status === "not found") {
    return (
      <div class="note bad" role="alert">
        <strong>No plan within all limits was found, and none was proven impossible.</strong>
        {violation && (
          <p>
            The best try uses {amount(violation.used)} of {limitName(violation.name)}, which is set to{" "}
            {amount(violation.limit)}. Loosen that limit first.
          </p>
        )}
      </div>
    );
  }
  const changes = clash ? differences(request.value, clash.nearest) : [];
  return (
    <div class="note bad" role="alert">
      <strong>No plan can meet these limits together.</strong>
      {clash && <p>{clash.reason}</p>}
      {changes.length > 0 && clash && !isEstimate && (
        <>
          <p>The nearest that is possible: {changes.join("; ")}.</p>
          <button type="button" class="main" onClick={() => take(clash.nearest)}>
            Take the nearest
          </button>
        </>
      )}
    </div>
  );
}
