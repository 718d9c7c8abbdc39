/** Published policies, ready to decide: read once a version, then from memory. */
import type { Limits } from "../middleware/limits.js";
import { within } from "../middleware/limits.js";
import { Problem, pointerTo } from "../problem.js";
import type { Latest } from "../store/latest.js";
import type { Store } from "../store/store.js";
import { compile, type Modelled } from "./modelled.js";
import type { Models } from "./models.js";
import type { PolicyBody } from "./policy.js";

export interface Ready {
  version: number;
  policy: PolicyBody;
  /** By option. */
  names: string[];
  numbers: ReadonlyMap<string, number>;
  costs: (number | undefined)[];
  prices: Float64Array;
  charges: Float64Array;
  /** Of a policy with a model. */
  modelled?: Modelled;
}

/** As schemas/policy.ts says it: what is asked for in a path may be anything. */
const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;
/** Most policies that are kept ready. */
const MOST = 10_000;

export class Policies {
  readonly #store: Store;
  readonly #latest: Latest;
  readonly #models: Models;
  readonly #ready = new Map<string, Ready>();

  constructor(store: Store, latest: Latest, models: Models) {
    this.#store = store;
    this.#latest = latest;
    this.#models = models;
  }

  /** @throws {Problem} when what the policy says does not fit together, or its model is not there or has other outputs. */
  async check(policy: PolicyBody, limits: Limits): Promise<void> {
    within(limits, "options", policy.options.length, "/options");
    const names = new Set<string>();
    policy.options.forEach(({ name, value, cost }, j) => {
      if (names.has(name)) {
        throw invalid(`there is an option "${name}" before it`, pointerTo("options", j, "name"));
      }
      names.add(name);
      if (policy.model) return;
      const [field] = value !== undefined ? ["value"] : typeof cost === "object" ? ["cost"] : [];
      if (field) throw invalid("this needs a model: the policy names none", pointerTo("options", j, field));
    });
    if (!policy.model) return;
    const { name, version } = policy.model;
    try {
      compile(policy, await this.#models.find(name, version));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "not-found") throw error;
      throw invalid(error.message, version === undefined ? "/model/name" : "/model");
    }
  }

  /**
   * The last version of the policy of this name, with its model. Where the store says that the versions are those in memory, nothing
   * is read.
   * @throws {Problem} when there is none, or not the model that it asks for.
   */
  async find(name: string): Promise<Ready> {
    const kept = this.#ready.get(name);
    if (kept) {
      const last = this.#latest.version("policy", name);
      if ((last instanceof Promise ? await last : last) === kept.version && (await this.#hasLast(kept))) return kept;
    }
    const stored = NAME.test(name) ? await this.#store.read("policy", name) : undefined;
    if (!stored) {
      this.#ready.delete(name);
      throw new Problem("not-found", `there is no policy "${name}"`);
    }
    const policy = JSON.parse(new TextDecoder().decode(stored.bytes)) as PolicyBody;
    const ready: Ready = { version: stored.version, policy, ...columns(policy) };
    if (policy.model) ready.modelled = await this.#modelled(name, policy, policy.model);
    if (this.#ready.size >= MOST) this.#ready.clear();
    this.#ready.set(name, ready);
    return ready;
  }

  #hasLast({ policy: { model }, modelled }: Ready): boolean | Promise<boolean> {
    return !model || !modelled || this.#models.isLast(modelled.model, model.version);
  }

  async #modelled(name: string, policy: PolicyBody, model: NonNullable<PolicyBody["model"]>): Promise<Modelled> {
    try {
      return compile(policy, await this.#models.find(model.name, model.version));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // It fitted when it was published: the model was withdrawn since, or a version has other outputs.
      throw new Problem("conflict", `policy "${name}" does not fit its model: ${error.message}`);
    }
  }
}

function columns({ options, price }: PolicyBody): Omit<Ready, "version" | "policy"> {
  return {
    names: options.map(({ name }) => name),
    numbers: new Map(options.map(({ name }, j) => [name, j])),
    costs: options.map(({ cost }) => (typeof cost === "number" ? cost : undefined)),
    prices: Float64Array.from(options, (option) => option.price ?? price),
    charges: Float64Array.from(options, ({ charge }) => charge ?? 0),
  };
}

function invalid(detail: string, pointer: string): Problem {
  return new Problem("invalid-value", detail, { pointer });
}
