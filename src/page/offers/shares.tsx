/** Who gets what: users by offer, and the decisions to take away. */
import { useSignal } from "@preact/signals";
import { count, share } from "../shell/numbers.js";
import { download, limits, table, work } from "./state.js";
import type { DecisionFormat } from "./table/load.js";
import type { Answer } from "./types.js";

/** Offers shown at most; the rest together. */
const SHOWN = 40;

export function OfferShares({ answer }: { answer: Answer }) {
  const now = table.value;
  if (!now) return null;
  const { counts, none, isEstimate } = answer;
  const all = now.options.map((name, j): [string, number] => [name, counts[j] ?? 0]);
  const rows = all.slice(0, SHOWN);
  const rest = all.slice(SHOWN).reduce((sum, [, users]) => sum + users, 0);
  if (rest > 0) rows.push([`${count(all.length - SHOWN)} others`, rest]);
  if (!limits.value.exactlyOne) rows.unshift(["no offer", none]);
  const most = Math.max(1, ...rows.map(([, users]) => users));
  return (
    <section class="card" aria-label="Share by offer">
      <h2>Who gets what</h2>
      <table class="figures shares">
        <thead>
          <tr>
            <th scope="col">Offer</th>
            <th scope="col">Users</th>
            <th scope="col">Share</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, users]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{count(users)}</td>
              <td>{share(users / now.users)}</td>
              <td class="bar" aria-hidden="true">
                <span style={{ transform: `scaleX(${users / most})` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Download isReady={!isEstimate && work.value === undefined} />
    </section>
  );
}

function Download({ isReady }: { isReady: boolean }) {
  const format = useSignal<DecisionFormat>("csv");
  return (
    <div class="row download">
      <button type="button" class="main" disabled={!isReady} onClick={() => download(format.value)}>
        Download the decisions
      </button>
      <label class="row">
        <span class="muted">as</span>
        <select
          value={format.value}
          onChange={({ currentTarget }) => {
            format.value = currentTarget.value as DecisionFormat;
          }}
        >
          <option value="csv">CSV</option>
          <option value="parquet">Parquet</option>
        </select>
      </label>
    </div>
  );
}
