/** Names of a plan's periods: dates where the plan says when it starts, numbers where it does not. */
import type { PlanProblem } from "../../planning/types.js";

export function datesOf({ periods = 1, start, period = "week" }: PlanProblem): string[] {
  return Array.from({ length: periods }, (_, t) => {
    if (start === undefined) return String(t + 1);
    const [year, month, day] = start.split("-").map(Number) as [number, number, number];
    if (period === "month") {
      const at = year * 12 + month - 1 + t;
      return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
    }
    const days = period === "week" ? 7 * t : t;
    return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
  });
}
