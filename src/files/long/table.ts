/** A long file as a table: one row an offer of a user. */
import type { Offers } from "../../allocation/offers.js";
import type { Engine } from "../../create.js";
import type { LongLayout } from "../layout.js";
import type { Table } from "../open.js";
import type { AsideFile } from "../output.js";
import { type Choices, type Decided, decisionShape } from "../sink/decided.js";
import { withSink } from "../sink/open.js";
import type { Format, OpenOptions, Source } from "../types.js";
import type { Watch } from "../watch.js";
import { decideLong, fillLong } from "./grouped.js";
import { RegroupedSource } from "./regroup.js";
import { type Survey, slotsOf, survey } from "./survey.js";

export class LongTable implements Table {
  readonly reader = "javascript";
  readonly options: string[];
  readonly users: number;
  readonly ignored: string[];
  readonly #source: Source;
  /** What is read: the file, or its rows grouped by user. */
  readonly #grouped: Source;
  readonly #layout: LongLayout;
  readonly #slots: number | undefined;
  readonly #watch: Watch;

  private constructor(
    source: Source,
    grouped: Source,
    layout: LongLayout,
    ignored: string[],
    found: Survey,
    watch: Watch,
  ) {
    this.#source = source;
    this.#grouped = grouped;
    this.#layout = layout;
    this.#watch = watch;
    this.ignored = ignored;
    this.options = found.options;
    this.users = found.users;
    this.#slots = slotsOf(found);
  }

  static async open(source: Source, layout: LongLayout, options: OpenOptions, watch: Watch): Promise<LongTable> {
    const found = await survey(source, layout, watch);
    if (found.grouped) return new LongTable(source, source, layout, layout.ignored, found, watch);
    const grouped = await RegroupedSource.from(source, layout, options.temporaryFolder, watch);
    try {
      const columns: LongLayout = { kind: "long", id: 0, offer: 1, value: 2, cost: 3, ignored: [] };
      const again = await survey(grouped, columns, watch);
      return new LongTable(source, grouped, columns, layout.ignored, { ...again, options: found.options }, watch);
    } catch (error) {
      await grouped.close();
      throw error;
    }
  }

  async read(engine: Engine): Promise<Offers> {
    const offers = engine.offers({ users: this.users, options: this.options, slots: this.#slots });
    try {
      await fillLong(this.#grouped, this.#layout, offers, this.#watch);
      return offers;
    } catch (error) {
      offers.release();
      throw error;
    }
  }

  async decide(aside: AsideFile, format: Format, choices: Choices): Promise<Decided> {
    const { id, value, cost } = this.#layout;
    const shape = decisionShape(
      this.#grouped.columns,
      { id, values: [value], costs: [cost], options: this.options },
      format === "csv",
    );
    return withSink(aside, format, shape, (sink) =>
      decideLong(this.#grouped, this.#layout, choices, shape, sink, this.#watch),
    );
  }

  async close(): Promise<void> {
    if (this.#grouped !== this.#source) await this.#grouped.close();
    await this.#source.close();
  }
}
