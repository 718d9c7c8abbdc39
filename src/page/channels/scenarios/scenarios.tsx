/** What-ifs side by side: a plan is kept under a name, then a limit is changed. */
import { useSignal } from "@preact/signals";
import { amount, share } from "../../shell/numbers.js";
import { Scroll } from "../../shell/scroll.js";
import { forget, isStale, type Kept, keep, kept, planned, resume } from "../state.js";

const MOST = 6;

export function Scenarios() {
  const name = useSignal("");
  const now = planned.value;
  const list = kept.value;
  const isFull = list.length >= MOST;
  const add = (event: Event) => {
    event.preventDefault();
    keep(name.value.trim() || `Plan ${list.length + 1}`);
    name.value = "";
  };
  return (
    <section class="card grid" aria-label="What if">
      <h2>What if</h2>
      <p class="muted">Keep this plan under a name, change a limit or the budget, and compare.</p>
      <form class="row" onSubmit={add}>
        <label class="unseen" for="scenario-name">
          Name of this plan
        </label>
        <input
          id="scenario-name"
          value={name.value}
          placeholder={`Plan ${list.length + 1}`}
          maxLength={40}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        />
        <button type="submit" disabled={now?.result.status !== "met" || isStale.value || isFull}>
          Keep this plan
        </button>
      </form>
      {list.length > 0 && <Comparison list={list} />}
    </section>
  );
}

function Comparison({ list }: { list: readonly Kept[] }) {
  const now = planned.value;
  const columns = now?.result.status === "met" ? [...list, { name: "Now", planned: now }] : list;
  const [base] = list as [Kept, ...Kept[]];
  const names = base.planned.result.channels.map((channel) => channel.name);
  return (
    <Scroll label="Kept plans side by side">
      <table class="figures">
        <thead>
          <tr>
            <td />
            {columns.map(({ name }, i) => (
              <th key={`${name}-${i}`} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Row label="Response" cells={columns.map(({ planned: { result } }) => amount(result.response))} />
          <Row
            label={`Against ${base.name}`}
            cells={columns.map((one) => {
              const change = one.planned.result.response / base.planned.result.response - 1;
              return one === base || !Number.isFinite(change) ? "–" : `${change > 0 ? "+" : ""}${share(change)}`;
            })}
          />
          <Row label="Spend" cells={columns.map(({ planned: { result } }) => amount(result.spent))} />
          {names.map((channel) => (
            <Row
              key={channel}
              label={channel}
              cells={columns.map(({ planned: { result } }) => {
                const report = result.channels.find((one) => one.name === channel);
                return report ? amount(report.spend) : "–";
              })}
            />
          ))}
          <tr>
            <td />
            {columns.map((one, i) => (
              <td key={`${one.name}-${i}`}>
                {i < list.length && (
                  <>
                    <button
                      type="button"
                      class="quiet"
                      onClick={() => resume(one)}
                      aria-label={`Go back to ${one.name}`}
                    >
                      Go back
                    </button>
                    <button type="button" class="quiet" onClick={() => forget(i)} aria-label={`Forget ${one.name}`}>
                      Forget
                    </button>
                  </>
                )}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ label, cells }: { label: string; cells: readonly string[] }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      {cells.map((text, i) => (
        <td key={i}>{text}</td>
      ))}
    </tr>
  );
}
