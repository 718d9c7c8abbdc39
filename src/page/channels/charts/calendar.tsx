/** Spend by channel and period, as a table whose cells are the darker the more is spent. */
import { amount, short } from "../../shell/numbers.js";
import { Scroll } from "../../shell/scroll.js";
import { datesOf } from "../dates.js";
import type { Planned } from "../types.js";

export function Calendar({ planned: { problem, result } }: { planned: Planned }) {
  const dates = datesOf(problem);
  const most = result.spend.flat().reduce((max, money) => Math.max(max, money), Number.MIN_VALUE);
  const { period = "period" } = problem;
  const totals = dates.map((_, t) => result.spend.reduce((sum, row) => sum + (row[t] ?? 0), 0));
  return (
    <section class="card grid" aria-label={`Spend by ${period}`}>
      <h2>Spend by {period}</h2>
      <Scroll label={`Spend by channel and ${period}`}>
        <table class="figures calendar">
          <thead>
            <tr>
              <th scope="col">Channel</th>
              {dates.map((date) => (
                <th key={date} scope="col">
                  {date}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.channels.map(({ name }, c) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {(result.spend[c] ?? []).map((money, t) => (
                  <td
                    key={dates[t]}
                    style={{ "--heat": (money / most).toFixed(3) }}
                    title={`${name}, ${dates[t]}: ${amount(money)}`}
                  >
                    {money === 0 ? "–" : short(money)}
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">together</th>
              {totals.map((money, t) => (
                <td key={dates[t]} style={{ "--heat": "0" }}>
                  {short(money)}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
