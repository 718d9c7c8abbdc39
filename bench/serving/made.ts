/** What the bench of serving sends: a policy, users, a table. */
import { columnFromArray, float64, int64, tableFromColumns, tableToIPC } from "@uwdata/flechette";
import { couponColumn } from "../allocation/coupons.js";

export const OPTIONS = 8;
const names = Array.from({ length: OPTIONS }, (_, j) => `${j + 1}off`);

/** Values in the request. */
export function plainPolicy(): string {
  return JSON.stringify({ options: names.map((name, j) => ({ name, cost: 1 + j })), price: 1.5 });
}

export function plainBody(): string {
  return JSON.stringify({ users: [{ id: "u1", values: names.map((_, j) => 1.25 + 1.75 * j - 0.1 * j * j) }] });
}

/** The model's score, worth as much by offer. */
export function modelledPolicy(output: string): string {
  const options = names.map((name, j) => ({ name, value: { output, times: 4 + 3 * j }, cost: 1 + j }));
  return JSON.stringify({ model: { name: "forest" }, options, price: 1.5 });
}

export function modelledBody(features: readonly string[]): string {
  const given = Object.fromEntries(features.map((name, f) => [name, Number(Math.sin(1 + f).toFixed(3))]));
  return JSON.stringify({ users: [{ id: "u1", features: given }] });
}

/** The coupon ladder in doubles, values and costs of each offer, as an Arrow stream. */
export function couponArrow(users: number): Uint8Array {
  const [values, costs] = [new Float32Array(users), new Float32Array(users)];
  const columns: Parameters<typeof tableFromColumns>[0] = [
    [
      "user_id",
      columnFromArray(
        BigInt64Array.from({ length: users }, (_, i) => BigInt(i + 1)),
        int64(),
      ),
    ],
  ];
  names.forEach((name, j) => {
    couponColumn(OPTIONS, j, values, costs);
    columns.push([`value_${name}`, columnFromArray(Float64Array.from(values), float64())]);
    columns.push([`cost_${name}`, columnFromArray(Float64Array.from(costs), float64())]);
  });
  return tableToIPC(tableFromColumns(columns), { format: "stream" }) as Uint8Array;
}
