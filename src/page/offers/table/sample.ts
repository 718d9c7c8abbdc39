/**
 * Some of the users, evenly spread, as a table of their own: what is dragged is answered from it in tens of milliseconds, as an
 * estimate, until the exact answer of all users is there.
 */
import type { Offers } from "../../../allocation/offers.js";
import type { AllocationRequest } from "../../../allocation/types.js";
import { createEngine } from "../../../create.js";
import type { Answer } from "../types.js";

/** Three limits on so many users take 30 ms; totals are then off by a part of a per cent. */
export const SAMPLED = 32_768;

/** Columns of a sample, on their way to the worker that answers from them. */
export interface SampleColumns {
  users: number;
  options: string[];
  values: Float32Array<ArrayBuffer>[];
  costs: Float32Array<ArrayBuffer>[];
}

/** A sample, or undefined where the table is small enough to be asked itself. */
export function sampleOf(offers: Offers): SampleColumns | undefined {
  const { users, names, columns, stride, engine, hasSlots } = offers;
  // Columns of candidate slots are not one offer's: a long file with many offers is asked itself.
  if (users <= 2 * SAMPLED || hasSlots) return undefined;
  const some = (at: number) => {
    const all = new Float32Array(engine.memory.buffer, at, users);
    return Float32Array.from({ length: SAMPLED }, (_, k) => all[Math.floor(((k + 0.5) * users) / SAMPLED)] as number);
  };
  const columnsAt = (at: number) => Array.from({ length: columns }, (_, j) => some(at + j * stride));
  return { users: SAMPLED, options: [...names], values: columnsAt(offers.values), costs: columnsAt(offers.costs) };
}

/** The sample as a table. */
export function placed({ users, options, values, costs }: SampleColumns): Offers {
  const offers = createEngine().offers({ users, options });
  for (const [j, column] of values.entries()) {
    offers.fill(j, (to, money) => {
      to.set(column);
      money.set(costs[j] as Float32Array);
    });
  }
  return offers;
}

/** A request of all users, for `part` of them. */
export function scaled(request: AllocationRequest, part: number): AllocationRequest {
  const { budget, stock, groups, minSpend, ...rest } = request;
  const times = (x: number | undefined) => (x === undefined ? undefined : x * part);
  return {
    ...rest,
    ...(budget !== undefined && { budget: budget * part }),
    ...(minSpend !== undefined && { minSpend: minSpend * part }),
    ...(stock && {
      stock: Object.fromEntries(Object.entries(stock).map(([name, users]) => [name, Math.round(users * part)])),
    }),
    ...(groups && {
      groups: groups.map(({ name, offers, atMost, atLeast }) => ({
        ...{ name, offers },
        ...(atMost !== undefined && { atMost: times(atMost) }),
        ...(atLeast !== undefined && { atLeast: times(atLeast) }),
      })),
    }),
  };
}

/** The sample's answer for all users. Prices are what they are: a price is of one unit, however many users there are. */
export function extrapolated(answer: Answer, part: number): Answer {
  const { clash: _, violation, limits, ...rest } = answer;
  return {
    ...rest,
    value: answer.value / part,
    cost: answer.cost / part,
    bound: answer.bound / part,
    counts: answer.counts.map((users) => Math.round(users / part)),
    none: Math.round(answer.none / part),
    limits: limits.map((one) =>
      one.name === "minReturn" ? one : { ...one, used: one.used / part, limit: one.limit / part },
    ),
    violation,
    isEstimate: true,
  };
}
