/** What a chart shows, as a table: made when it is opened. */

import { useSignal } from "@preact/signals";
import { Scroll } from "../shell/scroll.js";
import type { ChartProps } from "./types.js";

/** Rows at most: of more, every second, third, … and the last. The data that is saved has all. */
const ROWS = 60;

export function DataTable({ title, x, y, series }: ChartProps) {
  const isOpen = useSignal(false);
  const stride = Math.ceil(x.values.length / ROWS);
  const rows = [...x.values.keys()].filter((i) => i % stride === 0 || i === x.values.length - 1);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{title}: as a table</summary>
      {isOpen.value && (
        <Scroll label={`${title}, as a table`}>
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">{x.name}</th>
                {series.map(({ name }, i) => (
                  <th key={`${i}-${name}`} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((i) => (
                <tr key={i}>
                  <th scope="row">{x.format(x.values[i] as number)}</th>
                  {series.map(({ name, values }, s) => (
                    <td key={`${s}-${name}`}>{values[i] == null ? "" : y.format(values[i] as number)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}
