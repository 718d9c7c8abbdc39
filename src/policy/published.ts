/** From the prices of a solve to a policy that decides users one by one: what `PUT /v1/policies/:name` takes. */
import type { Offers } from "../allocation/offers.js";
import type { AllocationRequest, AllocationResult } from "../allocation/types.js";
import { finiteNumber, plainObject } from "../engine/check.js";

/** The prices of a solve by option, as a policy has them. */
export interface PricedPolicy {
  options: {
    name: string;
    /** What it costs for every user, where that was given. */
    cost?: number;
    /** Price of money for this option, where it differs from the policy's: its groups have prices. */
    price?: number;
    /** Taken from its value beside its cost: the price of its stock. */
    charge?: number;
  }[];
  /** Price of money. */
  price: number;
  exactlyOne?: true;
}

export interface PolicyOfOptions {
  /** Cost by option, of those that cost every user the same; of the others each decision says it. */
  costs?: Readonly<Record<string, number>>;
}

/**
 * The policy that decides as a solve did: value − charge − price · cost, option by option, from the prices of its budget, stock, groups,
 * least return and least spend. `decide` at it gives each user what the solve gave, but for the few at the margin: all of them
 * together are worth no more than what lies between the solve's value and its bound.
 *
 * With prices π of the limits a solve scores (1 + π_return) v − (π_budget − π_spend + Σ π_groups + ρ π_return) c − π_stock; a policy has this
 * divided by 1 + π_return.
 * @param result of `allocate`, with status "met".
 * @param offers the table, or the names of its options in their order.
 * @param request what `allocate` was asked.
 * @throws {TypeError} for a result that is not met, {RangeError} for one of other offers or another request, or with a priced resource:
 *   a policy knows no amounts of resources.
 * @example
 * const result = allocate(offers, request);
 * const policy = policyOf(result, offers, request, { costs: { "5off": 5, "10off": 10 } });
 * decide(values, costs, policy.options.map(({ price }) => price ?? policy.price));
 */
export function policyOf(
  result: AllocationResult,
  offers: Pick<Offers, "names"> | readonly string[],
  request: AllocationRequest = {},
  { costs = {} }: PolicyOfOptions = {},
): PricedPolicy {
  plainObject(result, "result");
  if (result.status !== "met") throw new TypeError(`a policy needs a result that is met, this one is ${result.status}`);
  const names = "names" in offers ? offers.names : offers;
  if (result.counts.length !== names.length) {
    throw new RangeError(`the result is of ${result.counts.length} options, and there are ${names.length}`);
  }
  const strange = Object.keys(costs).find((name) => !names.includes(name));
  if (strange !== undefined) throw new RangeError(`costs: there is no option "${strange}"`);
  const { scale, money, extra, charges } = pricesOf(result, names, request);
  const price = money / scale || 0;
  const options = names.map((name, j) => {
    const own = (money + (extra[j] as number)) / scale;
    const charge = (charges[j] as number) / scale;
    return {
      name,
      ...(Object.hasOwn(costs, name) ? { cost: finiteNumber(costs[name] as number, `cost of "${name}"`) } : {}),
      ...(extra[j] === 0 ? {} : { price: own }),
      ...(charge === 0 ? {} : { charge }),
    };
  });
  return { options, price, ...(request.exactlyOne ? { exactlyOne: true } : {}) };
}

/** What the prices of all limits add up to. A report's price is π of at most and −π of at least. */
function pricesOf({ limits }: AllocationResult, names: readonly string[], request: AllocationRequest) {
  let scale = 1;
  let money = 0;
  const extra = new Float64Array(names.length);
  const charges = new Float64Array(names.length);
  for (const { name, price, limit } of limits) {
    const [, kind, rest = ""] = /^(\w+)(?: (.*))?$/s.exec(name) ?? [];
    if (kind === "budget" || kind === "minSpend") money += price;
    else if (kind === "minReturn") {
      scale -= price;
      money -= price * limit;
    } else if (kind === "stock") charges[numberOf(names, rest)] = price;
    else if (kind === "group") {
      const group = request.groups?.find((one) => one.name === rest);
      if (!group)
        throw new RangeError(`the result has a ${name}, and the request none: give the request that was solved`);
      // Once, however often a group names it.
      for (const offer of new Set(group.offers)) {
        const j = numberOf(names, offer);
        extra[j] = (extra[j] as number) + price;
      }
    } else if (price !== 0) {
      throw new RangeError(`"${name}" has a price of ${price}: a policy knows no amounts of resources`);
    }
  }
  return { scale, money, extra, charges };
}

function numberOf(names: readonly string[], name: string): number {
  const j = names.indexOf(name);
  if (j < 0) throw new RangeError(`there is no option "${name}"; there are ${names.slice(0, 8).join(", ")}`);
  return j;
}
