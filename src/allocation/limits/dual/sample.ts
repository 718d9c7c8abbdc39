/** A sample of a table, with its slots and resources: lines of 16 users, spread evenly. */
import { columnStride } from "../../offers.js";
import type { Source } from "../kernel.js";
import * as kernel from "../kernel.js";
import type { Problem } from "../problem.js";

/** A sample of `users` users, a multiple of 16, in scratch memory; `give` gives it back. */
export function takeSample({ offers, scratch }: Problem, users: number): { sample: Source; give: () => void } {
  const { columns, hasSlots, engine } = offers;
  const stride = columnStride(users);
  const slotStride = Math.ceil(users / 32) * 64;
  const resources = offers.resources.names.length;
  const table = columns * stride;
  const bytes = (2 + resources) * table + (hasSlots ? columns * slotStride : 0);
  const values = scratch.take(bytes);
  const sample: Source = {
    values,
    costs: values + table,
    stride,
    columns,
    resources: resources > 0 ? values + 2 * table : 0,
    slots: hasSlots ? values + (2 + resources) * table : 0,
    slotStride,
    users,
  };
  kernel.sampleTable(engine, kernel.sourceOf(offers), sample, resources);
  return { sample, give: () => scratch.give(values) };
}
