/** Planned against today's spend by channel, with the limits to edit. */
import type { Channel } from "../../planning/types.js";
import { NumberField } from "../shell/number-field.js";
import { amount, share } from "../shell/numbers.js";
import { Scroll } from "../shell/scroll.js";
import { change, changeChannel, isStale, planned, problem } from "./state.js";

type Field = "min" | "max" | "current";
const FIELDS: readonly [Field, string][] = [
  ["current", "Today"],
  ["min", "At least"],
  ["max", "At most"],
];

export function LimitTable() {
  const now = problem.value;
  if (!now) return null;
  const { result } = planned.value ?? {};
  const each = (now.periods ?? 1) > 1 ? ` in each ${now.period ?? "period"}` : "";
  return (
    <section class="card grid" aria-label="Spend by channel">
      <h2>Spend by channel</h2>
      {now.budget !== undefined && (
        <div class="row budgets">
          <NumberField label="Budget" value={now.budget} onNumber={(budget) => change({ budget })} />
          <p class="muted">Today and the limits are money{each || " of the plan"}.</p>
        </div>
      )}
      <Scroll label="Spend and limits by channel">
        <table class="figures channels-table" aria-busy={isStale.value}>
          <thead>
            <tr>
              <th scope="col">Channel</th>
              {FIELDS.map(([field, label]) => (
                <th key={field} scope="col">
                  {label}
                </th>
              ))}
              <th scope="col">Planned</th>
              <th scope="col">Change</th>
              <th scope="col">Response</th>
              <th scope="col">1 more brings</th>
            </tr>
          </thead>
          <tbody>
            {now.channels.map((channel, c) => {
              const report = result?.status === "met" ? result.channels[c] : undefined;
              return (
                <tr key={channel.name}>
                  <th scope="row">{channel.name}</th>
                  {FIELDS.map(([field, label]) => (
                    <td key={field}>
                      <Limit channel={channel} index={c} field={field} label={`${channel.name}: ${label}`} />
                    </td>
                  ))}
                  <td>{report ? amount(report.spend) : "–"}</td>
                  <td class={changeClass(report?.change)}>
                    {report?.relativeChange !== undefined && Number.isFinite(report.relativeChange)
                      ? `${report.relativeChange > 0 ? "+" : ""}${share(report.relativeChange)}`
                      : "–"}
                  </td>
                  <td>{report ? amount(report.response) : "–"}</td>
                  <td>{report && Number.isFinite(report.marginal) ? amount(report.marginal) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function changeClass(moved: number | undefined): string | undefined {
  if (!moved) return undefined;
  return moved > 0 ? "up" : "down";
}

function Limit({ channel, index, field, label }: { channel: Channel; index: number; field: Field; label: string }) {
  const value = channel[field];
  if (value !== undefined && typeof value !== "number") return <span class="muted">by period</span>;
  return (
    <NumberField
      label={label}
      isBare
      isOptional
      value={value}
      placeholder={field === "min" ? "0" : field === "max" ? "any" : "unknown"}
      onNumber={(money) => changeChannel(index, { [field]: money })}
    />
  );
}
