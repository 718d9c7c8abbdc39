/** Figures as a model and its reader take them: short, and nothing that the result does not say. */
import type { Echo } from "./deltas.js";
import type { Summary } from "./scenario.js";

export const write = (x: number | null): string => (x === null ? "none" : String(Number(x.toPrecision(6))));
export const percent = (x: number | null): string => (x === null ? "unknown" : `${Number((100 * x).toPrecision(3))} %`);

/** What a scenario came to. */
export function linesOf(summary: Summary, kind: "plan" | "allocation"): string[] {
  const { status, gain, bound, gap, price, spent, budget, parts, binding, none, clash } = summary;
  if (status === "impossible") {
    return [
      "Impossible: no answer keeps all limits.",
      ...(clash ? [`${clash.reason}. What clashes: ${clash.limits.join(", ")}.`] : []),
      "Loosen one of them with change_scenario, or take the nearest possible problem (clash.nearest).",
    ];
  }
  if (status === "not found")
    return ["Not found: no answer was found in the time that there is, and none is ruled out."];
  const gained = kind === "plan" ? "response" : "value";
  const of = budget === null ? "" : ` of ${write(budget)}`;
  return [
    `Spends ${write(spent)}${of}; ${gained} ${write(gain)}, and nothing within the limits has more than ${write(bound)} (gap ${percent(gap)}).`,
    `One more unit of money is worth ${write(price)} at the price of the proof.`,
    ...parts.map(({ name, spent, gain, users }) => {
      const more = users === undefined ? `, response ${write(gain ?? null)}` : `, ${users} users`;
      return `${name}: spend ${write(spent)}${more}`;
    }),
    ...(none === undefined ? [] : [`No offer: ${none} users`]),
    ...(binding.length === 0
      ? ["No limit binds."]
      : [
          `Binding: ${binding.map(({ name, limit, price }) => `${name} at ${write(limit)} (price ${write(price)})`).join("; ")}.`,
        ]),
  ];
}

/** Why an allocation is as it is. */
export function explainAllocation(summary: Summary): string[] {
  const { status, gain, bound, gap, price, spent, parts, binding, none } = summary;
  if (status !== "met") return linesOf(summary, "allocation");
  const users = parts.reduce((sum, part) => sum + (part.users ?? 0), 0);
  return [
    `${users} users get an offer and ${none ?? 0} get none; it costs ${write(spent)} and is worth ${write(gain)}.`,
    `No choice of offers within the limits is worth more than ${write(bound)}: this one is at most ${percent(gap)} below the best.`,
    ...parts.map(({ name, users, spent }) => `"${name}" goes to ${users} users and costs ${write(spent)}.`),
    ...(price === null || price === 0
      ? ["Money is no limit: more budget would change nothing."]
      : [
          `The price of money is ${write(price)}: a user gets the offer with the most value − ${write(price)} · cost, where that is above 0, and one more unit of budget is worth about ${write(price)}.`,
        ]),
    ...binding
      .filter(({ name }) => name !== "budget")
      .map(
        ({ name, limit, price }) =>
          `The limit "${name}" of ${write(limit)} binds; one more unit of it is worth ${write(price)}.`,
      ),
  ];
}

export function echoed({ what, from, to }: Echo): string {
  if (typeof from === "number" && typeof to === "number" && from !== 0) {
    const share = to / from - 1;
    return `${what}: ${write(from)} → ${write(to)} (${share > 0 ? "+" : ""}${percent(share)})`;
  }
  return `${what}: ${said(from)} → ${said(to)}`;
}

function said(value: unknown): string {
  if (value === null || value === undefined) return "no limit";
  return typeof value === "number" ? write(value) : typeof value === "string" ? value : JSON.stringify(value);
}

export function difference(name: string, change: number | null): string {
  return change === null ? `${name} cannot be compared` : `${name} ${change >= 0 ? "+" : ""}${write(change)}`;
}
