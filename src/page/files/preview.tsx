/** A file before it is read: its first rows, and a choice of one of its columns. */
import { useId } from "preact/hooks";
import { Scroll } from "../shell/scroll.js";
import type { ColumnPreview } from "./open.js";

/** Columns of the preview at most. */
const SHOWN = 40;

/** One of the columns, by its name; "" for none. */
export function Choice({
  label,
  names,
  value,
  onChoice,
}: {
  label: string;
  names: readonly string[];
  value: string;
  onChoice: (name: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="muted" for={id}>
        {label}
      </label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChoice(currentTarget.value)}>
        <option value="">choose a column</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The first rows of a file. */
export function Preview({ columns }: { columns: readonly ColumnPreview[] }) {
  const shown = columns.slice(0, SHOWN);
  const rows = shown[0]?.cells ?? [];
  return (
    <Scroll label="First rows of the file">
      <table class="figures preview">
        <thead>
          <tr>
            {shown.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((_, i) => (
            <tr key={i}>
              {shown.map(({ name, cells }) => (
                <td key={name}>{cells[i]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
