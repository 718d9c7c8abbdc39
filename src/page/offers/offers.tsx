/** Offers: which user gets which offer under a budget. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FrontierResult } from "../../allocation/types.js";
import { Chart } from "../chart/chart.js";
import { amount, short } from "../shell/numbers.js";
import { openWorker } from "../worker/client.js";
import type { tasks } from "./tasks.js";

const worker = openWorker<typeof tasks>("offers");

export default function Offers() {
  const curve = useSignal<FrontierResult | undefined>(undefined);
  const budget = useSignal(2_500_000);
  useEffect(() => {
    worker.call("campaign", { users: 100_000 }).then((result) => {
      curve.value = result;
      budget.value = result.most / 4;
    });
  }, []);
  const points = curve.value?.points ?? [];
  return (
    <>
      <h1>Which user gets which offer</h1>
      {points.length > 0 && (
        <Chart
          title="What every budget buys"
          summary="Value rises with the budget, ever less steeply."
          x={{ name: "Budget", values: points.map(({ budget }) => budget), format: amount, tick: short }}
          y={{ name: "Value", format: amount, tick: short }}
          series={[{ name: "Value", values: points.map(({ value }) => value) }]}
          marker={{
            name: "Budget",
            x: budget.value,
            min: curve.value?.least ?? 0,
            max: curve.value?.most ?? 1,
            format: amount,
            onMove: (x) => {
              budget.value = x;
            },
          }}
        />
      )}
    </>
  );
}
