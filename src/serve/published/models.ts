/** Published models, ready to score: read once a version, placed in memory of their own, and kept there. */
import { Problem } from "../problem.js";
import type { Latest } from "../store/latest.js";
import type { Store } from "../store/store.js";

/** What scores the rows of a model: `PlacedModel` of the core or of shadowprice/scoring. */
export interface Scorer {
  readonly features: readonly string[];
  readonly outputs: readonly string[];
  /** One row's features, NaN where missing: written, then scored by `scoreRow`. */
  readonly row: Float64Array;
  scoreRow(k?: number): number;
  result(k: number): number;
  score(columns: Record<string, Float64Array>): Record<string, Float64Array>;
}

/** Makes a scorer of our bytes. The small handler loads it when a policy first asks for one. */
export type Scoring = (bytes: Uint8Array<ArrayBuffer>) => Scorer | Promise<Scorer>;

export interface ReadyModel {
  name: string;
  version: number;
  /** Bytes of the model. */
  size: number;
  scorer: Scorer;
}

/** Most models whose memory is kept: the least used one goes first, and comes back when it is asked for. */
const MOST = 64;
/** Most bytes of models that are kept, as published: in memory they take two to four times as much. */
const MOST_BYTES = 256 * 2 ** 20;

export class Models {
  readonly #store: Store;
  readonly #latest: Latest;
  readonly #scoring: Scoring;
  /** The least used first. */
  readonly #ready = new Map<string, ReadyModel>();

  constructor(store: Store, latest: Latest, scoring: Scoring) {
    this.#store = store;
    this.#latest = latest;
    this.#scoring = scoring;
  }

  /**
   * A version of a model, the last one where none is named.
   * @throws {Problem} when there is none.
   */
  async find(name: string, version?: number): Promise<ReadyModel> {
    const asked = version ?? (await this.#latest.version("model", name));
    const key = `${asked} ${name}`;
    const kept = asked === undefined ? undefined : this.#ready.get(key);
    if (kept) {
      this.#ready.delete(key);
      this.#ready.set(key, kept);
      return kept;
    }
    const stored = asked === undefined ? undefined : await this.#store.read("model", name, asked);
    if (!stored) {
      this.#latest.forget("model", name);
      const which = version === undefined ? "" : ` of version ${version}`;
      throw new Problem("not-found", `there is no model "${name}"${which}`);
    }
    const scorer = await this.#scoring(stored.bytes);
    // Asked for once, so that the first decision does not wait for its layout.
    void scorer.row;
    const ready = { name, version: stored.version, size: stored.bytes.length, scorer };
    this.#keep(key, ready);
    return ready;
  }

  /** Whether `model` is what `find(name, version)` would give now. */
  isLast(model: ReadyModel, version: number | undefined): boolean | Promise<boolean> {
    if (version !== undefined) return true;
    const last = this.#latest.version("model", model.name);
    return last instanceof Promise ? last.then((number) => number === model.version) : last === model.version;
  }

  #keep(key: string, ready: ReadyModel): void {
    this.#ready.set(key, ready);
    let bytes = 0;
    for (const { size } of this.#ready.values()) bytes += size;
    for (const [oldest, { size }] of this.#ready) {
      if (this.#ready.size <= MOST && (bytes <= MOST_BYTES || this.#ready.size === 1)) return;
      this.#ready.delete(oldest);
      bytes -= size;
    }
  }
}
