/** Published policies, ready to decide: read once a version, then from memory. */
import type { z } from "@hono/zod-openapi";
import type { Limits } from "./limits.js";
import { within } from "./limits.js";
import { Problem } from "./problem.js";
import type { Policy } from "./schemas/policy.js";
import type { Store } from "./store/store.js";

export type PolicyBody = z.infer<typeof Policy>;

export interface Ready {
  version: number;
  policy: PolicyBody;
  /** By option. */
  names: string[];
  costs: (number | undefined)[];
  prices: Float64Array;
  charges: Float64Array;
}

export class Policies {
  readonly #store: Store;
  readonly #ready = new Map<string, Ready>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws {Problem} when what the policy says does not fit together. */
  check(policy: PolicyBody, limits: Limits): void {
    within(limits, "options", policy.options.length, "/options");
    const names = policy.options.map(({ name }) => name);
    names.forEach((name, j) => {
      if (names.indexOf(name) === j) return;
      throw new Problem("invalid-value", `there is an option "${name}" before it`, { pointer: `/options/${j}/name` });
    });
  }

  /**
   * The last version of the policy of this name. Where the store says that the version is the one in memory, nothing is read.
   * @throws {Problem} when there is none.
   */
  async find(name: string): Promise<Ready> {
    const kept = this.#ready.get(name);
    if (kept && (await this.#store.version("policy", name)) === kept.version) return kept;
    const stored = await this.#store.read("policy", name);
    if (!stored) {
      this.#ready.delete(name);
      throw new Problem("not-found", `there is no policy "${name}"`);
    }
    const policy = JSON.parse(new TextDecoder().decode(stored.bytes)) as PolicyBody;
    const ready = { version: stored.version, policy, ...columns(policy) };
    this.#ready.set(name, ready);
    return ready;
  }
}

function columns({ options, price }: PolicyBody): Omit<Ready, "version" | "policy"> {
  return {
    names: options.map(({ name }) => name),
    costs: options.map(({ cost }) => cost),
    prices: Float64Array.from(options, (option) => option.price ?? price),
    charges: Float64Array.from(options, ({ charge }) => charge ?? 0),
  };
}
